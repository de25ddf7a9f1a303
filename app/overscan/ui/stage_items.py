"""From a photo and its jobs to the items of the stage. Reads no file."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from overscan.core.failures import InvalidParameter
from overscan.core.geometry import Rect, Size
from overscan.core.jobs import Job, JobState, Output, Sent
from overscan.core.parameters import SIDES, ParameterSpec, Role, Value, specs, validate
from overscan.core.providers import AnyProvider, ProviderInfo
from overscan.core.recipe import asked_size, frame_of, warnings_of
from overscan.core.redaction import redact
from overscan.core.requests import Delivery, Photo
from overscan.core.text import mark, tr
from overscan.ui import wording
from overscan.ui.compare.items import OriginalItem, ResultItem
from overscan.ui.loose_results import LooseFile
from overscan.ui.widgets.level import Level

_LEVELS: Final = {
    JobState.FAILED: Level.FAILURE,
    JobState.UNCONFIRMED: Level.ATTENTION,
    JobState.PARKED: Level.ATTENTION,
}
_DELIVERED: Final = {
    Delivery.URL: mark("sent as its address"),
    Delivery.RESULT: mark("sent as the address under which its service keeps it"),
    Delivery.HOSTED: mark("sent through your bucket"),
}
_TASK_LETTERS: Final = 8
"""Of a task's id: enough to tell it from the others of a photo."""


def original_item(photo: Photo) -> OriginalItem | None:
    """The photo as the stage shows it; ``None`` where there is only an address."""
    if photo.ref.path is None:
        return None
    return OriginalItem(
        key=f"{photo.ref.path}#{photo.ref.sha256}",
        path=Path(photo.ref.path),
        title=wording.photo_name(photo.ref),
        size=photo.ref.size,
        sha256=photo.ref.sha256,
    )


def result_items(job: Job, provider: AnyProvider | None, now: float) -> tuple[ResultItem, ...]:
    """One item for each output, or the one that waits for the first; at least one.

    The keys are the job's id and the output's number, so they stay from the queued job to every later session.
    ``provider`` is ``None`` where it is not installed any more; ``now`` is in seconds since 1970.
    """
    info = provider.info if provider is not None else None
    title = tr(info.name) if info else job.request.provider
    common = ResultItem(
        key=f"{job.id}-1",
        title=title,
        seconds=job.elapsed_s(now) if job.terminal else None,
        cost=wording.job_cost_text(job),
        frame=_frame(job, info),
        provider=job.request.provider,
        parameters=parameters_in_words(job, info),
        asked=asked_size(job, provider),
    )
    if job.outputs:
        return tuple(_saved(common, job, output) for output in job.outputs)
    return (_waiting(common, job, info),)


def _saved(common: ResultItem, job: Job, output: Output) -> ResultItem:
    return ResultItem(
        key=f"{job.id}-{output.n}",
        title=common.title if len(job.outputs) == 1 else f"{common.title} {output.n}",
        path=Path(output.path),
        size=Size(output.width, output.height),
        seconds=common.seconds,
        cost=common.cost,
        frame=common.frame,
        warnings=warnings_of(job, output),
        provider=common.provider,
        parameters=common.parameters,
        bytes=output.bytes,
        sha256=output.sha256,
        asked=common.asked,
        recipe=recipe(job, common.parameters, output),
    )


def _waiting(common: ResultItem, job: Job, info: ProviderInfo | None) -> ResultItem:
    local = info is not None and info.account is None
    return ResultItem(
        key=common.key,
        title=common.title,
        seconds=common.seconds,
        cost=common.cost,
        state=job.failure.message if job.failure else wording.state_text(job, local=local),
        remedy=job.failure.remedy if job.failure else "",
        progress=job.progress,
        busy=wording.running(job),
        level=Level.ATTENTION if job.paused else _LEVELS.get(job.state),
        frame=common.frame,
        provider=common.provider,
        parameters=common.parameters,
        asked=common.asked,
        recipe=recipe(job, common.parameters),
    )


def loose_items(files: Sequence[LooseFile]) -> tuple[tuple[float, ResultItem], ...]:
    """Files that no job brought, each since when it is there and by its name; files of one name by their folder's
    too."""
    names = Counter(file.path.name for file in files)
    return tuple((file.since, _loose(file, unique=names[file.path.name] == 1)) for file in files)


def _loose(file: LooseFile, *, unique: bool) -> ResultItem:
    path, ref = file.path, file.photo.ref if file.photo is not None else None
    return ResultItem(
        key=f"file/{path}",
        title=path.name if unique else str(Path(path.parent.name, path.name)),
        path=path,
        size=ref.size if ref is not None else None,
        bytes=ref.bytes if ref is not None else None,
        sha256=ref.sha256 if ref is not None else None,
    )


