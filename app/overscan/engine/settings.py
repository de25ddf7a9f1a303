"""What the engine has to be told, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from overscan.core.parameters import Value
from overscan.core.providers import Account, Pace, ProviderInfo


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Settings by account id and provider id; what is missing takes the declaration's value.

    ``rescue_folder`` takes outputs that cannot be saved where they were wanted, ``instances_folder`` the lock files
    by which running programs know each other. ``proxy`` and ``ca_file`` are empty for none, ``max_credits_per_day``
    is 0 for no cap. ``retry_base_s`` is the first pause before a repetition that the service gave no time for; it
    doubles with each further one.
    """

    rescue_folder: Path
    instances_folder: Path
    base_urls: Mapping[str, str] = field(default_factory=dict)
    requests_per_second: Mapping[str, float] = field(default_factory=dict)
    pace: Mapping[str, Pace] = field(default_factory=dict)
    proxy: str = ""
    ca_file: str = ""
    max_credits_per_day: float = 0.0
    retry_base_s: float = 0.5

    def base_url(self, account: Account) -> str:
        return (self.base_urls.get(account.id) or account.base_url).rstrip("/")

    def rate(self, account: Account) -> float:
        return self.requests_per_second.get(account.id, account.requests_per_second)

    def pace_of(self, info: ProviderInfo, parameters: Mapping[str, Value]) -> Pace:
        """How a job with these parameters is asked for: as set, else as declared for them."""
        if info.id in self.pace:
            return self.pace[info.id]
        return next((pace for condition, pace in info.pace_when if condition.holds(parameters)), info.pace)
