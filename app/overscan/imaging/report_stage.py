"""The upper part of a report: the pictures, and the controls to compare them with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from overscan.core.text import mark, tr
from overscan.imaging.report_facts import DETAIL, WHOLE, Pane, Report, Writer
from overscan.imaging.report_pictures import Plane

_VIEWS: Final = {WHOLE: mark("Whole picture"), DETAIL: mark("Detail in full size")}
_MODES: Final = (
    ("split", mark("Split")),
    ("flip", mark("Flip")),
    ("side", mark("Side by side")),
    ("difference", mark("Difference ×6")),
)


def stage_parts(report: Report, writer: Writer) -> dict[str, str]:
    """The places of the template around the pictures: ``tools``, ``panes``, ``divider``, ``shown`` and ``keys``."""
    keys = tr(
        "Keys: 1 to 9 choose a result, hold 0 for the original, M for the next way to compare, + and − to zoom, F to "
        "fit. The wheel or two fingers zoom, dragging moves; the border can be dragged or moved with the arrow keys."
    )
    return {
        "tools": _tools(report, writer),
        "panes": "".join(_pane(n, pane, report, writer) for n, pane in enumerate(report.panes)),
        "divider": f'<div class="divider" role="slider" tabindex="0" '
        f'aria-label="{writer(tr("Border between the pictures"))}" aria-orientation="horizontal" aria-valuemin="0" '
        'aria-valuemax="100" aria-valuenow="50"></div>',
        "zoom": writer(tr("{percent} % of the original’s pixels")),
        "shown": _shown(report, writer),
        "keys": writer(keys),
    }


def _tools(report: Report, writer: Writer) -> str:
    names = [writer(pane.title) for pane in report.panes]
    modes = _radios("mode", tr("How to compare"), [(value, writer(tr(label))) for value, label in _MODES], writer)
    chosen = _radios("right", tr("Result"), [(str(n), f"{n} {name}") for n, name in enumerate(names) if n], writer)
    views = [(view, writer(tr(_VIEWS[view]))) for view in report.planes]
    sections = _radios("view", tr("Section"), views, writer) if len(views) > 1 else ""
    options = "".join(f'<option value="{n}">{n} {name}</option>' for n, name in enumerate(names))
    left = f'<label class="left"><span>{writer(tr("against"))}</span><select name="left">{options}</select></label>'
    hold = f'<button type="button" name="hold">{writer(tr("Hold for the original"))}</button>'
    zoom = (
        f'<span class="zooming"><button type="button" name="out" aria-label="{writer(tr("Smaller"))}">−</button>'
        f'<button type="button" name="fit">{writer(tr("Fit"))}</button>'
        f'<button type="button" name="in" aria-label="{writer(tr("Larger"))}">+</button></span>'
    )
    return modes + chosen + left + sections + hold + zoom


def _radios(name: str, legend: str, choices: Iterable[tuple[str, str]], writer: Writer) -> str:
    """A group of choices; the labels are escaped already."""
    labels = "".join(
        f'<label><input type="radio" name="{name}" value="{value}"{"" if n else " checked"}>'
        f"<span>{label}</span></label>"
        for n, (value, label) in enumerate(choices)
    )
    return f'<fieldset class="group"><legend>{writer(legend)}</legend>{labels}</fieldset>'


def _pane(number: int, pane: Pane, report: Report, writer: Writer) -> str:
    planes = "".join(_plane(view, plane, pane, writer) for view, plane in report.planes.items())
    facts = writer(" · ".join((str(pane.size), *pane.facts)))
    return (
        f'<figure class="pane"><figcaption><span class="number">{number}</span>{writer.bdi(pane.title)}'
        f'<span class="facts">{facts}</span></figcaption><div class="view">{planes}</div></figure>'
    )


def _plane(view: str, plane: Plane, pane: Pane, writer: Writer) -> str:
    x, y, width, height = plane.box
    shown = pane.shown.get(view)
    image = ""
    if shown is not None:
        own_x, own_y, own_width, own_height = shown.box
        alt = tr("{title}, {view}", title=pane.title, view=tr(_VIEWS[view]).lower())
        kind = "alpha" if shown.has_alpha else "opaque"
        image = (
            f'<img alt="{writer(alt)}" class="{kind}" draggable="false"'
            f' width="{shown.size.width}" height="{shown.size.height}"'
            f' data-x="{own_x - x:.4f}" data-y="{own_y - y:.4f}" data-width="{own_width:.4f}"'
            f' data-height="{own_height:.4f}" src="{shown.url}">'
        )
    hidden = "" if view == WHOLE else " hidden"
    return (
        f'<div class="plane" data-view="{view}" data-width="{width:.4f}" data-height="{height:.4f}"'
        f' data-finest="{plane.finest:.6f}"{hidden}>{image}</div>'
    )


def _shown(report: Report, writer: Writer) -> str:
    """How large the pictures are within the report: they may be smaller than the files."""
    parts = [
        tr("{number}: {shown} of {size}", number=n, shown=pane.shown[WHOLE].size, size=pane.size)
        for n, pane in enumerate(report.panes)
        if pane.shown[WHOLE].size != pane.size
    ]
    sizes = {pane.shown[WHOLE].size for pane in report.panes}
    if len(sizes) == 1 and parts:
        (size,) = sizes
        return writer(
            tr(
                "As a whole, all are shown with {size} pixels, reduced by area averaging; the titles tell the files’.",
                size=size,
            )
        )
    if not parts:
        return writer(tr("All pictures are shown with all of their pixels."))
    return writer(
        tr(
            "The whole picture is shown smaller than the files, all by area averaging to one scale: {parts} pixels.",
            parts=", ".join(parts),
        )
    )
