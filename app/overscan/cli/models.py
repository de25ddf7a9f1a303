"""Model files that were named on the command line: examined before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from overscan.cli.report import err
from overscan.core.parameters import Role, by_role
from overscan.core.plan import Choice
from overscan.core.providers import Operation
from overscan.core.text import tr


def with_models(choices: Sequence[Choice]) -> list[Choice]:
    """The choices with the whole paths of their model files, all of which are now known to be fit.

    A file that is not known yet is examined, which can take a minute. Raises ``ModelUnfit``.
    """
    return [_with_model(choice) for choice in choices]


def _with_model(choice: Choice) -> Choice:
    info = choice.provider.info
    name = by_role(info.parameters).get(Role.MODEL_FILE)
    given = choice.parameters.get(name.name) if name is not None else None
    if name is None or not isinstance(given, str) or not given:
        return choice
    from overscan.imaging.foreign_model import ModelKind, examine, known

    path = Path(given).expanduser().absolute()
    if known(str(path)) is None:
        err(tr("Examining {name}…", name=path.name))
    model = examine(path, lambda share: None, lambda: False)
    for_filling = info.operation is Operation.EXPAND
    if for_filling != (model.kind is ModelKind.INPAINT):
        from overscan.imaging import unfit

        raise unfit.wrong_kind(for_filling=for_filling)
    return replace(choice, parameters={**choice.parameters, name.name: str(path)})
