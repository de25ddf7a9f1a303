"""The report: complete in itself, fair to all pictures, and silent about what is private."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from overscan.core.failures import Cancelled, Failure, PhotoError, StorageProblem, UsageError
from overscan.core.geometry import Rect, Size
from overscan.core.parameters import Value
from overscan.core.recipe import Recipe
from overscan.imaging.aligning import Axis
from overscan.imaging.comparing import ResultFile, distinct
from overscan.imaging.measure_words import MEASURES
from overscan.imaging.report_facts import Writer
from overscan.imaging.report_pictures import LONGEST_SIDE, busiest, detail, whole
from overscan.services.exhibits import ExhibitKind, exhibit, kind_of, refuse_taken, write_exhibit
from tests.imaging.exhibits import job, keep, recipe, scene

KEY = "wxa9secretkeyofaperson"
HOSTILE = "</script><img src=x onerror=alert(1)>\"' & ‮evil"


class Read(HTMLParser):
    """What a browser would make of the page: tags with their attributes, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self._quiet = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._quiet += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.words += data + " "

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(
    original: Path, results: Sequence[Path], recipes: Sequence[Recipe | None] = (), **options: object
) -> tuple[str, Read]:
    made = [*recipes, *[None] * (len(results) - len(recipes))]
    files = [ResultFile(path, r.name if r else path.name, r) for path, r in zip(results, made, strict=True)]
    data = exhibit(original, files, ExhibitKind.REPORT, **options)  # type: ignore[arg-type]
    assert data is not None
    page = data.decode("utf-8")
    return page, Read(page)


@pytest.fixture
def original(tmp_path: Path) -> Path:
    return keep(tmp_path / "private folder" / "鱼鹰.png", scene())


@pytest.fixture
def double(tmp_path: Path) -> Path:
    return keep(tmp_path / "private folder" / "double.png", scene(640, 480))