# ---------------------------------------------------------------------- parameters


def parameters_in_words(job: Job, info: ProviderInfo | None) -> tuple[tuple[str, str], ...]:
    """Label and value of every parameter that had a meaning for this job, in the order of the declaration.

    What was left to the service has no line, save where the declaration has a word for that, and what only says how the
    answer travels has none either. The sides of a canvas come
    as the frame that they make. Of a provider that is not known, or knows these parameters no more, names and values.
    """
    frame = _canvas_words(job)
    given = job.request.parameters
    values = _validated(info, given)
    if info is None or values is None:
        raw = ((name, _plain_words(value)) for name, value in given.items() if value not in (None, ""))
        return (*frame, *raw)
    lines = list(frame)
    for spec in specs(info.parameters):
        value = values[spec.name]
        if spec.shown.when is not None and not spec.shown.when.holds(values):
            continue
        if spec.shown.role is Role.TRANSPORT:
            continue
        if job.request.canvas is not None and spec.shown.role in SIDES:
            continue
        words = _value_words(spec, value)
        if words:
            lines.append((tr(spec.shown.label), words))
    return tuple(lines)


def _validated(info: ProviderInfo | None, given: Mapping[str, Value]) -> dict[str, Value] | None:
    """Every parameter with the defaults filled in; ``None`` where the journal is of an older declaration."""
    if info is None:
        return None
    try:
        return validate(info.parameters, given).values()
    except InvalidParameter:
        return None


def _value_words(spec: ParameterSpec, value: Value) -> str:
    for choice in spec.shown.choices:
        if choice.value == value:
            return tr(choice.label)
    if value is None or value == "":
        return ""
    words = _plain_words(value)
    return f"{words} {tr(spec.shown.unit)}" if spec.shown.unit else words


def _plain_words(value: Value) -> str:
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    if isinstance(value, float):
        return f"{value:.6g}"
    # A callback's address may carry a signature.
    return redact(str(value))


def _canvas_words(job: Job) -> tuple[tuple[str, str], ...]:
    canvas, size = job.request.canvas, job.request.photo.size
    if canvas is None or size is None:
        return ()
    frame = ((tr("Frame"), str(canvas.frame.grow(size))),)
    return frame if canvas.mask is None else (*frame, (tr("Mask"), tr("painted")))


# ---------------------------------------------------------------------- the recipe


def recipe(job: Job, parameters: tuple[tuple[str, str], ...], output: Output | None = None) -> tuple[str, ...]:
    """How an output came about, in short lines: what did it, what was sent, which task, when, for how much, and the
    file. Nothing secret is in them: an address is named without its query, and a key is not known here."""
    values = [f"{label} {value}" for label, value in parameters]
    task = [tr("task {id}", id=_short(job.task_id))] if job.task_id else []
    when = [_moment(job.finished_at)] if job.finished_at is not None else []
    return (
        " · ".join([job.request.provider, *values]),
        *_sent_lines(job),
        " · ".join([*task, *when, wording.job_cost_text(job)]),
        *([tr("saved {name}", name=Path(output.path).name)] if output is not None else ()),
    )


def _sent_lines(job: Job) -> tuple[str, ...]:
    lines = []
    way = _DELIVERED.get(job.request.delivery)
    if way is not None:
        lines.append(tr(way))
    if job.sent is not None:
        lines.append(tr("sent {what}", what=_file_words(job.sent)))
        if job.sent.changes:
            lines.append(", ".join(job.sent.changes))
        if job.sent.mask is not None:
            lines.append(tr("mask {what}", what=_file_words(job.sent.mask)))
    return tuple(lines)


def _file_words(sent: Sent) -> str:
    size = Size(sent.width, sent.height)
    return f"{size} {sent.format.value.upper()}, {wording.bytes_text(sent.bytes)}"


def _short(task_id: str) -> str:
    return task_id if len(task_id) <= _TASK_LETTERS + 1 else f"{task_id[:_TASK_LETTERS]}…"


def _moment(at: float) -> str:
    """Local time; with the day where that is another one."""
    then = time.localtime(at)
    today = time.localtime()[:3] == then[:3]
    return time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M", then)


# ---------------------------------------------------------------------- the rest


def _frame(job: Job, info: ProviderInfo | None) -> Rect | None:
    """The rectangle of the photo plane that an expansion fills; else ``None``."""
    size, margins = job.request.photo.size, frame_of(job, info)
    return margins.frame(size) if margins is not None and size is not None else None
