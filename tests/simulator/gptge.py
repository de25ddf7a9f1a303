"""gpt.ge image enhancement: POST /task/pic/scale and GET /task/{task_id}. It forwards to PicWish's `scale`."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlsplit

from tests.simulator.accounts import GPTGE
from tests.simulator.backend import Backend, Form, Order, Refused, image_source
from tests.simulator.images import ImageWorker
from tests.simulator.options import Options
from tests.simulator.picwish import PicwishService, Source, live_fields
from tests.simulator.picwish_scale import check_edge, scaled
from tests.simulator.tasks import Finished, Task
from tests.simulator.values import Json

QUERIED = ("image", "state", "task_id", "progress", "created_at", "completed_at", "processed_at")
"""The fields of a query's reply: fewer than those of a synchronous one."""


class GptgeScale:
    """The parameters and work of the document; the price is an invention, since it names none."""

    name = "gptge-scale"
    path = "/task/pic/scale"
    field_names = frozenset({"image_url", "image_file", "sync", "type", "scale_factor", "callback_url"})

    def __init__(self, options: Options) -> None:
        self._options = options
        self.least_price = Decimal(options.gptge_price)
        self.max_file_bytes = options.max_file_bytes

    def read(self, form: Form) -> Order:
        """Check a submission."""
        parameters = {
            "sync": form.choice("sync", ("0", "1"), "0"),
            "type": form.choice("type", ("clean", "face"), "clean"),
            "scale_factor": form.choice("scale_factor", ("", "1", "2", "4"), ""),
            "return_type": "1",
        }
        callback_url = form.fields.get("callback_url", "")
        if "callback_url" in form.files or (callback_url and not _is_web_url(callback_url)):
            raise Refused(400, "Invalid params 'callback_url', must be a URL")
        source = image_source(form, self.max_file_bytes, file_wins=False)
        check_edge(source, self._options.max_edge_px)
        return Order(parameters, source, parameters["sync"] == "1", callback_url=callback_url)

    async def process(self, order: Order, source: Source, worker: ImageWorker) -> Finished:
        """Enlarge as PicWish does, at another price."""
        finished = await scaled(order, source, worker, self._options)
        return Finished(finished.outcome, self._options.gptge_price)

    def told(self, task: Task, common: dict[str, Json], images: list[str]) -> dict[str, Json]:
        """The fields of the document's sample, where the start of the work lies before the making of the task."""
        told = common | live_fields(task, task.result)
        if task.processed_at is not None:
            told["processed_at"] = task.created_at - 1
        return told


class GptgeService(PicwishService):
    """The two calls, the query under a path of its own."""

    account_id = GPTGE

    def __init__(self, operation: GptgeScale, backend: Backend) -> None:
        super().__init__(operation, backend)
        self._status_path = backend.options.gptge_status_path

    def status_path(self) -> str:
        """The route that other pages of the service name; the document has none."""
        return self._status_path.replace("{task_id}", "{task_id:path}")

    def queried(self, task: Task) -> dict[str, Json]:
        """The few fields of a query."""
        data = self.data(task)
        return {"mask": "", **{name: data[name] for name in QUERIED}}


def _is_web_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
