"""The checks of ``overscan doctor`` that concern the person's own bucket and the receiver of callbacks."""

from __future__ import annotations

import socket

from overscan.core.text import tr
from overscan.services.findings import Finding
from overscan.services.keys import KeyStore
from overscan.services.settings_model import CallbackSettings, HostingSettings


def hosting(settings: HostingSettings, keys: KeyStore) -> Finding:
    """Whether photos can be put into a bucket, as far as that shows without putting one there."""
    if not settings.place:
        return Finding("", None, tr("not set up: services that take only URLs get no files from here"))
    if not settings.consented:
        return Finding(
            "",
            None,
            tr("{place}, without consent: nothing is put there", place=settings.place),
            tr("To consent, set hosting.consent to “{place}”.", place=settings.place),
        )
    source = keys.source("hosting", settings.endpoint)
    if source is None:
        return Finding(
            "",
            False,
            tr("{place}, but there is no secret access key", place=settings.place),
            tr("Set it with “overscan key set hosting” or as OVERSCAN_KEY_HOSTING."),
        )
    where = tr("in the environment") if source == "environment" else tr("in the keyring")
    return Finding("", True, tr("{place}, its secret access key {where}", place=settings.place, where=where))


def callbacks(settings: CallbackSettings) -> Finding:
    """Whether callbacks can be received. A port that a running Overscan listens at counts as taken, too."""
    if not settings.ready:
        return Finding("", None, tr("off"))
    port = int(settings.port)
    try:
        with socket.create_server(("127.0.0.1", port)):
            pass
    except OSError as error:
        return Finding(
            "",
            None,
            tr("port {port} cannot be listened at: {reason}", port=port, reason=error.strerror or error),
            tr("That is well if Overscan is running; else set callbacks.port to one that is free."),
        )
    return Finding("", True, tr("port {port}, public as {url}", port=port, url=settings.public_url))
