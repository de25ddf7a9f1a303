"""The report in a real Chromium: nothing goes out, and slider, keys and touch show what they should.

Skipped where there is no Chromium (on Debian: the package ``chromium``), and where ``CI`` is set.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from overscan.core.recipe import Recipe
from overscan.imaging.comparing import ResultFile
from overscan.services.exhibits import ExhibitKind, exhibit
from tests.browser.chromium import Browser, browser, found
from tests.imaging.exhibits import job, keep, recipe, scene

pytestmark = [
    pytest.mark.skipif("CI" in os.environ, reason="no browser is started where CI is set"),
    pytest.mark.skipif(found() is None, reason="there is no Chromium on this machine: install the package chromium"),
]

RED, BLUE, GREEN = (60, 0, 0), (0, 0, 60), (0, 60, 0)
HOSTILE = "</script><img src=https://photo.invalid/x onerror=alert(1)>"
ARROW_RIGHT, HOME, END = 39, 36, 35


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red original, and three results of twice its size: blue, green, and the blue one once more."""
    folder = tmp_path_factory.mktemp("report")
    original = keep(folder / "原图 <b>.png", scene(tint=RED))
    blue = keep(folder / "blue.png", scene(640, 480, BLUE))
    green = keep(folder / f"green {'long ' * 30}.png", scene(640, 480, GREEN))
    made: list[Recipe | None] = [recipe(job(provider="gone", parameters={"prompt": HOSTILE})), None, None]
    files = [ResultFile(path, path.name, r) for path, r in zip((blue, green, blue), made, strict=True)]
    data = exhibit(original, files, ExhibitKind.REPORT)
    assert data is not None
    target = folder / "报告 #1 100%.html"
    target.write_bytes(data)
    return target


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = found()
    assert program is not None
    home = tmp_path_factory.mktemp("chromium")
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    with browser(program, home / "profile", environment) as started:
        yield started


@pytest.fixture
def page(chromium: Browser, report: Path) -> Iterator[Browser]:
    """The report on a desk. Whatever a test does with it: nothing is asked of a network, nothing is complained of."""
    chromium.events.clear()
    chromium.size(1200, 900)
    chromium.theme("light")
    chromium.open(report)
    yield chromium
    chromium.settle()
    assert set(chromium.requested()) == {report.as_uri()}
    assert chromium.complaints() == []
    assert not [event for event in chromium.events if event["method"] == "Page.javascriptDialogOpening"]


Samples = npt.NDArray[np.float64]


def colour(image: Image.Image, x: float, y: float, scale: float = 1.0) -> str:
    """Which tint the picture has around a point of the view."""
    box = tuple(round(v * scale) for v in (x - 6, y - 6, x + 6, y + 6))
    mean = np.asarray(image.crop(box), np.float64).reshape(-1, 3).mean(axis=0)  # type: ignore[arg-type]
    strongest = int(mean.argmax())
    return ("red", "green", "blue")[strongest] if mean[strongest] > sorted(mean)[1] + 20 else "none"


def at(page: Browser, across: float, down: float = 0.5) -> tuple[float, float]:
    """A point of the pictures by its shares of their width and height."""
    left, top, width, height = page.rect(".panes")
    return left + across * width, top + down * height


def seen(page: Browser, across: float, down: float = 0.5, *, keep: Path | None = None) -> str:
    return colour(page.picture(keep), *at(page, across, down))


def share(page: Browser) -> int:
    return int(page.run("document.querySelector('.divider').getAttribute('aria-valuenow')"))


def test_the_slider_is_dragged(page: Browser, tmp_path: Path) -> None:
    assert share(page) == 50
    assert (seen(page, 0.3), seen(page, 0.7, keep=tmp_path / "half.png")) == ("red", "blue")
    left, top, width, height = page.rect(".divider")
    page.drag((left + width / 2, top + height / 2), at(page, 0.2))
    assert share(page) == 20
    assert (seen(page, 0.15), seen(page, 0.3, keep=tmp_path / "dragged.png")) == ("red", "blue")
    page.drag(at(page, 0.2), at(page, 0.8))
    assert (seen(page, 0.7), seen(page, 0.85)) == ("red", "blue")


def test_the_slider_obeys_the_keyboard(page: Browser) -> None:
    page.run("document.querySelector('.divider').focus(), 1")
    assert page.run("document.activeElement.getAttribute('role')") == "slider"
    page.press("ArrowRight", ARROW_RIGHT)
    assert share(page) == 52
    page.press("Home", HOME)
    assert (share(page), seen(page, 0.3)) == (0, "blue")
    page.press("End", END)
    assert (share(page), seen(page, 0.7)) == (100, "red")


