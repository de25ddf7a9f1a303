"""The command line, over the same engine as the window. No Qt."""

from typing import Final

COMMANDS: Final = frozenset({"run", "plan", "providers", "jobs", "resume", "compare", "key", "demo", "doctor"})
"""The first words that mean a command; anything else is a photo for the window."""
