"""Runs jobs and keeps the journal: the only place that talks to services. No Qt."""
