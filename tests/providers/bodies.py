"""Looking into the bodies of submissions."""

from __future__ import annotations

from collections.abc import Mapping

from overscan.core.calls import HttpCall, Json, JsonBody, Multipart


def form(call: HttpCall) -> dict[str, str]:
    """The text fields of a multipart body, each name once."""
    assert isinstance(call.body, Multipart)
    names = [name for name, _ in call.body.fields]
    assert len(names) == len(set(names))
    return dict(call.body.fields)


def files(call: HttpCall) -> dict[str, str]:
    """Which file goes into which field of a multipart body."""
    assert isinstance(call.body, Multipart)
    return {part.field: part.source.value for part in call.body.files}


def json_body(call: HttpCall) -> Mapping[str, Json]:
    """The value of a JSON body."""
    assert isinstance(call.body, JsonBody)
    return call.body.value
