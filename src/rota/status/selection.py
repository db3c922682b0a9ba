"""Which tasks are asked for, of many."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rota.status.labels import label_texts
from rota.status.task_status import TaskState, TaskStatus, doc_of
from rota.status.words import schedule_text, schedule_words


@dataclass(frozen=True, slots=True)
class Selection:
    """Tasks in one of `states`, with all of `labels`, `name=value`; what is empty excludes none.

    `text` stands in what is shown of them, whatever its case.
    """

    text: str = ""
    states: Collection[TaskState] = ()
    labels: Collection[str] = ()

    def of(self, tasks: Sequence[TaskStatus]) -> list[TaskStatus]:
        """Return those of the tasks that are asked for, in their order."""
        wanted = self.text.lower()
        return [
            status
            for status in tasks
            if (not self.states or status.state in self.states)
            and (not self.labels or set(self.labels) <= set(label_texts(status.task)))
            and (not wanted or wanted in _text_of(status))
        ]


def _text_of(status: TaskStatus) -> str:
    task = status.task
    parts = (task.name, schedule_words(task), schedule_text(task), status.reason or "")
    return " ".join((*parts, doc_of(task) or "", *label_texts(task))).lower()
