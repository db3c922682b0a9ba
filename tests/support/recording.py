"""A hook that remembers what happened to runs and slots."""

from rota.model.events import RunFinished, RunLost, RunStarted, SlotsSkipped


def epoch(moment):
    return None if moment is None else int(moment.timestamp())


class Recording:
    def __init__(self):
        self.events = []

    def __call__(self, event):
        self.events.append(event)

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def started(self, task=None):
        return [
            (event.run.trigger.value, epoch(event.run.slot))
            for event in self.of(RunStarted)
            if task in (None, event.run.task)
        ]

    def slots(self, task=None):
        return [slot for _, slot in self.started(task)]

    def finished(self, task=None):
        return [
            event.record for event in self.of(RunFinished) if task in (None, event.record.run.task)
        ]

    def outcomes(self, task=None):
        return [result.outcome.value for result in self.finished(task)]

    def skipped(self, task=None):
        return [
            (event.reason.value, event.first_slot, event.last_slot, event.count)
            for event in self.of(SlotsSkipped)
            if task in (None, event.task)
        ]

    def lost(self):
        return [(event.task, event.slot) for event in self.of(RunLost)]
