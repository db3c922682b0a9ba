"""What a console has seen of a release's CronJobs: something of everything, with a gap in it."""

from rota.kubernetes.watching.cronjobs import span_of
from rota.kubernetes.watching.seen_tasks import tasks_of_specs
from rota.ledger.attempts import Attempt
from rota.ledger.console import ConsoleLedger
from rota.ledger.console_notes import ConsoleNotes, SeenSpec
from rota.ledger.records import RecordedRun, RecordedSkip
from rota.model.events import SlotsSkipped
from rota.model.exit_codes import ExitCode
from rota.model.outcome import SkipReason
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.status.board import Board
from support.console import DAY, HOUR, NOW
from support.kubernetes_objects import cronjob
from support.statuses import FixedClock

BEGAN = NOW - 3 * DAY
GAP = (NOW - NOW % HOUR - 5 * HOUR - 600.0, NOW - NOW % HOUR - 4 * HOUR + 1500.0)
UPGRADED = NOW - NOW % HOUR - 4 * HOUR - 1200.0
MINUTE = 60
# Schedule, what a run takes in seconds, labels.
TASKS = {
    "cleanup": ("0 * * * *", 4.0, {"team": "platform"}),
    "notifications": ("*/5 * * * *", 6.0, {"team": "shop"}),
    "invoices": ("0 9 * * 1-5", 50.0, {"team": "billing"}),
    "letters": ("0 * * * *", 8.0, {"team": "billing"}),
    "search-index": ("*/15 * * * *", 240.0, {"team": "shop"}),
    "exports": ("0 1 * * *", 95.0, {"team": "billing"}),
    "backup": ("30 2 * * *", 1800.0, {"team": "platform"}),
    "reports": ("0 */6 * * *", 220.0, {"team": "billing"}),
    "webhooks": ("*/2 * * * *", 85.0, {"team": "shop"}),
    "newsletter": ("0 8 1 * *", 60.0, {"team": "shop"}),
    "sessions": ("*/10 * * * *", 2.0, {"team": "shop"}),
}
ZONES = {"invoices": "Asia/Tokyo", "exports": "Europe/Berlin"}
ABOUT = {"mode": "console", "namespace": "shop", "instance": "shop"}
OUT_OF_PAPER = "POST /letters: the printer is out of paper (503 after 4 attempts)"


class SeenInstallation:
    """The ledger of a console at `path`; the interface of `support.statuses.Installation`."""

    def __init__(self, path):
        self.clock = FixedClock(NOW)
        self.ledger = ConsoleLedger(path, self.clock)
        self.ledger.open()
        self.notes = ConsoleNotes(watched_until=float(NOW), gaps=[GAP])
        self._specs = [self._spec(number, name) for number, name in enumerate(TASKS)]
        # A new image, twenty minutes before the printer has no paper any more.
        letters = next(spec for spec in self._specs if spec.task == "letters")
        new = {
            **letters.facts,
            "since": UPGRADED,
            "said": {**letters.facts["said"], "image": "shop:1.5"},
        }
        self._specs.append(SeenSpec("letters", letters.name, UPGRADED, new))
        self.notes.specs = self._specs
        for task in self.tasks:
            self._fill(task)
        self.ledger.write(self.notes)

    @staticmethod
    def _spec(number, name):
        schedule, _, labels = TASKS[name]
        found = cronjob(
            f"shop-rota-{name}",
            name,
            uid=f"uid-{number}",
            created=BEGAN,
            schedule=schedule,
            timeZone=ZONES.get(name, "Etc/UTC"),
            suspend=name == "backup",
            jobTemplate={
                "spec": {
                    "backoffLimit": 2,
                    "activeDeadlineSeconds": 1230,
                    "template": {"spec": {"containers": [{"name": "rota", "image": "shop:1.4"}]}},
                }
            },
        )
        found["metadata"]["labels"] |= labels
        span = span_of(found, BEGAN)
        facts = {field: getattr(span, field) for field in span.__slots__}
        return SeenSpec(name, span.name, span.since, facts)

    @property
    def tasks(self):
        return tasks_of_specs(self._specs, NOW)

    @property
    def board(self):
        return Board(self.tasks, self.ledger.reader(), self.clock)

    def _fill(self, task):
        slot = task.schedule.next_epoch(max(BEGAN, NOW - 3 * DAY))
        number = 0
        while slot is not None and slot <= NOW and not task.suspend:
            # Jobs within the history limits fill the ends of the gap.
            if not GAP[0] + 900 < slot < GAP[1] - 300:
                self._add(task.name, slot, number)
            slot, number = task.schedule.next_epoch(slot), number + 1

    def _add(self, name, slot, number):
        if name == "notifications" and number % 160 == 40:
            skipped = SlotsSkipped(name, slot, slot, 1, capped=False, reason=SkipReason.OVERLAP)
            self.notes.skips.append(RecordedSkip(skipped, slot + 300.0))
            return
        run = self._run(name, slot, number)
        self.notes.runs[run.run_id] = run

    def _run(self, name, slot, number):
        run_id = f"{name}-{slot // MINUTE}"
        pods = [f"shop-rota-{name}-{slot // MINUTE}-{end}" for end in ("x7k2p", "q9d4m", "t2v8c")]
        took = TASKS[name][1] * (1 + number % 7 * 0.06)
        made, began = slot + 1.0, slot + 4.0 + number % 5
        if name == "letters" and slot > NOW - 4 * HOUR:
            attempts = _out_of_paper(pods, slot)
            last = attempts[-1].ended_at
            began = attempts[0].started_at
            return RecordedRun(
                name, run_id, Trigger.SCHEDULE, slot, SlotState.FAILED, began, last - began,
                4, OUT_OF_PAPER, {"printed": 12}, attempts,
            )  # fmt: skip
        ended = None if slot + took > NOW else began + took
        code = None if ended is None else ExitCode.SUCCEEDED
        message = {"run_id": f"log-{number}"}
        attempt = Attempt(pods[0], "node-2", code, None, made, began, ended, message, made + 1.0)
        counts = {"sent": 120 + number * 29 % 41} if name == "notifications" else {}
        return RecordedRun(
            name,
            run_id,
            Trigger.SCHEDULE,
            slot,
            SlotState.RUNNING if ended is None else SlotState.SUCCEEDED,
            began,
            None if ended is None else took,
            code,
            None,
            counts if ended else {},
            (attempt,),
        )


def _out_of_paper(pods, slot):
    """Three pods: one killed for its memory, the others refused by the printer."""
    first = Attempt(
        pods[0],
        "node-2",
        137,
        "OOMKilled",
        slot + 1.0,
        slot + 22.0,
        slot + 41.0,
        scheduled_at=slot + 4.0,
    )
    waits = (slot + 52.0, slot + 112.0)
    rest = [
        Attempt(pod, "node-1", 4, OUT_OF_PAPER, at, at + 3.0, at + 34.0, scheduled_at=at + 1.0)
        for pod, at in zip(pods[1:], waits, strict=True)
    ]
    return (first, *rest)
