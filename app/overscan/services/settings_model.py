"""What can be set: each setting once, with its type, range, default and words."""

from __future__ import annotations

import string
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from overscan.core.providers import Account, Pace
from overscan.core.text import mark, tr
from overscan.services.origins import checked_base_url, checked_proxy


class SettingKind(StrEnum):
    """Which control a setting needs."""

    NUMBER = "number"
    TEXT = "text"
    ADDRESS = "address"
    FOLDER = "folder"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Described:
    """The words for one setting. ``empty`` says what an unset or zero value means; ``unit`` stands behind it."""

    kind: SettingKind
    label: str
    help: str
    empty: str = ""
    unit: str = ""


NAME_PLACES: Final = frozenset({"photo", "provider", "n"})
_FORBIDDEN_IN_NAMES: Final = frozenset('/\\<>:"|?*')


def checked_name_template(template: str) -> str:
    """A template for output names; ``-{n}`` is added where ``{n}`` is missing, so that outputs stay apart.

    Raises ``ValueError`` with a sentence for people.
    """
    places = _places(template)
    for place in places:
        if place not in NAME_PLACES:
            raise ValueError(tr("only {places} can be filled in", places="{photo}, {provider}, {n}"))
    if any(letter in _FORBIDDEN_IN_NAMES or not letter.isprintable() for letter in template):
        raise ValueError(tr("a name holds none of {letters}", letters=" ".join(sorted(_FORBIDDEN_IN_NAMES))))
    if not template.strip(" ."):
        raise ValueError(tr("a name is not empty"))
    return template if "n" in places else f"{template}-{{n}}"


def _places(template: str) -> list[str]:
    wrong = tr("braces stand only around photo, provider and n")
    try:
        pieces = list(string.Formatter().parse(template))
    except ValueError:
        raise ValueError(wrong) from None
    if any("{" in literal or "}" in literal or form or conversion for literal, _, form, conversion in pieces):
        raise ValueError(wrong)
    return [place for _, place, _, _ in pieces if place is not None]


def _expanded(text: str) -> str:
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise ValueError(tr("nobody here has this home folder")) from None
    if "\x00" in text or not path.is_absolute():
        raise ValueError(tr("a path begins with “~” or at the root"))
    return str(path)


def _expanded_or_empty(text: str) -> str:
    return _expanded(text) if text else ""


def _base_url_or_empty(text: str) -> str:
    return checked_base_url(text) if text else ""


def _proxy_or_empty(text: str) -> str:
    return checked_proxy(text) if text else ""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True)


class AccountSettings(_Table):
    """Where an account's service is, and how often it may be asked. Unset: as the account itself says."""

    base_url: Annotated[
        str,
        AfterValidator(_base_url_or_empty),
        Described(
            SettingKind.ADDRESS,
            mark("Address of the service"),
            mark("Where the calls of this account go. http:// is possible only for this machine itself."),
            empty=mark("the service's own"),
        ),
    ] = ""
    requests_per_second: Annotated[
        float | None,
        Field(gt=0, le=1000),
        Described(
            SettingKind.NUMBER,
            mark("Requests per second"),
            mark("Submissions and status reads together, over all jobs of this account."),
            empty=mark("as the service's document says"),
        ),
    ] = None


class PaceSettings(_Table):
    """When a provider is asked for a task's state, in seconds. Unset: as the provider itself says."""

    first_s: Annotated[
        float | None,
        Field(ge=0, le=3600),
        Described(
            SettingKind.NUMBER,
            mark("First question"),
            mark("How long after the submission the state is asked for the first time."),
            empty=mark("the provider's own"),
            unit="s",
        ),
    ] = None
    interval_s: Annotated[
        float | None,
        Field(gt=0, le=3600),
        Described(
            SettingKind.NUMBER,
            mark("Interval"),
            mark("The time between two questions."),
            empty=mark("the provider's own"),
            unit="s",
        ),
    ] = None
    deadline_s: Annotated[
        float | None,
        Field(gt=0, le=604_800),
        Described(
            SettingKind.NUMBER,
            mark("Deadline"),
            mark("After this time a job is put aside; it can be picked up again later."),
            empty=mark("the provider's own"),
            unit="s",
        ),
    ] = None


class ProviderSettings(_Table):
    pace: PaceSettings = PaceSettings()


class OutputSettings(_Table):
    folder: Annotated[
        str,
        AfterValidator(_expanded),
        Described(SettingKind.FOLDER, mark("Folder"), mark("Where outputs are saved; “~” is your home folder.")),
    ] = "~/Pictures/Overscan"
    name: Annotated[
        str,
        AfterValidator(checked_name_template),
        Described(
            SettingKind.TEXT,
            mark("File name"),
            mark("How outputs are named, from {photo}, {provider} and {n}; the extension follows by itself."),
        ),
    ] = "{photo}-{provider}-{n}"


class NetworkSettings(_Table):
    proxy: Annotated[
        str,
        AfterValidator(_proxy_or_empty),
        Described(
            SettingKind.ADDRESS,
            mark("Proxy"),
            mark("An HTTP proxy such as http://proxy.example:8080."),
            empty=mark("none"),
        ),
    ] = ""
    ca_file: Annotated[
        str,
        AfterValidator(_expanded_or_empty),
        Described(
            SettingKind.FILE,
            mark("Certificate authorities"),
            mark("A PEM file with the authorities to trust, for a network that has its own."),
            empty=mark("those of the system"),
        ),
    ] = ""


class MoneySettings(_Table):
    max_credits_per_day: Annotated[
        float,
        Field(ge=0),
        Described(
            SettingKind.NUMBER,
            mark("Credits per day"),
            mark("No run starts that would pass this sum."),
            empty=mark("no cap"),
        ),
    ] = 0.0
    usd_per_credit: Annotated[
        float,
        Field(ge=0),
        Described(
            SettingKind.NUMBER,
            mark("Price of a credit"),
            mark("What one credit cost you, to show prices in money too."),
            empty=mark("unknown"),
            unit="USD",
        ),
    ] = 0.0


Id: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Settings(_Table):
    """The whole of ``config.toml``. Made without arguments it holds every default."""

    accounts: dict[Id, AccountSettings] = Field(default_factory=dict)
    providers: dict[Id, ProviderSettings] = Field(default_factory=dict)
    output: OutputSettings = Field(default_factory=OutputSettings)
    network: NetworkSettings = NetworkSettings()
    money: MoneySettings = MoneySettings()

    def base_url(self, account: Account) -> str:
        """Where the calls of ``account`` go, without a slash at the end."""
        own = self.accounts.get(account.id)
        return (own.base_url if own else "") or account.base_url.rstrip("/")

    def requests_per_second(self, account: Account) -> float:
        """How often ``account`` may be asked, over all its jobs."""
        own = self.accounts.get(account.id)
        return (own.requests_per_second if own else None) or account.requests_per_second

    def pace(self, provider_id: str, pace: Pace) -> Pace:
        """``pace`` with what is set for the provider put in its place."""
        own = self.providers.get(provider_id, ProviderSettings()).pace
        interval_s = pace.interval_s if own.interval_s is None else own.interval_s
        return Pace(
            first_s=pace.first_s if own.first_s is None else own.first_s,
            interval_s=interval_s,
            max_interval_s=max(interval_s, pace.max_interval_s),
            deadline_s=pace.deadline_s if own.deadline_s is None else own.deadline_s,
            submit_timeout_s=pace.submit_timeout_s,
            sync_timeout_s=pace.sync_timeout_s,
        )
