"""PicWish image expansion: POST /api/tasks/visual/advanced-image-expand and its status query."""

from __future__ import annotations

import re
from decimal import Decimal

from tests.simulator.backend import Form, Order, Refused, image_source, one_of
from tests.simulator.expanding import expand_canvas, expand_sides, fill_colour
from tests.simulator.images import EndState, ImageWorker, Outcome, ResultFile, read_header
from tests.simulator.log import FilePart
from tests.simulator.options import Options
from tests.simulator.picwish import Source, state_detail
from tests.simulator.picwish_scale import check_edge
from tests.simulator.picwish_scale_pro import check_url
from tests.simulator.tasks import Finished, Task
from tests.simulator.values import Json

SIDES = ("top", "bottom", "left", "right")
PROMPT_LENGTH = 200
"""Measured by others; the document only advises less."""
MAX_OUTPUTS = 4
FORMATS = {"JPEG", "MPO", "PNG"}
_DECIMAL = re.compile(r"\d+(\.\d+)?", re.ASCII)
_INTEGER = re.compile(r"-?\d+", re.ASCII)


class PicwishExpand:
    """The parameters and work of the document; the price is an invention, since it names none."""

    name = "advanced-image-expand"
    path = "/api/tasks/visual/advanced-image-expand"
    field_names = frozenset(
        {"image_url", "image_file", "mask_url", "mask_file", "return_type", "sync", "prompt"}
        | {*SIDES, "strength", "scale", "steps", "seed"}
    )

    def __init__(self, options: Options) -> None:
        self._options = options
        self.least_price = Decimal(options.expand_price)
        self.max_file_bytes = options.expand_max_file_bytes

    def read(self, form: Form) -> Order:
        """Check a submission. Files have priority over URLs; a mask makes the ratios meaningless."""
        parameters = {
            "sync": form.choice("sync", ("0", "1"), "0"),
            "return_type": form.choice("return_type", ("1", "2"), "1"),
            "prompt": form.fields.get("prompt", ""),
            "strength": _number(form, "strength", 0.0, 1.0),
            "scale": _number(form, "scale", 1.0, 20.0, "7.0"),
            "steps": _integer(form, "steps", "30"),
            "seed": _integer(form, "seed", "-1"),
        }
        if len(parameters["prompt"]) > PROMPT_LENGTH:
            raise Refused(400, f"Invalid params 'prompt', length must not exceed {PROMPT_LENGTH}")
        for side in SIDES:
            parameters[side] = _number(form, side, 0.0, 1.0, "0.1", above=True)
        source = image_source(form, self.max_file_bytes, file_wins=True)
        mask = one_of(form, "mask", self.max_file_bytes, required=False, file_wins=True)
        check_url(source, "image_url")
        check_url(mask, "mask_url")
        check_edge(source, self._options.max_edge_px)
        self._check_files(source, mask)
        if mask is not None and any(side in form.fields for side in SIDES):
            form.mistakes.append("expansion ratios beside a mask")
        return Order(parameters, source, parameters["sync"] == "1", int(parameters["return_type"]), mask)

    def _check_files(self, source: FilePart | str, mask: FilePart | str | None) -> None:
        if not isinstance(source, FilePart) or (header := read_header(source.body)) is None:
            return
        least = self._options.expand_min_edge_px
        if min(header.width, header.height) < least:
            raise Refused(400, f"Invalid params 'image_file', resolution must be at least {least}x{least}")
        if not isinstance(mask, FilePart) or (selection := read_header(mask.body)) is None:
            return
        if (selection.width, selection.height) != (header.width, header.height):
            raise Refused(400, "Invalid params 'mask_file', must match the image dimensions")

    async def process(self, order: Order, source: Source, worker: ImageWorker) -> Finished:
        """Expand, once for each result that the options ask for."""
        header = read_header(source.body)
        if header is None or header.format not in FORMATS:
            return Finished(EndState.NOT_AN_IMAGE)
        if header.long_edge > self._options.max_edge_px:
            return Finished(EndState.SOURCE_TOO_LARGE)
        if min(header.width, header.height) < self._options.expand_min_edge_px:
            return Finished(EndState.NOT_SUITABLE)
        if source.mask is not None:
            selection = read_header(source.mask)
            if selection is None or selection.format not in FORMATS:
                return Finished(EndState.NOT_AN_IMAGE)
        seed = int(order.parameters["seed"])
        outcomes = [
            await self._one(order, source, fill_colour(index, seed), worker)
            for index in range(self._options.expand_outputs)
        ]
        more = tuple(outcome for outcome in outcomes[1:] if isinstance(outcome, ResultFile))
        return Finished(outcomes[0], self._options.expand_price, more)

    async def _one(self, order: Order, source: Source, colour: tuple[int, int, int], worker: ImageWorker) -> Outcome:
        if source.mask is not None:
            return await worker.run(expand_canvas, source.body, source.mask, colour)
        top, bottom, left, right = (float(order.parameters[side]) for side in SIDES)
        return await worker.run(expand_sides, source.body, (top, bottom, left, right), colour)

    def told(self, task: Task, common: dict[str, Json], images: list[str]) -> dict[str, Json]:
        """All fields of the document. Times are texts here; image_1 to image_4 are used when there are several."""
        told = {name: str(value or "") if name.endswith("_at") else value for name, value in common.items()}
        told |= {
            "image1": "",
            "return_type": int(task.parameters["return_type"]),
            "state_detail": state_detail(task),
            "download_time": 0,
            "time_elapsed": "356.48",
        }
        slots = images if len(images) > 1 else []
        for index in range(MAX_OUTPUTS):
            told[f"image_{index + 1}"] = slots[index] if index < len(slots) else ""
        return told


def _number(form: Form, name: str, low: float, high: float, default: str = "", *, above: bool = False) -> str:
    """A decimal number within its range, as it was sent; `above` excludes the lower end."""
    text = form.fields.get(name)
    if text is None and name not in form.files:
        return default
    if text is None or not _DECIMAL.fullmatch(text):
        raise Refused(400, f"Invalid params '{name}', must be a number")
    value = float(text)
    if not low <= value <= high or (above and value == low):
        raise Refused(400, f"Invalid params '{name}', must be in {'(' if above else '['}{low:g}, {high:g}]")
    return text


def _integer(form: Form, name: str, default: str) -> str:
    """An integer as it was sent: positive, or -1 where that is the default."""
    text = form.fields.get(name)
    if text is None and name not in form.files:
        return default
    if text is None or not _INTEGER.fullmatch(text) or (int(text) < 1 and text != default):
        raise Refused(400, f"Invalid params '{name}', must be a positive integer")
    return text
