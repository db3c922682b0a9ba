"""What talks to the Kubernetes API, through the official client (the extra `kubernetes`)."""

from rota.cluster.reader import read_objects

__all__ = ["read_objects"]
