"""What can be set: each setting once, with its type, range, default and words."""

from __future__ import annotations

import string
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from overscan.core.providers import Account, Pace
from overscan.core.text import mark, tr
from overscan.services.setting_checks import (
    base_url_or_empty,
    bucket_or_empty,
    expanded,
    expanded_or_empty,
    folder_in_bucket,
    key_id_or_empty,
    polarity_or_empty,
    proxy_or_word,
    region_or_empty,
    status_path_or_empty,
    whole_port,
)


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


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True)


class AccountSettings(_Table):
    """Where an account's service is, and how often it may be asked. Unset: as the account itself says."""

    base_url: Annotated[
        str,
        AfterValidator(base_url_or_empty),
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
    status_path: Annotated[
        str,
        AfterValidator(status_path_or_empty),
        Described(
            SettingKind.TEXT,
            mark("Path of the status call"),
            mark("Where a task is asked for, with {task_id}; only for a service whose document leaves it open."),
            empty=mark("the provider's own"),
        ),
    ] = ""
    mask_polarity: Annotated[
        str,
        AfterValidator(polarity_or_empty),
        Described(
            SettingKind.TEXT,
            mark("Generated colour of a mask"),
            mark("“white” or “black”: which one the service fills. Only where it proves to be the other one."),
            empty=mark("the provider's own"),
        ),
    ] = ""


class OutputSettings(_Table):
    folder: Annotated[
        str,
        AfterValidator(expanded),
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
        AfterValidator(proxy_or_word),
        Described(
            SettingKind.ADDRESS,
            mark("Proxy"),
            mark("An HTTP proxy such as http://proxy.example:8080, or “direct” for none."),
            empty=mark("as the system says"),
        ),
    ] = ""
    ca_file: Annotated[
        str,
        AfterValidator(expanded_or_empty),
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


class HostingSettings(_Table):
    """The person's own bucket, for services that take photos only by a public URL.

    The secret access key is no setting: it is kept as the key of ``hosting``, bound to the endpoint's origin.
    """

    endpoint: Annotated[
        str,
        AfterValidator(base_url_or_empty),
        Described(
            SettingKind.ADDRESS,
            mark("Endpoint"),
            mark("Where your S3-compatible storage is. http:// is possible only for this machine itself."),
            empty=mark("no hosting"),
        ),
    ] = ""
    bucket: Annotated[
        str,
        AfterValidator(bucket_or_empty),
        Described(
            SettingKind.TEXT,
            mark("Bucket"),
            mark("A private bucket of yours. Photos lie there until their job ends."),
            empty=mark("no hosting"),
        ),
    ] = ""
    region: Annotated[
        str,
        AfterValidator(region_or_empty),
        Described(
            SettingKind.TEXT,
            mark("Region"),
            mark("The bucket's region, such as eu-central-1; “auto” for some services."),
            empty="us-east-1",
        ),
    ] = ""
    prefix: Annotated[
        str,
        AfterValidator(folder_in_bucket),
        Described(SettingKind.TEXT, mark("Folder in the bucket"), mark("What the names of uploads begin with.")),
    ] = "overscan/"
    access_key_id: Annotated[
        str,
        AfterValidator(key_id_or_empty),
        Described(
            SettingKind.TEXT,
            mark("Access key id"),
            mark("Of a key that may write, read and delete below that folder, and nothing else."),
            empty=mark("no hosting"),
        ),
    ] = ""
    consent: Annotated[
        str,
        Described(
            SettingKind.TEXT,
            mark("Consent"),
            mark(
                "“endpoint/bucket”, in full, once you agree that photos for services that take only URLs are put "
                "there, readable for the service by a secret link, and deleted when the job ends."
            ),
            empty=mark("not given"),
        ),
    ] = ""

    @property
    def place(self) -> str:
        """What a consent has to name; empty where endpoint, bucket or access key are not all set."""
        return f"{self.endpoint}/{self.bucket}" if self.endpoint and self.bucket and self.access_key_id else ""

    @property
    def consented(self) -> bool:
        """Whether hosting is set up and the consent is for exactly this place."""
        return bool(self.place) and self.consent == self.place


class CallbackSettings(_Table):
    """A receiver of callbacks on this machine, for people with a tunnel to it."""

    port: Annotated[
        float,
        AfterValidator(whole_port),
        Field(ge=0, le=65535),
        Described(
            SettingKind.NUMBER,
            mark("Port for callbacks"),
            mark("Where a tunnel hands over the services' callbacks, on this machine only."),
            empty=mark("off"),
        ),
    ] = 0.0
    public_url: Annotated[
        str,
        AfterValidator(base_url_or_empty),
        Described(
            SettingKind.ADDRESS,
            mark("Public address for callbacks"),
            mark("The tunnel's address, which the services are told."),
            empty=mark("off"),
        ),
    ] = ""

    @property
    def ready(self) -> bool:
        return self.port > 0 and bool(self.public_url)


Id: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Settings(_Table):
    """The whole of ``config.toml``. Made without arguments it holds every default."""

    accounts: dict[Id, AccountSettings] = Field(default_factory=dict)
    providers: dict[Id, ProviderSettings] = Field(default_factory=dict)
    output: OutputSettings = Field(default_factory=OutputSettings)
    network: NetworkSettings = NetworkSettings()
    money: MoneySettings = MoneySettings()
    hosting: HostingSettings = HostingSettings()
    callbacks: CallbackSettings = CallbackSettings()

    def base_url(self, account: Account) -> str:
        """Where the calls of ``account`` go, without a slash at the end."""
        own = self.accounts.get(account.id)
        return (own.base_url if own else "") or account.base_url.rstrip("/")

    def requests_per_second(self, account: Account) -> float:
        """How often ``account`` may be asked, over all its jobs."""
        own = self.accounts.get(account.id)
        return (own.requests_per_second if own else None) or account.requests_per_second

    def has_pace(self, provider_id: str) -> bool:
        """Whether anything of the provider's pace is set; else it decides by itself, also by its parameters."""
        return self.providers.get(provider_id, ProviderSettings()).pace != PaceSettings()

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

    def white_generates(self, provider_id: str) -> bool | None:
        """Whether the provider's service generates what is white in a mask, where that is set."""
        polarity = self.providers.get(provider_id, ProviderSettings()).mask_polarity
        return polarity == "white" if polarity else None

    def status_path(self, provider_id: str) -> str:
        """The path of the provider's status call where one is set, with ``{task_id}`` in it; else empty."""
        return self.providers.get(provider_id, ProviderSettings()).status_path
