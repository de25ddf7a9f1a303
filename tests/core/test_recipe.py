"""Recipes: complete, and silent about what is private; unknown costs are never nothing."""

from __future__ import annotations

import pytest

from overscan.core.cost_words import cost_words, tally_words
from overscan.core.geometry import Margins, Size
from overscan.core.jobs import JobState
from overscan.core.ledger import Charge, Tally
from overscan.core.money import FREE, Amount, Cost
from overscan.core.recipe import total_of
from tests.imaging.exhibits import SHA, TWO, job, recipe


def test_a_recipe_says_how_it_was_made() -> None:
    made = recipe(job(parameters={"type": "clean", "scale_factor": 4}))
    assert (made.provider, made.name) == ("picwish-scale", "PicWish photo enhancement")
    assert [(s.name, s.value) for s in made.settings] == [("type", "clean"), ("scale_factor", "4")]
    assert (made.seconds, made.original_sha256, made.output.sha256) == (8.5, SHA, "7" * 64)
    assert made.sent is not None
    assert (made.sent.sha256, made.sent.changes) == ("6" * 64, ("JPEG 95",))
    assert made.asked == Size(1280, 960)


def test_a_recipe_keeps_no_task_and_no_signature() -> None:
    url = "https://photo.invalid/hook?signature=0123456789"
    made = recipe(job(parameters={"type": "clean", "callback": url}))
    told = repr(made.settings)
    assert "0123456789" not in told
    assert "https://photo.invalid/hook?[hidden]" in told
    assert "task-secret-to-the-account" not in repr(made)


def test_a_provider_that_is_no_longer_installed_leaves_names_and_values() -> None:
    made = recipe(job(provider="gone-scale", parameters={"depth": 0.5, "deep": True, "left_out": None}))
    assert (made.name, made.operation, made.asked) == ("gone-scale", None, None)
    assert [(s.name, s.value, s.meaning) for s in made.settings] == [("depth", "0.5", ""), ("deep", "true", "")]


def test_an_expansion_by_ratios_has_its_frame_and_its_seed() -> None:
    sides = {"top": 0.1, "bottom": 0.1, "left": 0.25, "right": 0.5}
    made = recipe(job(provider="picwish-expand", parameters={**sides, "seed": 42}))
    assert made.frame == Margins(24, 24, 80, 160)
    assert made.seed == "42"


def test_warnings_are_those_of_this_output_alone() -> None:
    lines = ("out.png is smaller.", "out-2.png lies on its side.", "One more was promised.")
    made = job("/folder/out.png", outputs=2, warnings=lines)
    assert recipe(made, 1).warnings == ("is smaller.", "One more was promised.")
    assert recipe(made, 2).warnings == ("lies on its side.", "One more was promised.")


@pytest.mark.parametrize(
    ("cost", "charged", "state", "charge", "words"),
    [
        (TWO, Cost(Amount(5, 5)), JobState.DONE, Charge.TOLD, "5 credits"),
        (TWO, None, JobState.DONE, Charge.ASSUMED, "2 credits"),
        (Cost(), None, JobState.DONE, Charge.ASSUMED, "unknown"),
        (FREE, None, JobState.DONE, Charge.NONE, "free"),
        (TWO, None, JobState.CANCELLED, Charge.POSSIBLE, "unknown"),
        (TWO, None, JobState.RUNNING, Charge.OPEN, "unknown"),
    ],
)
def test_what_is_not_known_is_never_nothing(
    cost: Cost, charged: Cost | None, state: JobState, charge: Charge, words: str
) -> None:
    made = recipe(job(cost=cost, charged=charged, state=state))
    assert (made.charge, made.cost_words) == (charge, words)


def test_the_total_counts_each_job_once_and_says_what_is_unknown() -> None:
    two = job(outputs=2)
    unknown = job(identity="b", cost=Cost())
    free = job(identity="c", provider="local-upscale", cost=FREE)
    recipes = [recipe(two, 1), recipe(two, 2), recipe(unknown), recipe(free), None]
    total = total_of(recipes)
    assert (total.credits, total.unknown) == (Amount(2, 2), 2)
    assert tally_words(total) == "2 credits + 2 of unknown cost"
    assert tally_words(total_of([None])) == "1 of unknown cost"
    assert tally_words(total_of([recipe(free)])) == "free"
    assert tally_words(Tally().plus(Cost(Amount(1, 1), Amount(0.01, 0.02)))) == "1 credit, $0.01–$0.02"


def test_costs_in_words() -> None:
    assert cost_words(Cost(Amount(2, 3), Amount(0.4, 0.6))) == "2–3 credits · $0.40–$0.60"
    assert cost_words(Cost()) == "unknown"
