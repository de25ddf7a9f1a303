"""How a photo gets to a service: as a file, or by one of three kinds of public address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from overscan.core.calls import Links
from overscan.core.failures import FailureKind, MissingKey, PhotoError
from overscan.core.providers import Account, ProviderInfo
from overscan.core.requests import Delivery, Photo, PhotoRef
from overscan.core.text import tr

_SAMPLE_URL: Final = "https://photo.invalid/photo.jpg"
_SAMPLE_CALLBACK: Final = "https://callback.invalid/"


def _never(photo: PhotoRef) -> bool:
    return False


def _always(url: str, account: Account) -> bool:
    return True


def _there() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Reach:
    """What a service can get at besides the bytes that it is sent.

    ``live`` tells whether an earlier job's service still keeps the photo as its result; ``hosting`` whether the person
    has a bucket and has consented to its use; ``callbacks`` whether a receiver of callbacks is set up. ``public`` tells
    whether the service of an account can fetch a URL, as far as the URL itself shows.
    """

    live: Callable[[PhotoRef], bool] = _never
    hosting: bool = False
    callbacks: bool = False
    public: Callable[[str, Account], bool] = _always
    hosting_key: Callable[[], bool] = _there

    def sample(self, delivery: Delivery, photo: PhotoRef) -> Links:
        """Links of the shape that the engine will have, to try a submission without sending it."""
        url = {Delivery.FILE: None, Delivery.URL: photo.url}.get(delivery, _SAMPLE_URL)
        return Links(url, _SAMPLE_CALLBACK if self.callbacks else None)


NO_REACH: Final = Reach()


def delivery_of(photo: Photo, info: ProviderInfo, reach: Reach) -> Delivery:
    """The way in which ``photo`` goes to the service, the one with the least said about it to others first.

    Raises :class:`PhotoError` where there is none, and :class:`MissingKey` where it needs a bucket without a key.
    """
    ref, limits = photo.ref, info.limits
    if ref.path is None:
        if not limits.takes_url or info.account is None:
            raise PhotoError(
                tr("{provider} does not take URLs.", provider=info.id),
                tr("Leave out --url: the photo is then fetched and sent as a file."),
            )
        if len(ref.url or "") > limits.max_url_length:
            raise PhotoError(
                tr("The URL is longer than the {count} characters that are allowed.", count=limits.max_url_length),
                tr("Leave out --url: the photo is then fetched and sent as a file."),
            )
        require_public(ref.url or "", info, reach)
        return Delivery.URL
    if limits.takes_file:
        return Delivery.FILE
    if ref.output is not None and reach.live(ref):
        return Delivery.RESULT
    if ref.url is not None and len(ref.url) <= limits.max_url_length and _is_public(ref.url, info, reach):
        return Delivery.URL
    if reach.hosting:
        if not reach.hosting_key():
            raise no_hosting_key()
        return Delivery.HOSTED
    raise PhotoError(
        tr("{provider} takes only photos that have a public URL, and this one has none.", provider=info.id),
        tr(
            "Give the photo by its URL, use another service's result within its lifetime, "
            "or set up hosting in the settings."
        ),
    )


def no_hosting_key() -> MissingKey:
    """The bucket is set up, and its secret is not: nothing that the service's account has to be paused for."""
    return MissingKey(
        tr("There is no secret access key for hosting."),
        tr("Set it in the settings, with “overscan key set hosting” or as OVERSCAN_KEY_HOSTING."),
        kind=FailureKind.CONFIG,
    )


def require_public(url: str, info: ProviderInfo, reach: Reach) -> None:
    """Raises :class:`PhotoError` where the service cannot fetch ``url``: asking all the same may cost."""
    if not _is_public(url, info, reach):
        raise PhotoError(
            tr("{provider} cannot fetch this URL: it is not public, or it holds a name or password.", provider=info.id),
            tr("Give a public URL, or a file: for a photo, leave out --url."),
        )


def _is_public(url: str, info: ProviderInfo, reach: Reach) -> bool:
    return info.account is None or reach.public(url, info.account)
