"""All faults, by number."""

from __future__ import annotations

from typing import Final

from tests.faults.faults_input import INPUT
from tests.faults.faults_poll import POLL
from tests.faults.faults_result import RESULT
from tests.faults.faults_secrets import SECRETS
from tests.faults.faults_submit import SUBMIT
from tests.faults.table import Part

FAULTS: Final[Part] = {**SUBMIT, **POLL, **RESULT, **INPUT, **SECRETS}
