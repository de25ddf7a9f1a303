"""``overscan doctor``: what works here and what does not, without any secret."""

from __future__ import annotations

from overscan.cli.report import out, out_json
from overscan.core.text import tr, trn
from overscan.engine.journal import Journal
from overscan.providers.registry import load_registry
from overscan.services.doctor import examine
from overscan.services.keys import KeyStore
from overscan.services.paths import locate


def run_doctor(*, as_json: bool) -> int:
    """Print every finding; 0 where nothing is broken. Works where the settings do not."""
    folders = locate()

    def journal() -> str:
        if not folders.journal.exists():
            return tr("none yet")
        opened = Journal(folders.journal)
        try:
            return trn("{count} job", "{count} jobs", len(opened.jobs()))
        finally:
            opened.close()

    findings = examine(folders=folders, keys=KeyStore(), accounts=load_registry().accounts(), journal=journal)
    for finding in findings:
        if as_json:
            out_json({"name": finding.name, "ok": finding.ok, "text": finding.text, "remedy": finding.remedy})
            continue
        sign = {True: tr("ok"), False: tr("broken"), None: "–"}[finding.ok]
        out(f"{sign:<8}{finding.name}: {finding.text}")
        if finding.remedy and finding.ok is not True:
            out(f"{'':<8}{finding.remedy}")
    return 1 if any(finding.ok is False for finding in findings) else 0
