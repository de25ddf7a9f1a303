"""The pictures of a model of one's own: known, examined, unfit, with long and Chinese names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overscan.ui.model_field import ModelField
    from scripts.shots_comparing import Sitting

_KNOWN = "照片放大模型 a long name by which a person tells one of many models apart, version 2.onnx"
_UNFIT = "半倍放大 half as large again.onnx"
_ENDLESS = "endless.onnx"


def own_models(sitting: Sitting, folder: Path, size: tuple[int, int], small: tuple[int, int]) -> None:
    """Lead the field of a model file through what it can tell; it ends empty."""
    from overscan.ui.model_field import ModelField
    from tests.imaging.models import FIT, UNFIT

    folder.mkdir(parents=True)
    (folder / _KNOWN).write_bytes(FIT["enlarge-x2"]())
    (folder / _UNFIT).write_bytes(UNFIT["scale"]())
    (folder / _ENDLESS).write_bytes(UNFIT["too-slow"]())
    form = sitting.desk.panel.form("local-upscale")
    field = form.findChild(ModelField)
    if field is None:
        raise RuntimeError("the built-in enlargement takes no model")
    _tell(sitting, field, folder / _KNOWN)
    sitting.shoot("model-known")
    sitting.window.resize(*small)
    _tell(sitting, field, folder / _KNOWN)
    sitting.shoot("model-small")
    sitting.window.resize(*size)
    _tell(sitting, field, folder / _UNFIT)
    sitting.shoot("model-unfit")
    field.set_value(str(folder / _ENDLESS))
    sitting.settle()
    _show(sitting, field)
    sitting.shoot("model-examining")
    field.cancel()
    sitting.wait(lambda: not field.busy)
    form.reset()
    sitting.settle()


def _tell(sitting: Sitting, field: ModelField, file: Path) -> None:
    """Until the field says all that there is to say of ``file``."""
    field.set_value(str(file))
    sitting.wait(lambda: not field.busy)
    sitting.settle()
    _show(sitting, field)


def _show(sitting: Sitting, field: ModelField) -> None:
    from PySide6.QtWidgets import QScrollArea

    scroll = sitting.desk.panel.findChild(QScrollArea, "task-scroll")
    if scroll is None:
        raise RuntimeError("the panel has no scroll area")
    scroll.ensureWidgetVisible(field, 0, 12)
