"""The lower part of a report: notes, measures and recipes."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Final

from overscan.core.cost_words import cost_words, tally_words
from overscan.core.ledger import Charge
from overscan.core.recipe import Recipe, total_of
from overscan.core.text import mark, tr
from overscan.imaging.measure_words import MEASURES, text_of
from overscan.imaging.report_facts import Report, Writer, bytes_words

_CHARGES: Final = {
    Charge.TOLD: mark("as the service says"),
    Charge.ASSUMED: mark("by the documents; the service did not tell"),
    Charge.POSSIBLE: mark("possibly charged"),
    Charge.OPEN: mark("not known yet"),
    Charge.NONE: "",
    Charge.CARRIED: mark("with a later job"),
}


def sections(report: Report, writer: Writer) -> str:
    """The sections below the pictures, those that have something to say."""
    return _notes(report, writer) + _measures(report, writer) + _recipes(report, writer)


def _notes(report: Report, writer: Writer) -> str:
    lines = []
    for n, result in enumerate(report.results, start=1):
        notes = [*result.notes, *((result.located.mismatch,) if result.located.mismatch else ())]
        notes += [line for line in (result.file.recipe.warnings if result.file.recipe else ()) if line not in notes]
        lines += [f"<li>{n} {writer.bdi(result.file.title)}: {writer(note)}</li>" for note in dict.fromkeys(notes)]
    for name, reason in report.refused:
        what = tr("{name} could not be measured: {reason}", name=name, reason=reason)
        lines.append(f'<li class="attention">{writer(what)}</li>')
    return f'<section><h2>{writer(tr("Notes"))}</h2><ul class="notes">{"".join(lines)}</ul></section>' if lines else ""


def _measures(report: Report, writer: Writer) -> str:
    if not report.results:
        return ""
    heads = "".join(
        f'<th scope="col">{n} {writer.bdi(result.file.title)}</th>' for n, result in enumerate(report.results, start=1)
    )
    rows = []
    for info in MEASURES:
        label = tr("{label}, {unit}", label=tr(info.label), unit=tr(info.unit)) if info.unit else tr(info.label)
        words = [tr(info.definition), tr(info.reading), tr("Source: {source}", source=tr(info.source))]
        more = "".join(f"<p>{writer(line)}</p>" for line in words if line)
        cells = "".join(f"<td>{writer(text_of(info, result.measures))}</td>" for result in report.results)
        head = f'<th scope="row"><details><summary>{writer(label)}</summary>{more}</details></th>'
        rows.append(f"<tr>{head}{cells}</tr>")
    title = writer(tr("Measures"))
    caption = writer(tr("Open a line to read what it measures. No measure says which result is better."))
    return (
        f'<section><h2>{title}</h2><p class="summary" id="measures">{caption}</p><div class="scroll" tabindex="0" '
        f'role="region" aria-label="{title}" aria-describedby="measures"><table>'
        f"<thead><tr><td></td>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div></section>"
    )


def _recipes(report: Report, writer: Writer) -> str:
    original = _list(
        [
            (tr("File"), writer.bdi(report.name)),
            (tr("Size"), writer(f"{report.size}, {bytes_words(report.bytes)}")),
            (tr("SHA-256"), f"<code>{writer(report.sha256)}</code>"),
        ],
        writer,
    )
    cards = [f'<article class="recipe"><h3>0 {writer(tr("Original"))}</h3>{original}</article>']
    for n, result in enumerate(report.results, start=1):
        lines = [
            (tr("File"), writer.bdi(result.file.path.name)),
            (tr("Size"), writer(f"{result.size}, {bytes_words(result.bytes)}")),
            (tr("SHA-256"), f"<code>{writer(result.sha256)}</code>"),
            *_recipe_lines(result.file.recipe, report.sha256, writer),
        ]
        title = f"{n} {writer.bdi(result.file.title)}"
        cards.append(f'<article class="recipe"><h3>{title}</h3>{_list(lines, writer)}</article>')
    total = tr("Total cost: {cost}", cost=tally_words(total_of(r.file.recipe for r in report.results)))
    return (
        f'<section><h2>{writer(tr("Recipes"))}</h2><p class="summary">{writer(total)}</p>'
        f'<div class="recipes">{"".join(cards)}</div></section>'
    )


def _recipe_lines(recipe: Recipe | None, original_sha256: str, writer: Writer) -> list[tuple[str, str]]:
    """The lines of how it was made, escaped."""
    if recipe is None:
        return [
            (tr("Made by"), writer(tr("not known: no job of this program brought this file"))),
            (tr("Cost"), writer(tr("unknown"))),
        ]
    settings = ", ".join(f"{s.name} = {s.value}" + (f" ({s.meaning})" if s.meaning else "") for s in recipe.settings)
    lines = [
        (tr("Provider"), writer(f"{recipe.name} ({recipe.provider})")),
        (tr("Parameters"), writer(settings or tr("none"))),
    ]
    if recipe.seed:
        lines.append((tr("Seed"), writer(recipe.seed)))
    if recipe.frame is not None and recipe.frame.grows:
        sides = tr(
            "{left} left, {top} top, {right} right, {bottom} bottom, in pixels of the original",
            left=recipe.frame.left,
            top=recipe.frame.top,
            right=recipe.frame.right,
            bottom=recipe.frame.bottom,
        )
        lines.append((tr("Frame"), writer(sides)))
    if recipe.original_sha256 not in (None, original_sha256):
        lines.append((tr("Made from"), f"{writer(tr('another file:'))} <code>{writer(recipe.original_sha256)}</code>"))
    if recipe.sent is not None:
        sent = recipe.sent
        what = tr(
            "{size} {format}, {bytes}, {way}",
            size=f"{sent.width}×{sent.height}",
            format=sent.format.value.upper(),
            bytes=bytes_words(sent.bytes),
            way=recipe.delivery,
        )
        lines.append((tr("Sent"), writer("; ".join((what, *sent.changes)))))
        lines.append((tr("Sent SHA-256"), f"<code>{writer(sent.sha256)}</code>"))
    elif recipe.delivery:
        lines.append((tr("Sent"), writer(recipe.delivery)))
    if recipe.begun_at is not None:
        begun = datetime.datetime.fromtimestamp(recipe.begun_at).astimezone()
        lines.append((tr("Begun"), writer(f"{begun:%Y-%m-%d %H:%M:%S}")))
    if recipe.seconds is not None:
        lines.append((tr("Took"), writer(tr("{seconds:.1f} s", seconds=recipe.seconds))))
    if recipe.program:
        lines.append((tr("Made with"), writer(tr("Overscan {version}", version=recipe.program))))
    lines.append((tr("Quoted"), writer(cost_words(recipe.quoted))))
    how = tr(_CHARGES[recipe.charge]) if _CHARGES[recipe.charge] else ""
    charged = f"{recipe.cost_words} ({how})" if how else recipe.cost_words
    return [*lines, (tr("Charged"), writer(charged))]


def _list(lines: Sequence[tuple[str, str]], writer: Writer) -> str:
    """Names and values; the values are escaped already."""
    return "<dl>" + "".join(f"<dt>{writer(name)}</dt><dd>{value}</dd>" for name, value in lines) + "</dl>"
