"""The page of a report: one HTML file that asks nothing of any network, and holds nothing private.

Everything that comes from outside (names, prompts, words of services) goes through :class:`Writer`, which takes out
keys, folders and control characters and escapes the rest.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import html
from string import Template

from overscan.core.cost_words import tally_words
from overscan.core.recipe import total_of
from overscan.core.text import tr, trn
from overscan.imaging.report_facts import Parts, Report, Writer, bytes_words
from overscan.imaging.report_stage import stage_parts
from overscan.imaging.report_words import sections


def report_html(parts: Parts, report: Report, writer: Writer) -> str:
    """The whole file. Raises :class:`StorageProblem` where something private is found in it after all."""
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(parts.style)}; script-src {_hash(parts.script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    heading = tr("Comparison of {name}", name=report.name)
    program = tr("Overscan {version}", version=report.version)
    page = Template(parts.template).substitute(
        lang="en",
        policy=html.escape(policy, quote=False),
        generator=writer(program),
        title=writer(heading),
        css=parts.style,
        script=parts.script,
        heading=writer(heading),
        summary=_summary(report, writer),
        stage_label=writer(tr("Pictures")),
        panes_label=writer(tr("Pictures; arrow keys move them when enlarged")),
        **stage_parts(report, writer),
        sections=sections(report, writer),
        footer=writer(
            tr(
                "Written by {program}. The file is complete in itself: it loads nothing and sends nothing. Private "
                "metadata of the photos, folders and keys are not in it.",
                program=program,
            )
        ),
    )
    writer.check(page)
    return page


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _summary(report: Report, writer: Writer) -> str:
    made = datetime.datetime.fromtimestamp(report.made_at).astimezone()
    facts = [
        tr("Original {size}, {bytes}", size=report.size, bytes=bytes_words(report.bytes)),
        trn("{count} result", "{count} results", len(report.results)),
        tr("total cost: {cost}", cost=tally_words(total_of(r.file.recipe for r in report.results))),
        f"{made:%Y-%m-%d %H:%M}",
    ]
    return writer(" · ".join(facts))
