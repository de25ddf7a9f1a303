"""The checks of ``overscan doctor`` that concern the built-in engine: each really runs what it speaks of, once."""

from __future__ import annotations

import time
from pathlib import Path

from overscan.core.text import tr, trn
from overscan.services.findings import Finding


def networks(folder: Path | None = None) -> Finding:
    """Whether the networks that came with the program, or those in ``folder``, enlarge, and how quickly here."""
    import numpy as np

    from overscan.imaging.learned import open_network
    from overscan.imaging.networks import Network
    from overscan.imaging.onnx_model import ModelFailed

    side = 128
    tile = np.full((1, 3, side, side), 0.5, np.float32)
    seconds: dict[Network, float] = {}
    for network in Network:
        try:
            model = open_network(network, folder)
            model.run(tile)
            begun = time.perf_counter()
            model.run(tile)
            seconds[network] = time.perf_counter() - begun
        except ModelFailed as error:
            return Finding(
                "",
                False,
                tr("{network} does not run: {reason}", network=network.replace("-x", " ×"), reason=error.reason),
                tr("Photos are enlarged without it meanwhile, less crisp. Run “make setup”, or install again."),
            )
    pace = seconds[Network.NATURAL_X2] / ((2 * side) ** 2 / 1e6)
    return Finding(
        "", True, tr("{count} run; natural ×2 takes {pace:.2f} s a megapixel", count=len(seconds), pace=pace)
    )


def patches() -> Finding:
    """Whether photos can be continued with patches of themselves."""
    import numpy as np

    from overscan.imaging.patches import LEAST_SIDE, PatchesFailed, PatchJob, fill_apart

    side = 2 * LEAST_SIDE
    picture = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
    hole = np.zeros((side, side), np.bool_)
    hole[:, -4:] = True
    try:
        fill_apart([PatchJob(picture, hole)], lambda _: None, lambda: False)
    except PatchesFailed as error:
        return Finding(
            "",
            False,
            tr("They do not work: {reason}", reason=error.reason),
            tr("Photos are mirrored at their edge instead meanwhile. Run “make setup”, or install again."),
        )
    return Finding("", True, tr("PatchMatch works"))


def own_models(cache: Path) -> Finding:
    """The person's own models that are remembered in the ``cache`` folder, and whether their files are still there."""
    from overscan.imaging.model_book import ModelBook
    from overscan.imaging.model_words import model_lines

    book = ModelBook()
    book.keep_in(cache)
    found = []
    for path, model in book.models():
        file = Path(path)
        there = file.name if file.exists() else tr("{name} (not there any more)", name=file.name)
        found.append(f"{there}: {model_lines(model)[0]}")
    if not found:
        return Finding("", None, tr("none examined yet"))
    return Finding("", True, trn("{count} known", "{count} known", len(found)) + "; " + " ".join(found))