def test_the_page_asks_nothing_of_anybody(original: Path, double: Path) -> None:
    page, read = page_of(original, [double], [recipe(job())])
    policy = next(m["content"] for m in read.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "img-src data:;" in policy
    for kind in ("style", "script"):
        (inside,) = re.findall(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert {name for name, _ in read.tags} & {"link", "iframe", "object", "embed", "form", "base", "a"} == set()
    addresses = [a[name] for _, a in read.tags for name in ("src", "href", "srcset", "poster") if name in a]
    assert addresses
    assert all(address.startswith("data:image/") for address in addresses)
    assert not any(name == "style" or name.startswith("on") for _, attributes in read.tags for name in attributes)
    assert "://" not in re.sub(r'src="data:[^"]*"', "", page)


def test_all_pictures_are_there_at_one_scale(tmp_path: Path) -> None:
    wide = keep(tmp_path / "o.png", scene(800, 450))
    quadruple = keep(tmp_path / "q.jpg", scene(3200, 1800))
    double = keep(tmp_path / "d.png", scene(1600, 900))
    _, read = page_of(wide, [quadruple, double])
    shown = read.all("img")
    sizes = {(a["alt"].split(",")[-1].strip(), a["width"], a["height"]) for a in shown}
    wholes = [a for a in shown if a["alt"].endswith("whole picture")]
    assert [(a["width"], a["height"]) for a in wholes] == [("800", "450"), ("2400", "1350"), ("1600", "900")]
    assert LONGEST_SIDE == 2400
    for attributes in wholes:
        place = [float(attributes[f"data-{name}"]) for name in ("x", "y", "width", "height")]
        assert place == pytest.approx([0, 0, 800, 450], abs=0.2)
        data = base64.b64decode(attributes["src"].partition(",")[2])
        with Image.open(io.BytesIO(data)) as image:
            assert image.size == (int(attributes["width"]), int(attributes["height"]))
            assert not image.info.get("exif")
    assert len(sizes) > 2  # and a detail of each, in its own pixels
    assert "one scale: 1: 2400×1350 of 3200×1800 pixels" in read.words


def test_measures_stand_with_their_definitions(original: Path, double: Path) -> None:
    _, read = page_of(original, [double, double])
    assert len(read.all("details")) == len(MEASURES)
    for info in MEASURES:
        assert info.definition in read.words
        assert info.source in read.words
    assert "2.000" in read.words


def test_recipes_and_costs_are_told(original: Path, double: Path) -> None:
    made = recipe(job(warnings=("out.png was cropped.",), parameters={"type": "face"}))
    _, read = page_of(original, [double, double], [made])
    for words in (
        *("PicWish photo enhancement (picwish-scale)", "type = face", "6" * 64, "8.5 s", "was cropped."),
        *("320×240 JPEG, 3.1 MB, as a file; JPEG 95", "2 credits (by the documents; the service did not tell)"),
        *("Total cost: 2 credits + 1 of unknown cost", "no job of this program brought this file"),
        hashlib.sha256(double.read_bytes()).hexdigest(),
        hashlib.sha256(original.read_bytes()).hexdigest(),
    ):
        assert words in read.words, words


def test_nothing_private_is_in_it(tmp_path: Path, double: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Owner Ownerson"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    original = keep(tmp_path / "private folder" / f"a {KEY}.jpg", scene(), exif=exif, comment=b"Owner Ownerson")
    assert b"Ownerson" in original.read_bytes()
    url = f"https://photo.invalid/in?X-Amz-Signature=0123456789abcdef&key={KEY}"
    made = recipe(
        job(
            parameters={"type": "clean", "callback": url, "note": f"Authorization: Bearer {KEY}"},
            warnings=(f"see {tmp_path}/private folder/x.png and {tmp_path}/person/notes", f"token {KEY}"),
        )
    )
    page, read = page_of(original, [double], [made], secrets=frozenset({KEY}))
    everything = page + "".join(str(base64.b64decode(a["src"].partition(",")[2])) for a in read.all("img"))
    for word in (KEY, "Ownerson", "0123456789abcdef", str(tmp_path), "private folder", "task-secret", "GPSLatitude"):
        assert word not in everything, word
    assert "[hidden]" in read.words
    assert "double.png" in read.words


def test_names_and_prompts_are_text_and_nothing_else(original: Path, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>&amp;\"'.png"
    result = keep(tmp_path / "r" / name, scene(640, 480))
    made = recipe(job(provider="gone", parameters={"prompt": HOSTILE, HOSTILE: "x"}))
    page, read = page_of(original, [result], [made])
    assert len(read.all("script")) == 1
    assert not any("onerror" in attributes for attributes in read.all("img"))
    assert name in read.words
    assert HOSTILE.replace("‮", " ") in read.words
    assert "‮" not in page
    assert page.count("</script>") == 1


def test_a_page_with_a_secret_in_it_is_not_written() -> None:
    writer = Writer(frozenset({KEY}), ("/home/somebody",))
    writer.check(f"<p>{writer(KEY)} {writer('/home/somebody/a.png')}</p>")
    assert writer("see /home/somebody/a.png") == "see a.png"
    for leak in (KEY, KEY.replace("s", "&#115;"), "/home/somebody/a.png", "Bearer abcdef", "https://x.invalid/?a=b"):
        with pytest.raises(StorageProblem):
            writer.check(f"<p>{leak}</p>")


def test_transparency_stays(original: Path, tmp_path: Path) -> None:
    samples = np.dstack([scene(640, 480), np.full((480, 640), 255, np.uint8)])
    samples[:100, :, 3] = 0
    _, read = page_of(original, [keep(tmp_path / "alpha.png", samples)])
    image = next(a for a in read.all("img") if a["alt"] == "alpha.png, whole picture")
    assert image["class"] == "alpha"
    with Image.open(io.BytesIO(base64.b64decode(image["src"].partition(",")[2]))) as decoded:
        alpha = np.asarray(decoded.getchannel("A"))
    assert (alpha[:90] == 0).all()
    assert (alpha[110:] == 255).all()


def test_an_expansion_lies_around_its_photo(original: Path, tmp_path: Path) -> None:
    frame = np.full((300, 480, 3), 90, np.uint8)
    frame[30:270, 60:380] = scene()
    sides = {"top": 0.125, "bottom": 0.125, "left": 0.1875, "right": 0.3125}
    made = recipe(job(provider="picwish-expand", parameters=sides))
    _, read = page_of(original, [keep(tmp_path / "e.png", frame)], [made])
    first, second = (a for a in read.all("img") if a["alt"].endswith("whole picture"))
    places = [[float(a[f"data-{name}"]) for name in ("x", "y", "width", "height")] for a in (first, second)]
    assert places[0] == pytest.approx([60, 30, 320, 240], abs=0.1)
    assert places[1] == pytest.approx([0, 0, 480, 300], abs=0.1)
    assert "60 left, 30 top, 100 right, 30 bottom" in read.words


def test_what_cannot_be_measured_is_named_and_does_not_stop_the_others(
    original: Path, double: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(double.read_bytes()[:500])
    refused: list[tuple[str, Failure]] = []
    _, read = page_of(
        original, [broken, double], refused=lambda file, failure: refused.append((file.path.name, failure))
    )
    assert [name for name, _ in refused] == ["broken.png"]
    assert "broken.png could not be measured: “broken.png” is cut short or damaged." in read.words
    assert len([a for a in read.all("img") if a["alt"].endswith("whole picture")]) == 2
    files = [ResultFile(broken, "x")]
    assert exhibit(original, files, ExhibitKind.REPORT) is None
    with pytest.raises(PhotoError):
        exhibit(broken, [ResultFile(double, "x")], ExhibitKind.REPORT)


def test_it_is_stopped_between_two_results(original: Path, double: Path) -> None:
    told: list[float] = []
    with pytest.raises(Cancelled):
        exhibit(
            original,
            [ResultFile(double, "x")] * 4,
            ExhibitKind.SHEET,
            progress=told.append,
            cancelled=lambda: len(told) > 2,
        )
    assert told == [0.0, 0.25, 0.5]


def test_files_are_new_and_whole(tmp_path: Path) -> None:
    target = tmp_path / "r.html"
    write_exhibit(target, b"one")
    with pytest.raises(UsageError):
        write_exhibit(target, b"two")
    assert target.read_bytes() == b"one"
    write_exhibit(target, b"two", replace=True)
    assert target.read_bytes() == b"two"
    assert [path.name for path in tmp_path.glob("*") if path.is_file()] == ["r.html"]
    with pytest.raises(StorageProblem):
        write_exhibit(tmp_path / "no folder" / "r.html", b"")
    with pytest.raises(UsageError):
        refuse_taken(tmp_path / "no folder" / "r.html")
    assert (kind_of(Path("a.HTM")), kind_of(Path("a.png"))) == (ExhibitKind.REPORT, ExhibitKind.SHEET)
    for name in ("a.pdf", "a", "png"):
        with pytest.raises(UsageError):
            kind_of(Path(name))


def test_results_of_one_name_are_told_apart_by_what_differs() -> None:
    settings: tuple[dict[str, Value], ...] = (
        {"type": "clean", "scale_factor": 2},
        {"type": "clean", "scale_factor": 4},
        {"type": "face"},
    )
    made = [recipe(job(parameters=each)) for each in settings]
    files = [ResultFile(Path(f"{n}.png"), "PicWish", r) for n, r in enumerate(made)]
    other = ResultFile(Path("x.png"), "x")
    titles = [file.title for file in distinct([*files[:2], other])]
    assert titles == ["PicWish, scale_factor ×2", "PicWish, scale_factor ×4", "x"]
    assert distinct(files)[2].title == "PicWish, type Faces"
    assert distinct([files[0], files[0]]) == [files[0], files[0]]
    assert distinct([files[0], other]) == [files[0], other]


def test_a_detail_is_cut_pixel_by_pixel_where_it_lies() -> None:
    samples = scene(640, 480)
    axis = (Axis(2.0, 3.0), Axis(2.0, -1.0))
    shown = detail(samples, *axis, Rect(10, 20, 30, 40))
    assert shown is not None
    assert shown.size == Size(60, 80)
    assert shown.box == pytest.approx((10, 20, 30, 40))
    with Image.open(io.BytesIO(shown.data)) as image:
        near = np.abs(np.asarray(image).astype(int) - samples[39:119, 23:83]).mean()
    assert near < 3
    assert detail(samples, *axis, Rect(1000, 1000, 5, 5)) is None
    assert whole(samples, (0, 0, 320, 240), Size(320, 240)).size == Size(640, 480)


def test_the_detail_is_where_there_is_some() -> None:
    flat = np.full((900, 1600, 3), 120, np.uint8)
    flat[600:700, 1300:1400] = np.random.default_rng(1).integers(0, 255, (100, 100, 3))
    spot = busiest(flat, 4.0)
    assert spot.size == Size(300, 200)
    assert spot.x <= 1300
    assert spot.right >= 1400
    assert spot.y <= 600
    assert spot.bottom >= 700
