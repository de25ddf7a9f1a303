"""What duels come to, in the words and numbers that the window shows."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale

from overscan.core.bradley_terry import Interval, Rate, Strength
from overscan.core.duel import Contender, Duel, Vote
from overscan.core.duel_standings import VERDICTS, Standings
from overscan.core.text import mark, tr, trn

VOTES = {
    Vote.LEFT: mark("A was better"),
    Vote.RIGHT: mark("B was better"),
    Vote.EQUAL: mark("Equal"),
    Vote.SKIP: mark("Skipped"),
}


def contender_text(contender: Contender) -> str:
    """Its name, and its parameters where it has any."""
    parameters = ", ".join(f"{label} {value}" for label, value in contender.parameters)
    return f"{contender.title} ({parameters})" if parameters else contender.title


def percent(value: float) -> str:
    return tr("{percent} %", percent=f"{100 * value:.0f}")


def interval_text(value: float, interval: Interval) -> str:
    """A share from 0 to 1 with its interval."""
    ends = (f"{100 * interval.low:.0f}", f"{100 * interval.high:.0f}")
    return tr("{value} ({low} to {high})", value=percent(value), low=ends[0], high=ends[1])


def rate_text(rate: Rate | None) -> str:
    return interval_text(rate.value, rate.interval) if rate is not None else "–"


def strength_text(strength: Strength | None) -> str:
    return interval_text(strength.chance, strength.interval.mapped_to_chance()) if strength is not None else "–"


def verdict_text(rate: Rate | None) -> str:
    text = tr(VERDICTS[rate.verdict if rate is not None else 0])
    return text[:1].upper() + text[1:]


def notes(found: Standings, *, titles: dict[str, str]) -> str:
    """What one has to know to read the figures."""
    if not found.rows:
        return tr("Nothing to add up yet: a duel counts once it is revealed.")
    lines = [
        tr(
            "In brackets: 95 % intervals. Win rate: ties count half (Clopper and Pearson 1934). Strength: the chance "
            "to win against the average of the others (Bradley and Terry 1952, likelihood ratio, Chernoff's limit)."
        )
    ]
    if len(found.groups) > 1:
        groups = "; ".join(", ".join(titles[name] for name in group) for group in found.groups)
        lines.append(
            tr(
                "These have never met, so their strengths cannot be compared across the semicolon: {groups}.",
                groups=groups,
            )
        )
    if found.alone:
        lines.append(
            trn(
                "{count} vote between results of the same provider says nothing about it and is left out.",
                "{count} votes between results of the same provider say nothing about it and are left out.",
                found.alone,
            )
        )
    return "\n".join(lines)


def day_text(moment: float) -> str:
    """Date and time of a moment in seconds since 1970, as people here write it."""
    when = QDateTime.fromSecsSinceEpoch(int(moment))
    return QLocale().toString(when, QLocale.FormatType.ShortFormat)


def photos_text(duel: Duel) -> str:
    return ", ".join(dict.fromkeys(photo.name for photo in duel.photos))


def progress_text(duel: Duel) -> str:
    return tr("{done} of {total}", done=len(duel.votes), total=len(duel.pairings))
