"""Overscan: a desktop light table for AI photo services.

The house has five floors, and imports point down only:
``ui, cli -> services, engine -> providers -> imaging -> core``.
"""

__version__ = "0.1.0"
