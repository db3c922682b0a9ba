"""One process each, from its settings to its exit code: `rota run` and `rota scheduler`."""

from rota.runs.active_run import CANCEL_GRACE_SECONDS

# After the grace and the cancellation, and before Kubernetes ends the pod (grace + 5 s).
HARD_STOP_SECONDS = CANCEL_GRACE_SECONDS + 1.0
