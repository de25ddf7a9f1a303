"""What the window says about comparing files, in one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from overscan.core.requests import Photo
from overscan.core.text import tr, trn
from overscan.ui import wording
from overscan.ui.loose_results import MOST_FILES, Looked
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.message_bar import Message, MessageAction

_NAMES_SHOWN: Final = 3


def missed(names: Sequence[str]) -> Message:
    """Files that an earlier session has compared are gone."""
    more = len(names) - _NAMES_SHOWN
    listed = ", ".join(names[:_NAMES_SHOWN])
    return Message(
        trn(
            "{count} file of the last comparison is gone.", "{count} files of the last comparison are gone.", len(names)
        ),
        tr("{names} and {count} more", names=listed, count=more) if more > 0 else listed,
        topic="comparison-missed",
    )


def too_few(found: Looked) -> Message:
    """There is nothing to compare, or nothing to compare it with."""
    enough = len(found.files) > 1
    return Message(
        tr("None of these files can be read as a picture.") if enough else tr("One file is too few to compare."),
        tr("Choose or drop two files or more."),
        Level.ATTENTION if enough else Level.ACCENT,
        topic="comparison-too-few",
    )


def nothing_new(found: Looked, photo: Photo) -> Message:
    """What was to be compared with ``photo`` is that photo, or no file at all."""
    return Message(
        tr("That is the photo itself.") if found.files else tr("There is no picture in it."),
        tr("Choose other files to compare with {name}.", name=wording.photo_name(photo.ref)),
        topic="comparison-nothing-new",
    )


def cut() -> Message:
    """More files were given than are taken at once."""
    return Message(
        tr("Only the first {count} files are compared.", count=MOST_FILES),
        tr("The stage shows the newest of them."),
        topic="comparison-cut",
    )


def unreadable(path: Path) -> Message:
    return Message(
        tr("“{name}” cannot be read, so nothing can be compared with it.", name=path.name),
        tr("Choose another file."),
        Level.ATTENTION,
    )


def removed(path: Path, undo: Callable[[], None]) -> Message:
    """A file was taken out of the comparison; ``undo`` brings it back."""
    return Message(
        tr("“{name}” is out of the comparison.", name=path.name),
        tr("The file stays where it is."),
        actions=(MessageAction("undo", tr("Undo"), undo),),
        topic=f"out-of-comparison/{path}",
    )


def which_file() -> Message:
    """A command came while no single file was on show."""
    return Message(
        tr("Which file is meant?"),
        tr("Show one of the files alone first, with the key of its number."),
        topic="which-file",
    )
