"""The eight points of WORKER_READY, in the seed's order, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the list: in English, and as the seed has it. `{service}` is the project's."""

    number: int
    text: str
    seed: str


POINTS = tuple(
    Point(number, text, seed)
    for number, (text, seed) in enumerate(
        (
            ("The project is laid out as the template", "Структура проекта создана по шаблону"),
            ("The Business API has a client", "HTTP клиент для Business API создан"),
            ("The scheduler is set up", "Scheduler настроен"),
            ("The tasks are registered", "Задачи зарегистрированы"),
            ("Signals end the worker in order", "Signal handlers настроены"),
            ("The Dockerfile makes an image", "Dockerfile создан"),
            (
                "`docker-compose up {service}` starts it",
                "`docker-compose up {service}` запускается",
            ),
            ("The tasks run on schedule", "Задачи выполняются по расписанию"),
        ),
        start=1,
    )
)


class NotReadyError(Exception):
    """A point does not hold, or could not be tried; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a point: `passed` is None where it was left out, `detail` what was seen."""

    point: Point
    passed: bool | None
    detail: str

    def facts(self, service: str) -> Mapping[str, Any]:
        """Return it JSON-ready."""
        return {
            "point": self.point.number,
            "text": self.point.text.format(service=service),
            "seed": self.point.seed.format(service=service),
            "passed": self.passed,
            "detail": self.detail,
        }

    def lines(self, service: str) -> str:
        """Return it as the seed's list has it, with what was seen below."""
        mark = {True: "x", False: " ", None: "-"}[self.passed]
        english, seed = (
            each.format(service=service) for each in (self.point.text, self.point.seed)
        )
        return f"- [{mark}] {self.point.number}. {english} ({seed})\n      {self.detail}"
