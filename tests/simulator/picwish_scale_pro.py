"""PicWish advanced image enhancer: POST /api/tasks/visual/scale-pro and its status query."""

from __future__ import annotations

from decimal import Decimal

from tests.simulator.backend import Form, Order, Refused, image_source
from tests.simulator.images import EndState, ImageWorker, read_header
from tests.simulator.log import FilePart
from tests.simulator.options import Options
from tests.simulator.picwish import Source, state_detail
from tests.simulator.picwish_scale import check_edge
from tests.simulator.tasks import Finished, Task
from tests.simulator.values import Json

URL_LENGTH = 512
PRICES = {"0": 5, "1": 4}
"""Credits by `type`: Ultra HD, HD."""


def check_url(source: FilePart | str | None, name: str) -> None:
    """Refuse a URL that is longer than the document allows."""
    if isinstance(source, str) and len(source) > URL_LENGTH:
        raise Refused(400, f"Invalid params '{name}', length must not exceed {URL_LENGTH}")


class PicwishScalePro:
    """The parameters, work and price of the document. The service chooses the size of the result."""

    name = "scale-pro"
    path = "/api/tasks/visual/scale-pro"
    field_names = frozenset({"image_url", "image_file", "sync", "type", "return_type"})
    least_price = Decimal(4)

    def __init__(self, options: Options) -> None:
        self._options = options
        self.max_file_bytes = options.pro_max_file_bytes

    def read(self, form: Form) -> Order:
        """Check a submission. A file has priority over a URL."""
        parameters = {
            "sync": form.choice("sync", ("0", "1"), "0"),
            "type": form.choice("type", ("0", "1"), "0"),
            "return_type": form.choice("return_type", ("1", "2"), "1"),
        }
        source = image_source(form, self.max_file_bytes, file_wins=True)
        check_url(source, "image_url")
        check_edge(source, self._options.max_edge_px)
        return Order(parameters, source, parameters["sync"] == "1", int(parameters["return_type"]))

    async def process(self, order: Order, source: Source, worker: ImageWorker) -> Finished:
        """Enlarge to the long edge that the service likes."""
        header = read_header(source.body)
        if header is None:
            return Finished(EndState.NOT_AN_IMAGE)
        if header.long_edge > self._options.max_edge_px:
            return Finished(EndState.SOURCE_TOO_LARGE)
        edge = max(header.long_edge, self._options.pro_edge_px)
        return Finished(await worker.resized(source.body, edge), PRICES[order.parameters["type"]])

    def told(self, task: Task, common: dict[str, Json], images: list[str]) -> dict[str, Json]:
        """All fields of the document; those of the result once there is one."""
        told = common | {
            "return_type": int(task.parameters["return_type"]),
            "type": int(task.parameters["type"]),
            "state_detail": state_detail(task),
            "download_time": 0,
            "time_elapsed": 356,
        }
        if task.result is not None:
            told |= {
                "image_width": task.result.width,
                "image_height": task.result.height,
                "image_size_kb": round(len(task.result.body) / 1024, 2),
                "out_format": task.result.extension,
            }
        return told
