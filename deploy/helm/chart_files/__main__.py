"""`python -m chart_files` writes the derived files. With `--check` a diff and exit code 1."""

import sys
from pathlib import Path

from derived_files import write_or_compare

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
    return write_or_compare(derived_files(), "values.yaml")


if __name__ == "__main__":
    sys.exit(main())
