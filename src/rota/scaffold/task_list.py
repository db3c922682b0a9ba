"""The list `TASKS` in a project's `tasks/__init__.py`: its text, with one more task in it."""

import ast
import io

from rota.model.errors import UsageError
from rota.scaffold.formatting import fitting, natural

LIST_NAME = "TASKS"
_INDENT = "    "


def with_task(text: str, *, module: str, name: str, where: str) -> str:
    """Return `text` with `from module import name`, and `name` as the last of its `TASKS`.

    Comments and all else stay as they are. `where` is the file, for errors. Raises UsageError where
    there is no such list, or `name` means something else there.
    """
    by_hand = f"add `from {module} import {name}` and `{name}` by hand"
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{where}: not Python: {error}") from None
    if name in _bound_names(tree):
        raise UsageError(f"{where}: there is a {name!r} already; choose another name")
    listed = _list_of(tree)
    if listed is None:
        raise UsageError(f"{where}: there is no list `{LIST_NAME} = [first, second]`; {by_hand}")
    end = "\r\n" if "\r\n" in text else "\n"
    # Not splitlines, which also splits at form feeds and the like.
    lines = io.StringIO(text.replace(end, "\n")).readlines()
    if _would_lose_comments(lines, listed):
        raise UsageError(
            f"{where}: the list `{LIST_NAME}` has comments and no line for its closing bracket: "
            f"move the bracket to the next line, or {by_hand}"
        )
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    # From below, so that the numbers of the lines above stay.
    _append(lines, listed, name)
    _insert_import(lines, tree, module, name)
    return "".join(lines).replace("\n", end)


def _list_of(tree: ast.Module) -> ast.List | None:
    for statement in reversed(tree.body):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        value = getattr(statement, "value", None)
        if any(isinstance(each, ast.Name) and each.id == LIST_NAME for each in targets):
            return value if isinstance(value, ast.List) else None
    return None


def _bound_names(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(each.asname or each.name).partition(".")[0] for each in node.names}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return names


def _would_lose_comments(lines: list[str], listed: ast.List) -> bool:
    first, last = listed.lineno - 1, (listed.end_lineno or listed.lineno) - 1
    return not _has_own_bracket_line(lines, listed) and "#" in "".join(lines[first:last])


def _has_own_bracket_line(lines: list[str], listed: ast.List) -> bool:
    last = (listed.end_lineno or listed.lineno) - 1
    closing = lines[last].encode()[: (listed.end_col_offset or 0) - 1].decode()
    return listed.lineno - 1 != last and not closing.strip()


def _append(lines: list[str], listed: ast.List, name: str) -> None:
    first, last = listed.lineno - 1, (listed.end_lineno or listed.lineno) - 1
    end = listed.end_col_offset or 0
    elements = listed.elts
    if _has_own_bracket_line(lines, listed):
        # The bracket has a line of its own: the new task goes above it.
        if elements and not _has_comma(lines, elements[-1]):
            final = elements[-1]
            at = (final.end_lineno or final.lineno) - 1
            column = final.end_col_offset or 0
            line = lines[at].encode()
            lines[at] = (line[:column] + b"," + line[column:]).decode()
        indent = lines[elements[0].lineno - 1][: elements[0].col_offset] if elements else _INDENT
        indent = indent if not indent.strip() else _INDENT
        lines.insert(last, f"{indent}{name},\n")
        return
    source = "".join(lines)
    shown = [str(ast.get_source_segment(source, each)) for each in elements]
    before = lines[first].encode()[: listed.col_offset].decode()
    after = lines[last].encode()[end:].decode()
    inner = "".join(f"{_INDENT}{each},\n" for each in [*shown, name])
    lines[first : last + 1] = [f"{before}[\n{inner}]{after}"]


def _has_comma(lines: list[str], final: ast.expr) -> bool:
    at = (final.end_lineno or final.lineno) - 1
    rest = lines[at].encode()[final.end_col_offset or 0 :].decode()
    return rest.lstrip().startswith(",")


def _insert_import(lines: list[str], tree: ast.Module, module: str, name: str) -> None:
    """Insert the import where ruff sorts it among those of the same package."""
    statement = fitting(f"from {module} import {name}") + "\n"
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    package = module.rpartition(".")[0]
    beside = [
        node
        for node in imports
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}.")
    ]
    for node in beside:
        if natural(node.module or "") > natural(module):
            lines.insert(node.lineno - 1, statement)
            return
    above = beside or imports or _docstring(tree)
    if not above:
        lines.insert(0, statement)
        return
    gap = "" if beside or imports else "\n"
    lines.insert(above[-1].end_lineno or above[-1].lineno, f"{gap}{statement}")


def _docstring(tree: ast.Module) -> list[ast.stmt]:
    return tree.body[:1] if ast.get_docstring(tree) is not None else []
