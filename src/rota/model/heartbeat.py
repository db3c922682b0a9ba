"""How long the loop that starts runs, or watches a cluster, may say nothing."""

LIMIT_SECONDS = 60.0
"""Beyond it the process is not alive: /livez fails, and it does not ping for itself. A scheduler
reads the clock every five seconds; the restart of an API server takes a console longer.
"""
