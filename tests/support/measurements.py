"""What was measured, in a line for people."""

import statistics
from collections.abc import Sequence


def spread(seconds: Sequence[float]) -> str:
    return (
        f"median {statistics.median(seconds):.2f} s, min {min(seconds):.2f} s, "
        f"max {max(seconds):.2f} s, of {len(seconds)}"
    )
