"""Model files on the command line: looked at before anything runs, told with an estimate, run from a relative path."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.cli.program import Program
from tests.conftest import MakePhoto
from tests.imaging.models import FIT, UNFIT


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models, which the program is started in."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name, data in (
        ("x2", FIT["fixed-64"]()),
        ("fill", FIT["fill-inverted"]()),
        ("unfit", UNFIT["scale"]()),
    ):
        (folder / f"{name}.onnx").write_bytes(data)
    monkeypatch.chdir(folder)
    return folder


def test_a_model_is_looked_at_once_and_the_plan_says_what_it_takes(
    bare_program: Program, make_photo: MakePhoto, models: Path
) -> None:
    photo = make_photo("p.png", size=(80, 60))
    arguments = ("-p", "local-upscale", "-s", "model_file=x2.onnx", "-s", "scale_factor=2")
    ran = bare_program.call("plan", photo, *arguments)
    assert ran.status == 0
    assert "Examining x2.onnx" in ran.err
    assert "on this machine" in ran.out.splitlines()[1]
    again = bare_program.call("run", photo, *arguments, "--json")
    assert again.status == 0
    assert "Examining" not in again.err
    outputs = again.object["outputs"]
    assert isinstance(outputs, list)
    with Image.open(str(outputs[0])) as picture:
        assert picture.size == (160, 120)


@pytest.mark.parametrize(
    ("provider", "model", "said"),
    [
        ("local-upscale", "unfit.onnx", "1.5 times as high"),
        ("local-upscale", "none.onnx", "There is no file"),
        ("local-upscale", "fill.onnx", "This model fills holes"),
        ("local-expand", "x2.onnx", "This model enlarges"),
    ],
)
def test_an_unfit_model_is_told_before_anything_runs(
    provider: str, model: str, said: str, bare_program: Program, make_photo: MakePhoto, models: Path
) -> None:
    style = ("-s", "style=model") if provider == "local-expand" else ()
    ran = bare_program.call(
        "run", make_photo("p.png", size=(80, 60)), "-p", provider, *style, "-s", f"model_file={model}"
    )
    assert ran.status == 2
    assert said in ran.err
    assert not ran.out
