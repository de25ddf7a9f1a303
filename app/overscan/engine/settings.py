"""What the engine has to be told, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from overscan.core.calls import HttpCall
from overscan.core.parameters import Value
from overscan.core.providers import Account, Pace, ProviderInfo, RemoteProvider
from overscan.core.text import tr


@dataclass(frozen=True, slots=True)
class HostingSettings:
    """The person's own bucket; nothing is put into it unless ``consented``.

    ``endpoint`` has no slash at its end, ``prefix`` is empty or has one. The secret access key is that of
    :attr:`account` for the endpoint.
    """

    endpoint: str
    bucket: str
    region: str
    prefix: str
    access_key_id: str
    consented: bool

    @property
    def place(self) -> str:
        return f"{self.endpoint}/{self.bucket}"

    @property
    def account(self) -> Account:
        """Whom the secret access key belongs to, for the keyring; it is never sent as a header."""
        return Account(
            id="hosting",
            name=tr("hosting"),
            base_url=self.endpoint,
            auth_header="",
            auth_prefix="",
            requests_per_second=10.0,
            key_page=self.endpoint,
        )


@dataclass(frozen=True, slots=True)
class CallbackSettings:
    """``port`` on this machine, 0 for any that is free, and the address by which a tunnel leads to it."""

    port: int
    public_url: str


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Settings by account id and provider id; what is missing takes the declaration's value.

    ``rescue_folder`` takes outputs that cannot be saved where they were wanted, ``instances_folder`` the lock files
    by which running programs know each other. ``proxy`` is a URL, "direct" for none, or empty for the system's;
    ``ca_file`` is empty for none, ``max_credits_per_day`` is 0 for no cap. ``retry_base_s`` is the first pause before a
    repetition that the service gave no time for; it doubles with each further one. ``status_paths`` hold ``{task_id}``
    and begin with a slash. ``white_generates`` overrides how a provider's masks are read.
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
    status_paths: Mapping[str, str] = field(default_factory=dict)
    white_generates: Mapping[str, bool] = field(default_factory=dict)
    hosting: HostingSettings | None = None
    callbacks: CallbackSettings | None = None

    def base_url(self, account: Account) -> str:
        return (self.base_urls.get(account.id) or account.base_url).rstrip("/")

    def rate(self, account: Account) -> float:
        return self.requests_per_second.get(account.id, account.requests_per_second)

    def generates_white(self, info: ProviderInfo) -> bool:
        """Whether the service generates what is white in a mask, as set, else as declared."""
        return self.white_generates.get(info.id, info.white_generates)

    def status_call(self, provider: RemoteProvider, task_id: str) -> HttpCall:
        """The provider's status call, at the path that is set for it if there is one."""
        call = provider.status_call(task_id)
        path = self.status_paths.get(provider.info.id)
        return replace(call, path=path.replace("{task_id}", quote(task_id, safe=""))) if path else call

    def pace_of(self, info: ProviderInfo, parameters: Mapping[str, Value]) -> Pace:
        """How a job with these parameters is asked for: as set, else as declared for them."""
        if info.id in self.pace:
            return self.pace[info.id]
        return next((pace for condition, pace in info.pace_when if condition.holds(parameters)), info.pace)
