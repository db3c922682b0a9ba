"""`python -m chart_files` writes the derived files. With `--check` a diff and exit code 1."""

import difflib
import sys
from pathlib import Path

from chart_files.schema import facts, values_schema
from chart_files.table import with_table

CHART = Path(__file__).parents[1] / "rota"


def derived_files() -> dict[Path, str]:
    """Return what each derived file should hold."""
    values = (CHART / "values.yaml").read_text(encoding="utf-8")
    readme = CHART / "README.md"
    generated = (
        "{{/*\nWritten by `make generate`: what the templates check values by, as JSON.\n"
        f'*/}}}}\n{{{{- define "rota.facts" -}}}}\n{facts(values)}\n{{{{- end }}}}\n'
    )
    return {
        readme: with_table(readme.read_text(encoding="utf-8"), values),
        CHART / "values.schema.json": values_schema(values),
        CHART / "templates/_generated.tpl": generated,
    }


def main() -> int:
    """Write the files, or compare them; return the exit code."""
    code = 0
    for path, wanted in derived_files().items():
        found = path.read_text(encoding="utf-8") if path.exists() else ""
        if found == wanted:
            continue
        if "--check" not in sys.argv[1:]:
            path.write_text(wanted, encoding="utf-8")
            continue
        code = 1
        lines = difflib.unified_diff(
            found.splitlines(), wanted.splitlines(), path.name, "from values.yaml", lineterm=""
        )
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.write(f"{path.name} is not what `make generate` writes\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
