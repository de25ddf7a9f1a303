"""The commands of the zoom, and what is asked about it from outside."""

from __future__ import annotations

from overscan.core.geometry import Rect
from overscan.ui.compare.actions import CompareActions, Zoomed
from overscan.ui.compare.outlook import Outlook
from overscan.ui.compare.painting import Resampler
from overscan.ui.compare.viewport import Box, Viewport


class Zooming:
    """For a stage with an outlook."""

    _outlook: Outlook
    _actions: CompareActions

    @property
    def viewport(self) -> Viewport | None:
        """Where the active pane looks; ``None`` while there is nothing to see."""
        return self._outlook.view

    @property
    def resampler(self) -> Resampler:
        """How images are drawn, in all panes."""
        return self._outlook.resampler

    def visible_rect(self) -> Rect | None:
        """What of the photo, in its whole pixels, the active pane shows."""
        view = self._outlook.view
        return view.seen_rect if view is not None else None

    def look_at(self, rect: Rect) -> None:
        """Bring this rectangle of the photo to the middle of all panes, about a third as large as they are."""
        self._outlook.change(lambda view: view.showing(Box(rect.x, rect.y, rect.width, rect.height)))

    def fit(self) -> None:
        self._outlook.change(lambda view: view.fitted())

    def actual_size(self) -> None:
        """One pixel of the photo for each of the screen."""
        self._outlook.change(lambda view: view.zoomed(1.0))

    def double_size(self) -> None:
        self._outlook.change(lambda view: view.zoomed(2.0))

    def zoom_by(self, steps: float) -> None:
        """In (above 0) or out by notches of the wheel, about the middle."""
        self._outlook.change(lambda view: view.stepped(steps))

    def lend_zoom(self, view: Zoomed | None) -> None:
        """Let the commands of the zoom obey another view that is shown in this one's place; ``None``: this one."""
        self._actions.lend(view)
