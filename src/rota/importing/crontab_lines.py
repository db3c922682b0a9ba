"""The lines of a crontab: comments, variables and jobs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_BLANKS = re.compile(r"[ \t]+")
_VARIABLE = re.compile(
    r"""[ \t]*(?:"([^"]*)"|'([^']*)'|([^\s='"]+))[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|(.*))"""
)
_FIELDS = 5


@dataclass(frozen=True, slots=True)
class CrontabLine:
    """A line that states a job, numbered from 1, with the variables that hold for it.

    `parts` are five fields, or one word that begins with `@`; fewer where the line is broken off.
    `command` is empty where there is none.
    """

    number: int
    text: str
    parts: tuple[str, ...]
    user: str | None
    command: str
    variables: Mapping[str, str]


def crontab_lines(text: str, *, user_column: bool) -> Iterator[CrontabLine]:
    """Yield the jobs of a crontab in order.

    `user_column`: the sixth column is a user, as in /etc/crontab and /etc/cron.d.
    """
    variables: dict[str, str] = {}
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip(" \t\r")
        if not line or line.startswith("#"):
            continue
        variable = _VARIABLE.fullmatch(line)
        if variable and not line.startswith(("@", "*", "-")) and not line[0].isdigit():
            name, value = _chosen(variable, 1, 3), _chosen(variable, 4, 6)
            variables = {**variables, name: value}
            continue
        yield _job(number, line, user_column=user_column, variables=variables)


def _chosen(variable: re.Match[str], first: int, last: int) -> str:
    return next((each for each in variable.groups()[first - 1 : last] if each is not None), "")


def _job(number: int, line: str, *, user_column: bool, variables: Mapping[str, str]) -> CrontabLine:
    # A hyphen in front tells cron not to log; it does not concern the schedule.
    rest = line.removeprefix("-")
    size = 1 if rest.startswith("@") else _FIELDS
    words = _BLANKS.split(rest, maxsplit=size)
    parts, command = tuple(words[:size]), words[size] if len(words) > size else ""
    user = None
    if user_column:
        user, _, command = command.replace("\t", " ", 1).partition(" ")
    return CrontabLine(number, line, parts, user, command.strip(), variables)
