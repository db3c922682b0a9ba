"""Writes what is derived from the table of a task's fields, `rota.model.task_fields`."""
