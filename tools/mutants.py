"""Change the code in small ways, and see that a test fails of each: mutmut, package by package.

    python tools/mutants.py                   all packages, some hours
    python tools/mutants.py schedules         one of them
    python tools/mutants.py --sample 60       60 mutants of each package: some minutes each
    python tools/mutants.py --minutes 4       as many as can be tried in about 4 minutes a package
    python tools/mutants.py schedules --again only those that survived last time, with the tests as
                                              they are now; the code must not have changed since

Ends with 1 where fewer than 90 % of a package's mutants are killed, or where one survives that
tools/survivors.txt does not give a reason for. A mutant is named there by its function and a hash
of its change, so that a list stays true when lines move; or several are, by a pattern. One that
changes nothing but the wording of a text needs no reason: tests that pinned each word would be a
second copy of the texts. It counts as survived all the same. A sample is random, but the same each
time: mutants are tried in the order of a hash of their names. It is small: it may have 85 %, and
only shows what survives. A mutant is killed, too, by a single test that hangs for two minutes.
One whose tests take some minutes all the same is not, since a busy machine may be the reason.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).parents[1]
SURVIVORS = ROOT / "tools/survivors.txt"
FOLDER = ROOT / "mutants"
LEAST_PERCENT = 90.0
LEAST_PERCENT_OF_SAMPLE = 85.0
# Package → the tests that concern it. Left out below are those that start processes, since mutmut's
# changes are made in its own process, one that counts frames of the stack, which mutmut adds to,
# and those that are marked as slow.
PACKAGES = {
    "schedules": ("tests/schedules", "tests/cli/test_time_zones.py"),
    "net": ("tests/net", "tests/api"),
    "api": ("tests/api", "tests/net"),
    "tasks": ("tests/tasks", "tests/cli/test_list.py"),
    "runs": ("tests/runs", "tests/tasks"),
    "scheduler": ("tests/scheduler", "tests/web"),
    "ledger": ("tests/ledger", "tests/scheduler"),
}
_LEFT_OUT = (
    "not importing and not test_commands and not test_export and not test_status and "
    "not another_process_is_named and not forked_child and not with_file_and_line and "
    "not wherever_the_function_is"
)
# Of pytest under mutmut (mutmut/stats.py): 0 survived, 5 and 33 no test ran, -24 and those after it
# are mutmut's own time limit, which tells little; the rest is killed.
_SURVIVED = (0, 5, 33, -24, 24, 36, 152, 255)
# What mutmut itself notes for "skipped", and does not try.
_NOT_TRIED = 34
# What mutmut does first, so that there are names to choose from.
_MAKE_MUTANTS = """
from pathlib import Path
from mutmut import __main__ as mutmut
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir
Path("mutants").mkdir(exist_ok=True)
copy_src_dir()
copy_also_copy_files()
mutmut.setup_source_paths()
mutmut.create_mutants(1)
"""
# Tried in the order of a hash, rather than the quick ones first, what is stopped is a sample. The
# process of a mutant begins as a copy of one that has run the tests: caches would answer for it.
# Of its tests the quick ones come first, and some before the others are even collected: most
# mutants are killed by these.
_RUN_MUTANTS = """
import functools, gc, hashlib, sys
from mutmut import __main__ as mutmut
from mutmut.runners.harness import PytestRunner
from mutmut.state import state

run_tests = PytestRunner.run_tests

def run_with_empty_caches(self, *, mutant_name, tests):
    gc.unfreeze()
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper):
            each.cache_clear()
    durations = state().duration_by_test
    ordered = sorted(tests, key=lambda test: (durations.get(test, 0), test))
    exit_code = run_tests(self, mutant_name=mutant_name, tests=ordered[:50])
    if exit_code == 0 and ordered[50:]:
        exit_code = run_tests(self, mutant_name=mutant_name, tests=ordered[50:])
    return exit_code

PytestRunner.run_tests = run_with_empty_caches
mutmut.estimated_worst_case_time = lambda name: hashlib.sha256(name.encode()).hexdigest()
mutmut.cli(["run", f"--max-children={sys.argv[1]}"])
"""
# All of them in one process, since each start of mutmut takes a second.
_DIFFS = """
import json, sys
from mutmut.mutation.diff_apply import get_diff_for_mutant
json.dump({name: get_diff_for_mutant(name) for name in json.load(sys.stdin)}, sys.stdout)
"""
_CONFIG = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/rota/{package}/*"]
also_copy = ["docs", "deploy", "tools"]
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = [
    "-p", "no:cacheprovider", "-m", "not e2e and not slow", "-k", {left_out},
    "--hypothesis-profile=mutants",
    "-o", "faulthandler_timeout=120", "-o", "faulthandler_exit_on_timeout=true",
]
timeout_multiplier = 3.0
timeout_constant = 120.0
use_git_change_detection = false
"""


