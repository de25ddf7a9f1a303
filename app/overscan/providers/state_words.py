"""Words for a task's state, as services and their gateways write them."""

from __future__ import annotations

from typing import Final

from overscan.core.calls import Json
from overscan.core.providers import Phase
from overscan.providers.reply_json import plain_word

_PHASES: Final = {
    Phase.QUEUED: "queued queueing queuing inqueue pending created submitted notstart notstarted",
    Phase.RUNNING: "preparing waiting processing running inprogress generating started",
    Phase.SUCCEEDED: "success succeeded successful completed complete finished done",
    Phase.FAILED: "fail failed failure error cancelled canceled timeout timedout expired rejected aborted",
}
_WORDS: Final = {word: phase for phase, words in _PHASES.items() for word in words.split()}
CANCELLED: Final = frozenset({"cancelled", "canceled", "aborted"})
"""Plain words for a task that the service itself gave up."""


def phase_of(value: Json) -> Phase:
    """The phase that a word names; what is unknown counts as running, until the deadline."""
    return _WORDS.get(plain_word(value), Phase.RUNNING)
