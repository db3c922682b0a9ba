"""What charts and lanes are made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """Where it leads, what it says when pointed at, and its place, in the units of what it is in.

    `cut`: it is longer than what it is in.
    """

    path: str
    state: str
    title: str
    x: float
    width: float
    y: float
    height: float
    cut: bool = False
