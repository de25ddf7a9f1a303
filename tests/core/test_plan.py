"""The plan: jobs, refusals and money, before anything is sent."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from overscan.core.calls import HttpCall, Links, Reply
from overscan.core.delivery import Reach
from overscan.core.failures import FailureKind, InvalidParameter, MissingKey, PhotoError
from overscan.core.geometry import Margins, Size
from overscan.core.images import ImageFormat, PhotoFacts
from overscan.core.money import FREE, Amount, Cost
from overscan.core.parameters import Parameters, Shown
from overscan.core.plan import Choice, Target, in_money, make_plan
from overscan.core.providers import (
    Account,
    EncodedImage,
    Limits,
    LocalProvider,
    Operation,
    Phase,
    ProviderInfo,
    RemoteProvider,
    TaskStatus,
)
from overscan.core.requests import Canvas, Delivery, MaskRef, Photo, PhotoRef, Request

ACCOUNT = Account("acme", "Acme", "https://acme.example", "X-API-KEY", "", 2, "https://acme.example/keys")
TARGET = Target("/out")
USUAL = Size(800, 600)


class Strength(Parameters):
    strength: Annotated[int, Field(ge=1, le=3), Shown("Strength")] = 2


def info(name: str, account: Account | None) -> ProviderInfo:
    return ProviderInfo(
        id=name,
        name=name,
        summary="",
        operation=Operation.ENHANCE,
        account=account,
        parameters=Strength,
        limits=Limits(
            formats=frozenset({ImageFormat.JPEG, ImageFormat.PNG}),
            max_bytes=None,
            max_width=2000,
            max_height=2000,
            min_side=10,
            takes_url=True,
            max_url_length=40,
        ),
        price_text="",
    )


class Acme:
    """A whole remote provider whose price goes by a parameter and, where it is known, by the size."""

    info = info("acme-scale", ACCOUNT)

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        low = float(str(parameters.values()["strength"]))
        return Cost(Amount(low, low + (1 if size is None else 0)))

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        return size

    def submission(self, request: Request, links: Links) -> HttpCall:
        return HttpCall("POST", "/")

    def status_call(self, task_id: str) -> HttpCall:
        return HttpCall("GET", f"/{task_id}")

    def read(self, reply: Reply) -> TaskStatus:
        return TaskStatus(Phase.QUEUED)


class Unpriced(Acme):
    info = info("acme-secret", ACCOUNT)

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return Cost()


class Expanding(Acme):
    """The same service as an expansion that takes any frame and mask."""

    info = dataclasses.replace(
        info("acme-expand", ACCOUNT), operation=Operation.EXPAND, takes_frame=True, takes_mask=True
    )


class Framing(Acme):
    info = dataclasses.replace(Expanding.info, id="acme-frame", takes_mask=False)


class ByRatios(Acme):
    info = dataclasses.replace(Framing.info, id="acme-ratios", takes_frame=False)


class Here:
    """A whole local provider."""

    info = info("here", None)

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return FREE

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        return size

    def run(
        self, request: Request, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> tuple[EncodedImage, ...]:
        return ()


def photo(name: str = "a", size: Size = USUAL) -> Photo:
    ref = PhotoRef(name=name, path=f"/photos/{name}", sha256="0", bytes=1000, size=size)
    return Photo(ref, PhotoFacts(ImageFormat.JPEG, size, 1000))


def test_the_samples_are_what_they_say() -> None:
    assert isinstance(Acme(), RemoteProvider)
    assert isinstance(Here(), LocalProvider)
    assert not isinstance(Here(), RemoteProvider)


def test_every_photo_meets_every_provider_in_order() -> None:
    plan = make_plan(
        [photo("a"), photo("b")], [Choice(Acme(), {"strength": 3}), Choice(Here())], TARGET, has_key=lambda _: True
    )
    assert [(job.request.photo.name, job.request.provider) for job in plan.jobs] == [
        ("a", "acme-scale"),
        ("a", "here"),
        ("b", "acme-scale"),
        ("b", "here"),
    ]
    assert [job.request.parameters for job in plan.jobs] == [{"strength": 3}, {"strength": 2}] * 2
    assert plan.refusals == ()
    assert (plan.credits, plan.usd, plan.unknown) == (Amount(6, 6), Amount(0, 0), 0)


def test_photo_and_choice_are_made_to_fit_each_other() -> None:
    def fit(of: Photo, choice: Choice) -> tuple[Photo, Choice]:
        if of.ref.name == "b":
            raise PhotoError("no")
        return of, dataclasses.replace(choice, parameters={"strength": 3})

    choices = [Choice(Here(), {"strength": 1}), Choice(Here(), {"strength": 2})]
    plan = make_plan([photo("a"), photo("b")], choices, TARGET, has_key=lambda _: True, fit=fit)
    assert [job.request.parameters for job in plan.jobs] == [{"strength": 3}] * 2
    (refusal,) = plan.refusals
    assert (refusal.photo, refusal.provider) == ("b", "here")


def test_a_request_carries_the_target_and_survives_being_written_down() -> None:
    target = Target("/out", "{n}-{photo}", keep_metadata=True)
    request = make_plan([photo()], [Choice(Here())], target, has_key=lambda _: True).jobs[0].request
    assert (request.folder, request.name_template, request.keep_metadata) == ("/out", "{n}-{photo}", True)
    assert Request.model_validate_json(request.model_dump_json()) == request


def test_a_missing_key_stops_the_whole_run_and_says_how_to_go_on() -> None:
    with pytest.raises(MissingKey, match=r"acme-scale needs a key of Acme.*overscan key set acme.*OVERSCAN_KEY_ACME"):
        make_plan([photo()], [Choice(Here()), Choice(Acme())], TARGET, has_key=lambda _: False)


def test_the_built_in_engine_asks_for_no_key() -> None:
    def asked(account: Account) -> bool:
        raise AssertionError(f"the key of {account.id} was asked for")

    assert len(make_plan([photo()], [Choice(Here())], TARGET, has_key=asked).jobs) == 1


def test_a_bad_value_stops_the_whole_run() -> None:
    with pytest.raises(InvalidParameter, match=r"strength=9.*\[1, 3\]"):
        make_plan([photo()], [Choice(Here(), {"strength": 9})], TARGET, has_key=lambda _: True)


def test_one_photo_that_cannot_be_sent_stops_no_other() -> None:
    photos = [photo("small", Size(5, 5)), photo("good")]
    plan = make_plan(photos, [Choice(Acme()), Choice(Here())], TARGET, has_key=lambda _: True)
    assert [(r.photo, r.provider, r.failure.kind) for r in plan.refusals] == [
        ("small", "acme-scale", FailureKind.PHOTO)
    ]
    assert len(plan.jobs) == 3


def test_changes_are_told_for_services_and_not_for_the_built_in_engine() -> None:
    plan = make_plan([photo(size=Size(4000, 3000))], [Choice(Acme()), Choice(Here())], TARGET, has_key=lambda _: True)
    assert [job.changes for job in plan.jobs] == [("reduced from 4000×3000 to 2000×1500",), ()]


def test_a_url_goes_only_to_a_service_that_takes_it() -> None:
    url = Photo(PhotoRef(name="web", url="https://example.org/a.jpg"), None)
    long = Photo(PhotoRef(name="long", url="https://example.org/" + "a" * 30), None)
    plan = make_plan([url, long], [Choice(Acme()), Choice(Here())], TARGET, has_key=lambda _: True)
    assert [(j.request.photo.name, j.request.provider, j.request.delivery) for j in plan.jobs] == [
        ("web", "acme-scale", Delivery.URL)
    ]
    assert {(r.photo, r.provider) for r in plan.refusals} == {("web", "here"), ("long", "acme-scale"), ("long", "here")}
    assert plan.credits == Amount(2, 3)


NONE = Margins(0, 0, 0, 0)
FRAME = Margins(100, 100, 200, 200)
MASK_URL = MaskRef(url="https://example.org/mask.png")


def planned(chosen: Photo, canvas: Canvas, provider: Acme) -> tuple[Canvas | None, tuple[str, ...]] | str:
    """The canvas of the only job and what it says is changed, or the words of the only refusal."""
    plan = make_plan([dataclasses.replace(chosen, canvas=canvas)], [Choice(provider)], TARGET, has_key=lambda _: True)
    if plan.refusals:
        assert plan.jobs == ()
        return str(plan.refusals[0].failure)
    (job,) = plan.jobs
    assert Request.model_validate_json(job.request.model_dump_json()) == job.request
    return job.request.canvas, job.changes


def test_a_canvas_goes_into_the_request_and_its_making_into_the_changes() -> None:
    canvas = Canvas(frame=FRAME)
    assert planned(photo(), canvas, Expanding()) == (
        canvas,
        ("laid into a frame of 1200×800, the new area blank", "sent with a mask of the new area"),
    )
    assert planned(photo(size=Size(3600, 1800)), canvas, Expanding()) == (
        canvas,
        (
            "laid into a frame of 4000×2000, the new area blank",
            "canvas reduced from 4000×2000 to 2000×1000",
            "sent with a mask of the new area",
        ),
    )


def test_an_enhancer_leaves_the_canvas_out() -> None:
    assert planned(photo(), Canvas(frame=FRAME), Acme()) == (None, ())


@pytest.mark.parametrize(
    ("provider", "canvas", "words"),
    [
        (ByRatios(), Canvas(frame=FRAME), "acme-ratios takes no frame or mask"),
        (Framing(), Canvas(frame=FRAME, mask=MASK_URL), "acme-frame takes no mask"),
        (Expanding(), Canvas(frame=NONE), "nothing to generate"),
        (Expanding(), Canvas(frame=FRAME, mask=MaskRef(path="/m", size=USUAL)), "mask has 800×600 .* frame 1200×800"),
        (Expanding(), Canvas(frame=NONE, mask=MaskRef(url="https://example.org/" + "m" * 30)), "longer than the 40"),
    ],
)
def test_a_canvas_that_cannot_be_filled_is_refused(provider: Acme, canvas: Canvas, words: str) -> None:
    refused = planned(photo(), canvas, provider)
    assert isinstance(refused, str)
    assert re.search(words, refused)


def test_a_photo_behind_a_url_is_the_whole_canvas_already() -> None:
    away = Photo(PhotoRef(name="web", url="https://example.org/a.jpg"), None)
    by_url = "sent by its own URL, as it is there"
    canvas = Canvas(frame=NONE, mask=MaskRef(path="/m.png", sha256="0", size=Size(900, 700)))
    assert planned(away, canvas, Expanding()) == (canvas, (by_url, "sent with its mask, in pure black and white"))
    canvas = Canvas(frame=NONE, mask=MASK_URL)
    assert planned(away, canvas, Expanding()) == (canvas, (by_url, "sent with the URL of its mask, as it is there"))
    assert "cannot be laid into a frame" in str(planned(away, Canvas(frame=FRAME), Expanding()))
    assert "cannot be laid into a frame" in str(planned(away, Canvas(frame=NONE), Expanding()))
    large = Canvas(frame=NONE, mask=MaskRef(path="/m.png", size=Size(2001, 700)))
    assert "mask is too large" in str(planned(away, large, Expanding()))


def test_unknown_is_said_and_never_counted_as_nothing() -> None:
    plan = make_plan(
        [photo()], [Choice(Acme()), Choice(Unpriced())], TARGET, has_key=lambda _: True, usd_per_credit=0.5
    )
    assert plan.unknown == 1
    assert (plan.credits, plan.usd) == (Amount(2, 2), Amount(1, 1))


amounts = st.builds(lambda low, more: Amount(low, low + more), st.integers(0, 100), st.integers(0, 10))


@given(st.none() | amounts, st.none() | amounts, st.sampled_from([0.0, 0.05, 2.0]))
def test_credits_become_money_only_where_their_price_is_known(
    paid: Amount | None, usd: Amount | None, price: float
) -> None:
    cost = in_money(Cost(paid, usd), price)
    assert cost.credits == paid
    if usd is not None or paid is None or price == 0:
        assert cost.usd == usd
    else:
        assert cost.usd == Amount(paid.low * price, paid.high * price)


def test_free_is_known_and_unknown_is_not_free() -> None:
    assert FREE.free
    assert not FREE.unknown
    assert not Cost().free
    assert Cost().unknown
    assert not Cost(Amount(0, 2), Amount(0, 0)).free


class Fussy(Acme):
    """Its service cannot be asked with a strength of 3, which the parameters alone do not tell."""

    def submission(self, request: Request, links: Links) -> HttpCall:
        if request.parameters["strength"] == 3:
            raise InvalidParameter("not with 3")
        return HttpCall("POST", "/")


def test_what_no_photo_can_be_sent_with_is_wrong_usage() -> None:
    assert make_plan([photo()], [Choice(Fussy())], TARGET, has_key=lambda _: True).jobs
    with pytest.raises(InvalidParameter, match="not with 3"):
        make_plan([photo()], [Choice(Fussy(), {"strength": 3})], TARGET, has_key=lambda _: True)


class ByAddress(Acme):
    info = dataclasses.replace(Acme.info, id="acme-url", limits=dataclasses.replace(Acme.info.limits, takes_file=False))


def test_a_bucket_without_its_key_is_told_before_the_run_and_only_where_it_is_needed() -> None:
    bare = Reach(hosting=True, hosting_key=lambda: False)
    with pytest.raises(MissingKey, match="overscan key set hosting"):
        make_plan([photo()], [Choice(ByAddress())], TARGET, has_key=lambda _: True, reach=bare)
    assert make_plan([photo()], [Choice(Acme())], TARGET, has_key=lambda _: True, reach=bare).jobs
    ready = Reach(hosting=True)
    (job,) = make_plan([photo()], [Choice(ByAddress())], TARGET, has_key=lambda _: True, reach=ready).jobs
    assert job.request.delivery is Delivery.HOSTED
