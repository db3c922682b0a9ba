"""Where dead-man pings go: URL templates, as texts. Used by settings, too."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from rota.model.errors import SettingsError

OFF = "off"
PROCESSES = ("@scheduler", "@console")
"""Stand where a task does, for the process itself. No task has such a name."""
PLACEHOLDERS = ("task", "release", "event", "run_uuid", "exit_code", "duration")
# A service's own URLs tell the rest in its own way.
_OF_SERVICES = ("task", "release")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NOT_VISIBLE = re.compile(r"[^\x21-\x7e]|\\")
_MAX_FILE_BYTES = 256 * 1024
_MOST_WORDS = 2
# Fewer than are masked of pings, so that the URLs before a renewal are masked too.
_MOST_SECRETS = 12
_SHORTEST_SECRET = 8


class PingService(StrEnum):
    """Who listens: the part of a URL before `+`; `plain` without one."""

    HEALTHCHECKS = "healthchecks"
    CRONITOR = "cronitor"
    SENTRY = "sentry"
    BETTERSTACK = "betterstack"
    KUMA = "kuma"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class PingTarget:
    """A URL template, which is a secret, and the service that it belongs to."""

    service: PingService
    template: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PingTargets:
    """The target of every task: its own (None: it has none), or else `default`.

    Processes have none but their own: a check for them is only there if somebody wants it.
    """

    default: PingTarget | None = None
    by_task: Mapping[str, PingTarget | None] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, task: str) -> PingTarget | None:
        """Return the target of a task; None where it is not pinged for."""
        return self.by_task.get(task, None if task in PROCESSES else self.default)

    def secrets(self) -> list[str]:
        """Return what must not be written anywhere: templates, and the keys in them."""
        found: dict[str, None] = {}
        for target in (self.default, *self.by_task.values()):
            if target is not None:
                found |= dict.fromkeys((*_keys_in(target.template), target.template))
        return list(found)[:_MOST_SECRETS]


def parse_ping_targets(text: str) -> PingTargets:
    """Return the targets that `text` names: a URL for all tasks, or lines of `TASK URL`.

    `TASK off` has none; empty lines, and those that begin with `#`, are skipped. Raises
    SettingsError, whose text never repeats a URL.
    """
    default: PingTarget | None = None
    by_task: dict[str, PingTarget | None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        place = f"line {number}: " if "\n" in text.strip() else ""
        if len(words) > _MOST_WORDS:
            raise SettingsError(f"{place}must be a URL, or a task and its URL")
        if len(words) == 1 and default is not None:
            raise SettingsError(f"{place}is a second URL for all tasks; write `TASK URL`")
        if words[0].startswith("@") and words[0] not in PROCESSES:
            raise SettingsError(f"{place}begins with @, which only {' and '.join(PROCESSES)} do")
        if len(words) == 1:
            default = _target(words[0], place)
        elif words[0] in by_task:
            raise SettingsError(f"{place}task {words[0]!r} has a line already; keep one")
        else:
            by_task[words[0]] = None if words[1] == OFF else _target(words[1], place)
    if default is None and not by_task:
        raise SettingsError("is empty: give a URL, or leave the setting unset")
    return PingTargets(default, MappingProxyType(by_task))


def read_ping_targets(path: Path) -> PingTargets:
    """Return the targets in a file. Raises SettingsError, which names the file and no URL."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SettingsError(
            f"ROTA_PING_URL_FILE: {path}: cannot be read: {error.strerror}"
        ) from None
    if len(content) > _MAX_FILE_BYTES:
        raise SettingsError(f"ROTA_PING_URL_FILE: {path}: larger than {_MAX_FILE_BYTES} bytes")
    try:
        return parse_ping_targets(content.decode("utf-8-sig", "replace"))
    except SettingsError as error:
        raise SettingsError(f"ROTA_PING_URL_FILE: {path}: {error}") from None


def _target(text: str, place: str) -> PingTarget:
    scheme, _, rest = text.partition("://")
    name, plus, transport = scheme.rpartition("+")
    services = [each for each in PingService if each is not PingService.PLAIN]
    if plus and name not in services:
        raise SettingsError(f"{place}the part before + must be one of {', '.join(services)}")
    service = PingService(name) if plus else PingService.PLAIN
    url = f"{transport}://{rest}"
    _check_url(url, place)
    allowed = PLACEHOLDERS if service is PingService.PLAIN else _OF_SERVICES
    unknown = [each for each in _PLACEHOLDER.findall(url) if each not in allowed]
    if unknown or re.search(r"[{}]", _PLACEHOLDER.sub("", url)):
        names = ", ".join(f"{{{each}}}" for each in allowed)
        raise SettingsError(f"{place}has a placeholder that is unknown here; there are {names}")
    return PingTarget(service, url)


def _check_url(url: str, place: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    else:
        usable = usable and not set("{}@") & set(parts.netloc)
    if not usable or "#" in url or _NOT_VISIBLE.search(url):
        services = ", ".join(each for each in PingService if each is not PingService.PLAIN)
        raise SettingsError(
            f"{place}must be an http or https URL with a host and without a user name, password "
            f"or fragment, after the name of its service and + if it is one of {services}"
        )


def _keys_in(template: str) -> list[str]:
    """Return what looks like a key: a part of the path or the query that is no plain word."""
    parts = urlsplit(template)
    words = [*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))]
    return [
        word
        for word in words
        if len(word) >= _SHORTEST_SECRET
        and "{" not in word
        and (any(map(str.isdigit, word)) or word != word.lower())
    ]
