"""`python -m scaffold_files` writes what the template of `rota new` takes from rota itself.

These are the locks, which are the parts of rota's own that a worker needs, and rota's version.
With `--check` a diff and exit code 1.
"""

import re
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from derived_files import write_or_compare

from rota import __version__

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "src/rota/scaffold/example_worker"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_VIA = re.compile(r"^    #(?: via)?(?:   )? ?(.*)$")
_NEXT_VERSION = re.sub(r"^(\d+)\.(\d+)\..*", lambda m: f"{m[1]}.{int(m[2]) + 1}", __version__)
# In every file that says which rota a project is for.
_VERSIONS = {
    "pyproject.toml": (r'"rota>=[^"]*"', f'"rota>={__version__},<{_NEXT_VERSION}"'),
    "Makefile": (r"(?<=\?= rota)(==|:).*", rf"\g<1>{__version__}"),
    "Dockerfile": (r"(?<=ARG BASE_IMAGE=rota:).*", __version__),
    "docker-compose.yml": (r"(?<=\$\{BASE_IMAGE:-rota:)[^}]*", __version__),
}


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock: its lines without comments, and the names of what needs it."""

    text: str
    needed_by: Collection[str]


def derived_files() -> dict[Path, str]:
    """Return what each derived file should hold."""
    run_lock, dev_lock = _lock("requirements.txt"), _lock("requirements-dev.txt")
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = tomllib.loads((TEMPLATE / "pyproject.toml").read_text(encoding="utf-8"))[
        "dependency-groups"
    ]
    run = _closure(run_lock, needs["dependencies"])
    build = _closure(dev_lock, groups["build"])
    files = {
        "requirements.txt": _text(run_lock, run),
        "requirements-build.txt": _text(dev_lock, build),
        "requirements-dev.txt": _text(dev_lock, run | build | _closure(dev_lock, groups["dev"])),
    }
    for name, (pattern, text) in _VERSIONS.items():
        found = (TEMPLATE / name).read_text(encoding="utf-8")
        files[name] = re.sub(pattern, text, found)
    return {TEMPLATE / name: text for name, text in files.items()}


def _lock(name: str) -> dict[str, Locked]:
    """Return the packages of one of rota's locks by name."""
    packages = {}
    for block in _blocks((ROOT / name).read_text(encoding="utf-8").splitlines()):
        lines = [line for line in block if not line.startswith("    #")]
        via = [match[1] for line in block if (match := _VIA.match(line)) and match[1]]
        packages[_name(block[0])] = Locked("".join(f"{line}\n" for line in lines), via)
    return packages


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if block and not line.startswith(" "):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _closure(packages: Mapping[str, Locked], roots: Collection[str]) -> set[str]:
    """Return the names of some packages, and of everything that they need."""
    wanted = {_name(root) for root in roots}
    while True:
        more = {name for name, each in packages.items() if wanted.intersection(each.needed_by)}
        if more <= wanted:
            return wanted
        wanted |= more


def _text(packages: Mapping[str, Locked], names: Collection[str]) -> str:
    return "".join(packages[name].text for name in sorted(names))


def _name(requirement: str) -> str:
    match = _NAME.match(requirement)
    return match[0].lower() if match else requirement


def main() -> int:
    """Write the files, or compare them; return the exit code."""
    return write_or_compare(derived_files(), "rota's own locks and version")


if __name__ == "__main__":
    sys.exit(main())
