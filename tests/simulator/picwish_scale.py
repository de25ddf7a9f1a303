"""PicWish photo enhancement: POST /api/tasks/visual/scale and its status query."""

from __future__ import annotations

from decimal import Decimal

from tests.simulator.backend import Form, Order, Refused, image_source
from tests.simulator.images import EndState, ImageWorker, ResultFile, automatic_factor, read_header
from tests.simulator.log import FilePart
from tests.simulator.options import Options, PricedEdge
from tests.simulator.picwish import Source, live_fields
from tests.simulator.tasks import Finished, Task
from tests.simulator.values import Json

SMALL_EDGE_PX = 2048
"""Up to this long edge a task costs 2 credits, above it 3."""


def price(long_edge: int) -> int:
    """Credits for one task, by the long edge in pixels."""
    return 2 if long_edge <= SMALL_EDGE_PX else 3


def check_edge(source: FilePart | str, limit: int) -> None:
    """Refuse an uploaded image that is too wide or high. What is no image is taken: its task ends with -7."""
    header = read_header(source.body) if isinstance(source, FilePart) else None
    if header is not None and header.long_edge > limit:
        raise Refused(400, f"Invalid params 'image_file', resolution must not exceed {limit}x{limit}")


async def scaled(order: Order, source: Source, worker: ImageWorker, options: Options) -> Finished:
    """Enlarge, by the asked factor or by the document's rule. Without a price."""
    header = read_header(source.body)
    if header is None:
        return Finished(EndState.NOT_AN_IMAGE)
    if header.long_edge > options.max_edge_px:
        return Finished(EndState.SOURCE_TOO_LARGE)
    asked = order.parameters["scale_factor"]
    factor = int(asked) if asked else automatic_factor(header.long_edge)
    if factor is None:
        return Finished(EndState.NOT_SUITABLE)
    outcome = await worker.enlarged(source.body, source.sha256, factor)
    edge = header.long_edge
    if options.priced_edge is PricedEdge.OUTPUT and isinstance(outcome, ResultFile):
        edge = max(outcome.width, outcome.height)
    return Finished(outcome, price(edge))


class PicwishScale:
    """The parameters, work and price of the document."""

    name = "scale"
    path = "/api/tasks/visual/scale"
    field_names = frozenset({"image_url", "image_file", "sync", "type", "scale_factor", "return_type"})
    least_price = Decimal(2)

    def __init__(self, options: Options) -> None:
        self._options = options
        self.max_file_bytes = options.max_file_bytes

    def read(self, form: Form) -> Order:
        """Check a submission."""
        parameters = {
            "sync": form.choice("sync", ("0", "1"), "0"),
            "type": form.choice("type", ("clean", "face"), "clean"),
            "scale_factor": form.choice("scale_factor", ("", "1", "2", "4"), ""),
            "return_type": form.choice("return_type", ("1", "2", "3"), "1"),
        }
        if parameters["return_type"] == "3" and parameters["sync"] != "1":
            raise Refused(400, "Invalid params 'return_type', 3 needs sync=1")
        source = image_source(form, self.max_file_bytes, file_wins=False)
        check_edge(source, self._options.max_edge_px)
        return Order(parameters, source, parameters["sync"] == "1", int(parameters["return_type"]))

    async def process(self, order: Order, source: Source, worker: ImageWorker) -> Finished:
        """Enlarge."""
        return await scaled(order, source, worker, self._options)

    def told(self, task: Task, common: dict[str, Json], images: list[str]) -> dict[str, Json]:
        """The common fields are all that the document names."""
        return common | live_fields(task, task.result) if self._options.extra_fields else common
