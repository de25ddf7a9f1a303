"""A real HTTP server that speaks the services' contracts strictly, with scripted faults. See server.Simulator."""

from __future__ import annotations

from tests.simulator.catalogue import CATALOGUE
from tests.simulator.clock import Clock, ManualClock
from tests.simulator.faults import (
    Answer,
    Cut,
    Delay,
    Drip,
    EnvelopeError,
    ExtraHeaders,
    Fault,
    Hold,
    HoldPoint,
    Truncated,
    expired_url,
    html_error,
    rate_limited,
    redirect,
)
from tests.simulator.gates import Gate
from tests.simulator.log import LoggedRequest, Port, Stage
from tests.simulator.options import Options, PerPoll, PerTime, PricedEdge
from tests.simulator.reply_faults import (
    Bare,
    Base64Result,
    Base64Style,
    DataFields,
    Garble,
    Garbled,
    Oversized,
    WrongBytes,
    base64_text,
    no_state,
    no_task_id,
    told_image,
    told_state,
)
from tests.simulator.script import Script
from tests.simulator.server import DEFAULT_KEY, Simulator
from tests.simulator.task_faults import (
    CompleteAtOnce,
    OtherTask,
    ResultIs,
    ResultIsInput,
    SameTaskAs,
    TaskEnds,
    TaskIdIs,
    Unfinished,
    bomb_png,
)
from tests.simulator.tasks import Task

__all__ = [
    "CATALOGUE",
    "DEFAULT_KEY",
    "Answer",
    "Bare",
    "Base64Result",
    "Base64Style",
    "Clock",
    "CompleteAtOnce",
    "Cut",
    "DataFields",
    "Delay",
    "Drip",
    "EnvelopeError",
    "ExtraHeaders",
    "Fault",
    "Garble",
    "Garbled",
    "Gate",
    "Hold",
    "HoldPoint",
    "LoggedRequest",
    "ManualClock",
    "Options",
    "OtherTask",
    "Oversized",
    "PerPoll",
    "PerTime",
    "Port",
    "PricedEdge",
    "ResultIs",
    "ResultIsInput",
    "SameTaskAs",
    "Script",
    "Simulator",
    "Stage",
    "Task",
    "TaskEnds",
    "TaskIdIs",
    "Truncated",
    "Unfinished",
    "WrongBytes",
    "base64_text",
    "bomb_png",
    "expired_url",
    "html_error",
    "no_state",
    "no_task_id",
    "rate_limited",
    "redirect",
    "told_image",
    "told_state",
]
