"""A module of function tasks, one for each job that was converted."""

import ast
import json
import textwrap
from collections.abc import Iterable, Sequence

from rota.importing.job import ImportedJob, State

_WIDEST_LINE = 100
_HEAD = '''"""Tasks imported by `{command}`.

Each ends with GiveUp until it is written. Name this module in ROTA_TASKS, and run `rota check`.
"""
'''


def stubs(jobs: Sequence[ImportedJob], command: str) -> str:
    """Return the text of the module; `command` is what made it, such as `rota import crontab`."""
    converted = [job for job in jobs if job.state is State.CONVERTED]
    parts = [_HEAD.format(command=command)]
    if converted:
        parts.append("\nfrom rota import GiveUp, task\n")
    for job in jobs:
        parts.append("\n\n" + _comment(job))
        if job in converted:
            parts.append(_function(job))
    parts.append("\n\n" + _list([_identifier(job) for job in converted]))
    return "".join(parts)


def written_schedules(module: str) -> dict[str, tuple[str, str]]:
    """Return schedule and time zone by task name, as a module of stubs states them."""
    found = {}
    for node in ast.parse(module).body:
        if isinstance(node, ast.AsyncFunctionDef) and isinstance(node.decorator_list[0], ast.Call):
            keywords = node.decorator_list[0].keywords
            options = {str(each.arg): ast.literal_eval(each.value) for each in keywords}
            name = node.name.replace("_", "-")
            found[name] = (options["schedule"], options["timezone"])
    return found


def _comment(job: ImportedJob) -> str:
    lines = [f"{job.where}: {job.old}"]
    if job.reason:
        lines.append(f"{job.state}: {job.reason}")
    lines += [f"note: {note}" for note in job.notes]
    wrapped = [part for line in lines for part in textwrap.wrap(line, _WIDEST_LINE - 2)]
    return "".join(f"# {line}\n" for line in wrapped)


def _function(job: ImportedJob) -> str:
    options = [f"schedule={_literal(job.schedule)}"]
    if job.schedule is not None:
        options.append(f"timezone={_literal(job.timezone)}")
    options += [f"{name}={_literal(value)}" for name, value in job.fields]
    line = f"@task({', '.join(options)})\n"
    if len(line) > _WIDEST_LINE:
        line = "@task(\n" + "".join(f"    {each},\n" for each in options) + ")\n"
    return (
        f"{line}async def {_identifier(job)}(api):\n"
        '    """Do what the job above did."""\n'
        f'    raise GiveUp("{job.name} is imported, but not written yet")\n'
    )


def _list(names: Iterable[str]) -> str:
    listed = list(names)
    line = f"TASKS = [{', '.join(listed)}]\n"
    if len(line) <= _WIDEST_LINE:
        return line
    return "TASKS = [\n" + "".join(f"    {name},\n" for name in listed) + "]\n"


def _identifier(job: ImportedJob) -> str:
    return job.name.replace("-", "_")


def _literal(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)
