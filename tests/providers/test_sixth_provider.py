"""One file declares a provider; options, validation, price and body follow from it with nothing else changed."""

from __future__ import annotations

import pytest

from overscan.cli.inputs import choices_of
from overscan.core.calls import Links
from overscan.core.failures import InvalidParameter, MissingKey
from overscan.core.geometry import Size
from overscan.core.images import ColourModel, ImageFormat, PhotoFacts
from overscan.core.money import Amount
from overscan.core.parameters import ParameterKind, parse, specs, validate
from overscan.core.plan import Choice, Target, make_plan
from overscan.core.providers import Account, AnyProvider
from overscan.core.requests import Photo, PhotoRef, Request
from overscan.providers.picwish_scale import PicwishScale
from tests.providers.bodies import form
from tests.providers.sixth import ACCOUNT, SixthParameters, SixthProvider

SIXTH: AnyProvider = SixthProvider()
SIZE = Size(800, 600)
PHOTO = Photo(
    PhotoRef(name="osprey", path="/photos/osprey.jpg", size=SIZE),
    PhotoFacts(format=ImageFormat.JPEG, size=SIZE, bytes=100_000, colour_model=ColourModel.RGB),
)


def chosen(*settings: str) -> Choice:
    """What ``-p sixth-retouch -s ...`` means on the command line."""
    (choice,) = choices_of([SIXTH], settings)
    return choice


def body(*settings: str) -> dict[str, str]:
    """The text fields of the submission, from the command line's texts by way of the plan."""
    plan = make_plan([PHOTO], [chosen(*settings)], Target("/out"), has_key=lambda account: True)
    (job,) = plan.jobs
    restored = Request.model_validate_json(job.request.model_dump_json())
    return form(SixthProvider().submission(restored, Links()))


def test_the_declaration_as_data() -> None:
    declared = {spec.name: spec for spec in specs(SixthParameters)}
    assert {name: spec.kind for name, spec in declared.items()} == {
        "steps": ParameterKind.INTEGER,
        "strength": ParameterKind.NUMBER,
        "style": ParameterKind.CHOICE,
        "keep_faces": ParameterKind.SWITCH,
        "prompt": ParameterKind.TEXT,
    }
    assert (declared["steps"].minimum, declared["steps"].maximum) == (1, 50)
    assert (declared["strength"].minimum_exclusive, declared["strength"].range_text) == (True, "(0, 1]")


def test_command_line_options() -> None:
    texts = {"steps": "30", "strength": "0.25", "style": "painted", "keep_faces": "off", "prompt": "a = b"}
    choice = chosen(*(f"{name}={text}" for name, text in texts.items()))
    assert choice.parameters == {
        "steps": 30,
        "strength": 0.25,
        "style": "painted",
        "keep_faces": False,
        "prompt": "a = b",
    }
    assert chosen("sixth-retouch.steps=7").parameters == parse(SixthParameters, {"steps": "7"})


def test_an_option_goes_to_the_provider_that_has_it() -> None:
    scale: AnyProvider = PicwishScale()
    one, two = choices_of([SIXTH, scale], ["steps=7", "type=face"])
    assert (one.parameters, two.parameters) == ({"steps": 7}, {"type": "face"})


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (["steps=0"], "[1, 50]"),
        (["steps=51"], "[1, 50]"),
        (["steps=2.5"], "[1, 50]"),
        (["strength=0"], "(0, 1]"),
        (["strength=nan"], "(0, 1]"),
        (["style=odd"], "natural, vivid, painted"),
        (["style=painted"], "keep_faces"),
        (["keep_faces=perhaps"], "true, false"),
        (["style=vivid", "prompt=" + "x" * 201], "200"),
        (["stairs=3"], "steps"),
    ],
    ids=str,
)
def test_validation(settings: list[str], told: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        make_plan([PHOTO], [chosen(*settings)], Target("/out"), has_key=lambda account: True)
    assert told in str(caught.value.failure)


def test_the_price_in_the_plan() -> None:
    choices = [chosen(), chosen("steps=31")]
    plan = make_plan([PHOTO], choices, Target("/out"), has_key=lambda account: True, usd_per_credit=0.5)
    assert [job.cost.credits for job in plan.jobs] == [Amount(2, 2), Amount(4, 4)]
    assert (plan.credits, plan.usd, plan.unknown) == (Amount(6, 6), Amount(3, 3), 0)


def test_its_limits_lead_the_preflight() -> None:
    large = Size(4000, 1000)
    facts = PhotoFacts(format=ImageFormat.TIFF, size=large, bytes=9_000_000, colour_model=ColourModel.RGB)
    photo = Photo(PHOTO.ref.model_copy(update={"size": large}), facts)
    (job,) = make_plan([photo], [chosen()], Target("/out"), has_key=lambda account: True).jobs
    assert any("2000×500" in change for change in job.changes)
    assert any("TIFF" in change for change in job.changes)


def test_its_account_asks_for_its_own_key() -> None:
    asked: list[Account] = []

    def has_key(account: Account) -> bool:
        asked.append(account)
        return False

    with pytest.raises(MissingKey, match="OVERSCAN_KEY_SIXTH"):
        make_plan([PHOTO], [chosen()], Target("/out"), has_key=has_key)
    assert asked == [ACCOUNT]


def test_the_body() -> None:
    assert body() == {"steps": "20", "strength": "0.6", "style": "natural", "keep-faces": "true"}
    painted = body("style=painted", "keep_faces=no", "prompt=a lake", "steps=50")
    assert painted == {"steps": "50", "strength": "0.6", "style": "painted", "keep-faces": "false", "prompt": "a lake"}


def test_what_has_no_meaning_is_not_sent() -> None:
    assert "prompt" not in body("prompt=a lake")
    assert validate(SixthParameters, {"prompt": "a lake"}).values()["prompt"] == "a lake"