def test_flipping_by_keys_keeps_the_place(page: Browser) -> None:
    page.press("m")
    assert seen(page, 0.5) == "blue"
    page.press("2")
    assert seen(page, 0.5) == "green"
    page.press("9")
    assert seen(page, 0.5) == "green"
    page.mouse("Wheel", *at(page, 0.4), deltaX=0, deltaY=-400)
    before = page.run("document.querySelector('.pane:not(.off) .plane').style.transform")
    page.key("Down", "0")
    assert seen(page, 0.5) == "red"
    assert page.run("document.querySelector('.pane:not(.off) .plane').style.transform") == before
    page.key("Up", "0")
    assert seen(page, 0.5) == "green"


def test_the_wheel_zooms_about_the_cursor_and_dragging_moves_all_panes(page: Browser) -> None:
    page.click("input[name=mode][value=side]")
    left, top, width, height = page.rect(".pane:nth-child(2) .view")
    point = (round(left + width * 0.3), round(top + height * 0.6))

    def under(n: int, x: float, y: float) -> list[float]:
        """The point of the photo that lies there in pane ``n``."""
        found = page.run(
            f"(() => {{ const r = document.querySelectorAll('.plane[data-view=whole]')[{n}].getBoundingClientRect(); "
            f"const z = r.width / 320; return [({x} - r.left) / z, ({y} - r.top) / z, z]; }})()"
        )
        return [float(value) for value in found]

    x, y, zoom = under(1, *point)
    page.mouse("Wheel", *point, deltaX=0, deltaY=-600)
    near_x, near_y, near_zoom = under(1, *point)
    assert (near_x, near_y) == pytest.approx((x, y), abs=0.05)
    assert near_zoom > 3 * zoom
    page.drag(point, (point[0] + 40, point[1] - 30))
    moved = under(1, *point)
    assert moved[:2] == pytest.approx((near_x - 40 / near_zoom, near_y + 30 / near_zoom), abs=0.5)
    places = [
        under(
            n,
            *(
                page.run(
                    f"(() => {{ const r = document.querySelectorAll('.view')[{n}].getBoundingClientRect(); "
                    "return [r.left + r.width / 2, r.top + r.height / 2]; })()"
                )
            ),
        )
        for n in range(4)
    ]
    assert places[1] == pytest.approx(places[0], abs=0.1)
    assert places[2] == pytest.approx(places[0], abs=0.1)
    page.press("f")
    assert under(1, *point)[2] == pytest.approx(zoom, rel=0.01)


def test_difference_is_black_only_where_pictures_are_equal(page: Browser) -> None:
    page.click("input[name=mode][value=difference]")
    x, y = at(page, 0.5)
    box = (round(x) - 20, round(y) - 20, round(x) + 20, round(y) + 20)
    assert np.asarray(page.picture().crop(box)).mean() > 100
    page.run(
        "(() => { const s = document.querySelector('select'); s.value = '1'; "
        "s.dispatchEvent(new Event('change', {bubbles: true})); return 1; })()"
    )
    page.press("3")
    assert page.run("[...document.querySelectorAll('.pane:not(.off) .number')].map((n) => n.textContent)") == ["1", "3"]
    assert np.asarray(page.picture().crop(box)).max() == 0