@dataclass
class Result:
    """What became of a package's mutants.

    `survivors` by key, with the change as a diff; two that change the same text have the same key.
    """

    package: str
    killed: int = 0
    survived: int = 0
    survivors: dict[str, str] = field(default_factory=dict)

    @property
    def percent(self) -> float:
        """The share that was killed."""
        total = self.killed + self.survived
        return 100.0 * self.killed / total if total else 100.0


def prepare(package: str) -> Path:
    """Make a copy of the project for mutmut to work in; return its folder."""
    folder = FOLDER / package
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("src", "tests", "docs", "deploy", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    configure(folder, package)
    # Python asks a folder of PYTHONPATH once whether it is there.
    (folder / "mutants/src").mkdir(parents=True)
    # Tests read vectors from beside the project, and mutmut runs them a folder further down.
    (folder / "shared").symlink_to(ROOT.parent / "shared")
    return folder


def configure(folder: Path, package: str) -> None:
    """Write mutmut's settings beside the project's own."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    config = _CONFIG.format(
        package=package, tests=json.dumps(PACKAGES[package]), left_out=json.dumps(_LEFT_OUT)
    )
    (folder / "pyproject.toml").write_text(text + config, "utf-8")


def run(package: str, most: int | None, children: int, seconds: float | None) -> Result:
    """Run the mutants of a package, or a sample: at most `most`, for about so many `seconds`."""
    folder = prepare(package)
    if most is not None:
        make_mutants(folder)
        names = sorted((name for name, _ in exit_codes(folder)), key=_chance)
        choose(folder, set(names[:most]))
    return _run(folder, package, children, seconds)


def _chance(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def run_again(package: str, children: int) -> Result:
    """Run the mutants of a package that survived last time, with today's tests."""
    folder = FOLDER / package
    names = {name for name, exit_code in exit_codes(folder) if exit_code in _SURVIVED}
    if not names:
        sys.exit(f"{package}: no mutant survived in {folder}, if there was a run at all")
    shutil.copytree(
        ROOT / "tests",
        folder / "tests",
        ignore=shutil.ignore_patterns("__pycache__"),
        dirs_exist_ok=True,
    )
    configure(folder, package)
    choose(folder, names)
    return _run(folder, package, children)


def make_mutants(folder: Path) -> None:
    """Have mutmut write the mutants, and try none of them."""
    subprocess.run(
        [sys.executable, "-c", _MAKE_MUTANTS], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )


def choose(folder: Path, names: set[str]) -> None:
    """Let mutmut try `names`, and of the others none that it has not tried."""
    for meta in metas(folder):
        content = json.loads(meta.read_text("utf-8"))
        found = content["exit_code_by_key"]
        for name, exit_code in found.items():
            if name in names:
                found[name] = None
            elif exit_code is None:
                found[name] = _NOT_TRIED
        meta.write_text(json.dumps(content), "utf-8")


def _run(folder: Path, package: str, children: int, seconds: float | None = None) -> Result:
    environment = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    # The mutated copy, rather than what is installed.
    environment["PYTHONPATH"] = os.pathsep.join([str(folder / "mutants/src")])
    with (folder / "mutmut.log").open("w") as log:
        process = subprocess.Popen(
            command_of(children),
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            ended = process.poll() is not None
            # With the mutant that is being tried, of which nothing is noted yet.
            if not ended:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
    result = result_of(folder, package)
    untried = ended and any(exit_code is None for _, exit_code in exit_codes(folder))
    if untried or not result.killed:
        sys.exit(
            f"{package}: mutmut gave up (exit code {process.returncode}), and nothing "
            f"can be said of the rest:\n{tail(folder)}"
        )
    return result


def command_of(children: int) -> list[str]:
    """Return what runs mutmut, in so many processes at once."""
    return [sys.executable, "-c", _RUN_MUTANTS, str(children)]


def result_of(folder: Path, package: str) -> Result:
    """Return what became of the mutants that were tried in a folder."""
    result = Result(package)
    survived = []
    for name, exit_code in exit_codes(folder):
        if exit_code is None or exit_code == _NOT_TRIED:
            continue
        if exit_code in _SURVIVED:
            survived.append(name)
            result.survived += 1
        else:
            result.killed += 1
    for name, diff in diffs_of(folder, survived).items():
        result.survivors[key_of(name, diff)] = diff
    return result


def tail(folder: Path) -> str:
    """Return the end of what mutmut wrote, without its progress."""
    text = (folder / "mutmut.log").read_text(errors="replace")
    return "\n".join(line.rpartition("\r")[2][-200:] for line in text.splitlines()[-20:])


def metas(folder: Path) -> list[Path]:
    """Return the files in which mutmut notes what became of its mutants."""
    return sorted((folder / "mutants/src").rglob("*.meta"))


def exit_codes(folder: Path) -> Iterator[tuple[str, int | None]]:
    """Yield each mutant, and the exit code of its tests; None where it was not tried yet."""
    for meta in metas(folder):
        yield from json.loads(meta.read_text("utf-8"))["exit_code_by_key"].items()


def diffs_of(folder: Path, names: list[str]) -> dict[str, str]:
    """Return the lines that each mutant changes, with `-` and `+`."""
    done = subprocess.run(
        [sys.executable, "-c", _DIFFS],
        cwd=folder,
        input=json.dumps(names),
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        name: "\n".join(line for line in diff.splitlines() if re.match(r"[-+](?![-+])", line))
        for name, diff in json.loads(done.stdout).items()
    }


def key_of(name: str, diff: str) -> str:
    """Return `rota.schedules.cron.x_f #1a2b3c4d`: the function, and a hash of what is changed."""
    function = name.partition("__mutmut_")[0]
    return f"{function} #{hashlib.sha256(diff.encode()).hexdigest()[:8]}"


def is_wording(diff: str) -> bool:
    """Whether a mutant changes nothing but the letters of texts: XX around, upper case.

    A text without letters, such as "." or an empty one, is a value, and one in brackets a key.
    """
    if re.search(r"""(["'])XX[^A-Za-z"']*XX\1|\[(["'])XX\w+XX\2\]""", diff):
        return False
    sides: dict[str, str] = {"-": "", "+": ""}
    for line in diff.splitlines():
        sides[line[0]] += line[1:].replace("XX", "").lower()
    return sides["-"] == sides["+"]


@dataclass(frozen=True)
class Known:
    """A line of tools/survivors.txt: a mutant by its key, or several by a pattern.

    `FUNCTION ~ REGEX: reason` are all of a function (with `*` for any letters) in whose changed
    lines the regular expression is found.
    """

    line: str

    @property
    def key(self) -> str:
        """What comes before the reason."""
        return self.line.partition(": ")[0]

    def covers(self, key: str, diff: str) -> bool:
        """Whether it speaks of a mutant."""
        function, tilde, regex = self.key.partition(" ~ ")
        if not tilde:
            return self.key == key
        return fnmatchcase(key.partition(" ")[0], function) and re.search(regex, diff) is not None


def known_survivors() -> list[Known]:
    """Return the survivors that have a reason."""
    lines = SURVIVORS.read_text("utf-8").splitlines() if SURVIVORS.exists() else []
    return [Known(line) for line in lines if line and not line.startswith("#!")]


def report(result: Result, *, sampled: bool) -> bool:
    """Print what was found in a package; return whether all is well."""
    prefix = f"rota.{result.package}."
    known = [each for each in known_survivors() if each.key.startswith(prefix)]
    total = result.killed + result.survived
    wording = {key for key, diff in result.survivors.items() if is_wording(diff)}
    found = result.survivors.items()
    unknown = {
        key
        for key, diff in found
        if key not in wording and not any(each.covers(key, diff) for each in known)
    }
    print(
        f"{result.package}: {result.killed} of {total} killed, {result.percent:.1f} %; "
        f"of the {result.survived} others "
        f"{len(wording)} change the wording of a text",
        flush=True,
    )
    for key in sorted(unknown):
        changed = re.sub("(?m)^", "    ", result.survivors[key])
        print(f"  survives, without a reason: {key}\n{changed}")
    if sampled:
        return result.percent >= LEAST_PERCENT_OF_SAMPLE
    gone = [each.key for each in known if not any(each.covers(*mutant) for mutant in found)]
    if gone:
        print("  listed, and killed or gone:", *gone, sep="\n    ")
    return result.percent >= LEAST_PERCENT and not unknown and not gone


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help=", ".join(PACKAGES))
    parser.add_argument("--sample", type=int, metavar="N")
    parser.add_argument("--minutes", type=float, metavar="N")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    if unknown := set(given.packages) - PACKAGES.keys():
        parser.error(f"no such package: {', '.join(unknown)}; there are {', '.join(PACKAGES)}")
    packages = given.packages or list(PACKAGES)
    verdicts = []
    for package in packages:
        if given.again:
            result = run_again(package, given.children)
        else:
            seconds = given.minutes and 60 * given.minutes
            result = run(package, given.sample, given.children, seconds)
        sampled = given.sample is not None or given.minutes is not None
        verdicts.append(report(result, sampled=sampled))
    sys.exit(0 if all(verdicts) else 1)


if __name__ == "__main__":
    main()
