"""Names of imported tasks. Each is a function's name, too, with `_` for `-`."""

import keyword
import re

from rota.tasks.naming import MAX_NAME_CHARACTERS

_FALLBACK = "job"
_TAKEN = frozenset({"task", "api"})  # names that a stub has for something else
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_COMMAND_ENDS = re.compile(r"&&|\|\||[;|<>&()]")
# Commands that run another one, which is what the job is about.
_WRAPPERS = re.compile(
    r"(?:ba|da|z)?sh|chronic|command|cronic|env|exec|flock|ionice|nice|nohup|perl|php|python3?|ruby"
    r"|setsid|sudo|time|timeout"
)
# Commands that prepare for another one.
_PREPARATIONS = re.compile(r"\[|\.|cd|export|set|sleep|source|test|true|umask")
_VALUE_OF_WRAPPER = re.compile(r"[0-9]+(?:\.[0-9]+)?[smhd]?|/(?:var|run|tmp)/.*|.*\.(?:lock|lck)")


class TaskNames:
    """Gives each job a name of its own."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._last_number: dict[str, int] = {}

    def give(self, wanted: str) -> str:
        """Return an allowed name like `wanted`, different from those given before."""
        name = _allowed(wanted)
        # A crontab may run one program thousands of times: the search goes on where it ended.
        unique, number = name, self._last_number.get(name, 1)
        while unique in self._taken:
            number += 1
            end = f"-{number}"
            unique = name[: MAX_NAME_CHARACTERS - len(end)].rstrip("-") + end
        self._taken.add(unique)
        self._last_number[name] = number
        return unique


def command_name(command: str) -> str:
    """Return the name of the program that a shell command is about, without its folder and ending.

    Never one of its arguments, which may be a secret.
    """
    for part in _COMMAND_ENDS.split(command):
        program = _program(part.split())
        if program and not _PREPARATIONS.fullmatch(program):
            return program
    return _FALLBACK


def _program(words: list[str]) -> str | None:
    wrapped = False
    for word in words:
        bare = word.strip("\"'")
        if _ASSIGNMENT.match(bare) or (wrapped and bare.startswith("-")):
            continue
        if wrapped and _VALUE_OF_WRAPPER.fullmatch(bare):
            continue
        base = bare.rpartition("/")[2]
        if _WRAPPERS.fullmatch(base):
            wrapped = True
            continue
        return re.sub(r"\.(?:sh|bash|py|php|pl|rb)$", "", base) or None
    return None


def _allowed(wanted: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-") or _FALLBACK
    if name[0].isdigit() or keyword.iskeyword(name) or name in _TAKEN:
        name = f"{_FALLBACK}-{name}"
    return name[:MAX_NAME_CHARACTERS].rstrip("-")
