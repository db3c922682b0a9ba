"""Listeners to the events of runs: log lines, the termination message."""
