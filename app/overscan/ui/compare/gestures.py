"""What wheels, touchpads and fingers mean for the zoom."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

_NOTCH: Final = 120.0  # eighths of a degree
_PIXELS: Final = 60.0  # of a touchpad's scrolling, for as much zoom as a notch
_MOST: Final = 2.0  # notches in one event: what a touchpad sends after a flick must not throw the photo away


def wheel_steps(event: QWheelEvent) -> float:
    """Notches to zoom in (above 0) or out by; fractions from a touchpad.

    With Alt held Qt tells of the wheel as if it had been turned sideways.
    """
    sideways = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
    pixels, angle = event.pixelDelta(), event.angleDelta()
    by_pixels = pixels.y() or (pixels.x() if sideways else 0)
    by_angle = angle.y() or (angle.x() if sideways else 0)
    smooth = by_pixels and event.phase() is not Qt.ScrollPhase.NoScrollPhase
    steps = by_pixels / _PIXELS if smooth else by_angle / _NOTCH
    return max(-_MOST, min(_MOST, steps)) if smooth else steps


def pinch(widget: QWidget, event: QEvent) -> tuple[float, QPointF] | None:
    """By what factor two fingers zoom, and about which point of ``widget``; ``None`` for any other event.

    Touchpads send native gestures, touch screens touches that Qt makes a gesture of where the widget grabbed it.
    """
    if isinstance(event, QNativeGestureEvent):
        if event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            return max(0.1, 1 + event.value()), event.position()
        return None
    if isinstance(event, QGestureEvent):
        gesture = event.gesture(Qt.GestureType.PinchGesture)
        if isinstance(gesture, QPinchGesture):
            at = widget.mapFromGlobal(gesture.centerPoint().toPoint())
            return max(0.1, gesture.scaleFactor()), QPointF(at)
    return None
