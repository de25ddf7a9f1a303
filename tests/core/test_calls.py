"""A call stays at the address that its key belongs to."""

from __future__ import annotations

import pytest

from overscan.core.calls import HttpCall


@pytest.mark.parametrize("path", ["/", "/api/tasks/visual/scale", "/task/a%2Fb", "/tasks/x:y@z"])
def test_paths_that_a_call_can_have(path: str) -> None:
    assert HttpCall("GET", path).path == path


@pytest.mark.parametrize(
    "path", ["", "task", ".evil.example/", "@evil.example", ":81/", "/a b", "/a?b=c", "/a#b", "/a\r\nX: y", "/é"]
)
def test_paths_that_could_lead_elsewhere(path: str) -> None:
    with pytest.raises(ValueError, match="no path"):
        HttpCall("GET", path)
