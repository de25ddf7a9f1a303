"""Strict reading of multipart/form-data."""

from __future__ import annotations

from dataclasses import dataclass, field

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header


class MalformedForm(Exception):
    """The body is not a complete multipart/form-data form."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: a file when it has a file name."""

    name: str
    filename: str | None
    content_type: str
    body: bytes


@dataclass(slots=True)
class _Reader:
    parts: list[Part] = field(default_factory=list)
    headers: dict[str, bytes] = field(default_factory=dict)
    complete: bool = False
    _header_name: bytes = b""
    _header_value: bytes = b""
    _pieces: list[bytes] = field(default_factory=list)

    def on_part_begin(self) -> None:
        self.headers = {}
        self._pieces = []

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def on_header_end(self) -> None:
        self.headers[self._header_name.decode("latin-1").lower()] = self._header_value
        self._header_name = self._header_value = b""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(data[start:end])

    def on_part_end(self) -> None:
        kind, options = parse_options_header(self.headers.get("content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise MalformedForm("a part has no form-data name")
        filename = options.get(b"filename")
        self.parts.append(
            Part(
                name=options[b"name"].decode("utf-8", "replace"),
                filename=None if filename is None else filename.decode("utf-8", "replace"),
                content_type=self.headers.get("content-type", b"").decode("latin-1"),
                body=b"".join(self._pieces) if len(self._pieces) != 1 else self._pieces[0],
            )
        )

    def on_end(self) -> None:
        self.complete = True


def read_form(content_type: str, body: bytes) -> list[Part]:
    """The parts of a form in their order; MalformedForm when it is of another kind, broken or cut."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise MalformedForm("the body must be multipart/form-data")
    reader = _Reader()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": reader.on_part_begin,
                "on_header_field": reader.on_header_field,
                "on_header_value": reader.on_header_value,
                "on_header_end": reader.on_header_end,
                "on_part_data": reader.on_part_data,
                "on_part_end": reader.on_part_end,
                "on_end": reader.on_end,
            },
        )
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise MalformedForm(str(error)) from error
    if not reader.complete:
        raise MalformedForm("the form ends before its closing boundary")
    return reader.parts
