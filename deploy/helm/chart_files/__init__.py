"""Makes what is derived of the chart from its one source, the comments of values.yaml.

`make generate` writes, `make lint` checks: the table in README.md, values.schema.json, and
templates/_generated.tpl. CONTRIBUTING.md tells how a value is added.
"""