def test_fingers_slide_pinch_and_hold(chromium: Browser, page: Browser, report: Path, tmp_path: Path) -> None:
    chromium.size(390, 844, mobile=True, scale=2)
    chromium.theme("dark")
    chromium.open(report)
    chromium.run("document.querySelector('.panes').scrollIntoView({block: 'center'}), 1")
    picture = chromium.picture(tmp_path / "phone.png")
    assert picture.size == (780, 1688)
    assert chromium.run("document.documentElement.scrollWidth") <= 390
    assert colour(picture, *at(chromium, 0.25), scale=2) == "red"
    assert colour(picture, *at(chromium, 0.75), scale=2) == "blue"
    start, end = at(chromium, 0.5), at(chromium, 0.1)
    chromium.touch("Start", start)
    chromium.touch("Move", ((start[0] + end[0]) / 2, start[1]))
    chromium.touch("Move", end)
    chromium.touch("End")
    assert share(chromium) == pytest.approx(10, abs=1)
    assert colour(chromium.picture(), *at(chromium, 0.3), scale=2) == "blue"
    zoom = "document.querySelector('.zoom').textContent"
    before = chromium.run(zoom)
    middle = at(chromium, 0.5)
    for kind, apart in (("Start", 20), ("Move", 40), ("Move", 80)):
        chromium.touch(kind, (middle[0] - apart, middle[1]), (middle[0] + apart, middle[1]))
    chromium.touch("End")
    assert float(chromium.run(zoom).split()[0]) == pytest.approx(4 * float(before.split()[0]), rel=0.1)
    chromium.run("document.querySelector('button[name=hold]').scrollIntoView({block: 'center'}), 1")
    left, top, width, height = chromium.rect("button[name=hold]")
    chromium.touch("Start", (left + width / 2, top + height / 2))
    assert chromium.run("[...document.querySelectorAll('.pane:not(.off) .number')].map((n) => n.textContent)") == ["0"]
    chromium.touch("End")
    assert len(chromium.run("[...document.querySelectorAll('.pane:not(.off) .number')].map((n) => 1)")) == 2


def test_light_and_dark_follow_the_system(page: Browser) -> None:
    ground = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    light = page.run(ground)
    page.theme("dark")
    page.settle()
    assert min(light) > 200 > 100 > max(page.run(ground))


def test_everything_is_named_and_reached_by_keyboard(page: Browser) -> None:
    unnamed = page.run(
        "[...document.querySelectorAll('button, input, select, [role=slider], [tabindex], img')].filter((e) => "
        "!(e.alt || e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label'))).length"
    )
    assert unnamed == 0
    reached = set()
    page.run("document.body.focus(), 1")
    for _ in range(60):
        page.press("Tab", 9)
        reached.add(
            page.run(
                "document.activeElement.name || document.activeElement.className || document.activeElement.tagName"
            )
        )
    assert {
        "mode",
        "right",
        "left",
        "view",
        "hold",
        "in",
        "out",
        "fit",
        "panes",
        "divider",
        "SUMMARY",
        "scroll",
    } <= reached


def test_hostile_text_stays_text(page: Browser) -> None:
    assert page.run("document.scripts.length") == 1
    assert page.run("[...document.images].every((image) => image.src.startsWith('data:'))")
    assert HOSTILE in page.run("document.querySelector('.recipes').textContent")


def test_paper_shows_all_pictures_and_no_controls(page: Browser, tmp_path: Path) -> None:
    page.press("m")
    page.theme("light", media="print")
    page.picture(tmp_path / "print.png")
    hidden = "getComputedStyle(document.querySelector('.tools')).display"
    assert page.run(hidden) == "none"
    boxes = page.run(
        "[...document.querySelectorAll('.plane[data-view=whole] img')]"
        ".map((image) => image.getBoundingClientRect()).map((r) => [r.width, r.height])"
    )
    assert len(boxes) == 4
    assert all(width > 300 and height == pytest.approx(width * 0.75, rel=0.02) for width, height in boxes)


def test_without_its_script_the_pictures_are_there_all_the_same(chromium: Browser, page: Browser, report: Path) -> None:
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.call("Page.reload")
        chromium.wait_for("Page.loadEventFired", len(chromium.events))
        data = chromium.call("Page.captureScreenshot", format="png")
        assert data["data"]
        root = chromium.call("DOM.getDocument")["root"]["nodeId"]
        node = chromium.call("DOM.querySelector", nodeId=root, selector=".pane:nth-child(2) img")["nodeId"]
        box = chromium.call("DOM.getBoxModel", nodeId=node)["model"]
        assert box["width"] > 300
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)


def test_a_page_that_asks_and_complains_is_noticed(chromium: Browser, tmp_path: Path) -> None:
    """The other tests' last lines can fail."""
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\"><p>x<script>let a = 1</script>"
        "<img src='https://photo.invalid/x.png'>"
    )
    chromium.events.clear()
    chromium.call("Page.navigate", url=bad.as_uri())
    chromium.wait_for("Page.loadEventFired")
    chromium.settle()
    assert chromium.complaints()
    worse = tmp_path / "worse.html"
    worse.write_text("<p>x<img src='https://photo.invalid/x.png'>")
    chromium.call("Page.navigate", url=worse.as_uri())
    chromium.wait_for("Page.loadEventFired", len(chromium.events))
    assert "https://photo.invalid/x.png" in chromium.requested()
