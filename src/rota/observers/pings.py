"""Dead-man pings: tells a service outside of the cluster of every run's start and end."""

import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from rota.logs import redaction
from rota.model.errors import SettingsError
from rota.model.events import RunEvent, RunFinished, RunLost, RunStarted, SlotsSkipped
from rota.model.outcome import Outcome, SkipReason
from rota.model.run import Run, RunRecord, Trigger
from rota.net.options import ApiOptions
from rota.net.ping_file import PingTargetsFile
from rota.net.ping_sender import Delivery, PingRequest, PingSender
from rota.net.ping_targets import PingTargets, parse_ping_targets
from rota.net.tls import tls_context
from rota.observers.ping_services import Ping, PingEvent, request_of, run_uuid
from rota.settings import Settings

# Services drop what comes more often; a little less than a minute, since no run is punctual.
BEAT_SECONDS = 55.0
# At the end of a process: a start that hangs, and the end after it.
CLOSE_SECONDS = 4.0

_EVENTS = {
    Outcome.SUCCEEDED: PingEvent.SUCCESS,
    Outcome.FAILED: PingEvent.FAILURE,
    Outcome.TIMED_OUT: PingEvent.FAILURE,
}
_SKIPS_THAT_FAIL = {
    SkipReason.TOO_LATE: "the slot was too late to start",
    SkipReason.REFUSED: "the API server refused the Job",
}

_logger = logging.getLogger(__name__)


class PingLine:
    """Sends pings for tasks that have a target; logs one warning for each row of failures."""

    def __init__(
        self,
        targets: PingTargets | PingTargetsFile,
        *,
        release: str,
        tls: ssl.SSLContext | None = None,
        send: Callable[[str, PingRequest], object] | None = None,
    ) -> None:
        self._targets = targets
        if isinstance(targets, PingTargets):
            redaction.hide_all(targets.secrets(), redaction.SecretKind.PING_URLS)
        self._release = release
        self._sender = PingSender(self.delivered, tls=tls)
        self._send = send or self._sender.send
        self._failing = False
        self.on_result: Callable[[str], object] = lambda _: None

    def tell(self, ping: Ping) -> None:
        """Send a ping, if its task has a target that has a place for it. Returns at once."""
        targets = self._targets
        current = targets if isinstance(targets, PingTargets) else targets.current()
        target = current.of(ping.task)
        request = None if target is None else request_of(target, ping, release=self._release)
        if request is not None:
            self._send(ping.task, request)

    def delivered(self, delivery: Delivery) -> None:
        """Count what became of a ping, and log it where it is the first that fails."""
        self.on_result(delivery.result)
        failed = delivery.result != "delivered"
        if failed and not self._failing:
            extra = {"task": delivery.task, "result": delivery.result, "reason": delivery.reason}
            _logger.warning("ping.failed", extra=extra)
        self._failing = failed

    def close(self, timeout_seconds: float = CLOSE_SECONDS) -> None:
        """Wait for the pings that are left, so long; log if some are given up."""
        left = self._sender.close(timeout_seconds)
        if left and not self._failing:
            _logger.warning("ping.left", extra={"waiting_pings": left})


def ping_line(settings: Settings) -> PingLine | None:
    """Return what sends the pings of the settings; None without ROTA_PING_URL or its file.

    Raises SettingsError for a file that cannot be used.
    """
    targets: PingTargets | PingTargetsFile
    if settings.ping_url is not None:
        targets = parse_ping_targets(settings.ping_url.get_secret_value())
    elif settings.ping_url_file is not None:
        targets = PingTargetsFile(settings.ping_url_file)
    else:
        return None
    return PingLine(targets, release=settings.release, tls=_tls(settings))


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.ping_ca_file is None:
        return None
    try:
        return tls_context("https", ApiOptions(ca_file=settings.ping_ca_file))
    except SettingsError as error:
        raise SettingsError(f"ROTA_PING_CA_FILE: {error}") from None


@dataclass(slots=True)
class _Told:
    """What a service was told last of a task: when the run began, and how it ended."""

    began: float
    run_id: str
    last: PingEvent | None = None


class RunPings:
    """An observer that pings for runs of this process. `job_uid` is that of its Job, if any.

    A task that runs more often than once a minute is told of once a minute, and where it fails
    after a success or the other way round. Of a run in shards the first one tells of start and
    success, every one of its failure. Backfills are of slots that no service waits for any more.
    """

    def __init__(
        self,
        line: PingLine,
        *,
        job_uid: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = line
        self._job_uid = job_uid
        self._monotonic = monotonic
        self._told: dict[str, _Told] = {}

    def __call__(self, event: RunEvent) -> None:
        """Tell of a run's start or end, or of slots that never start."""
        match event:
            case RunStarted(run):
                if run.trigger is not Trigger.BACKFILL:
                    self._start(run)
            case RunFinished(record):
                if record.run.trigger is not Trigger.BACKFILL:
                    self._end(record)
            case RunLost(task, run_id):
                note = "the process that ran it died"
                self._line.tell(Ping(PingEvent.FAILURE, task, run_uuid(task, run_id), note=note))
            case SlotsSkipped():
                self._line.tell(ping_of_skip(event))

    def _start(self, run: Run) -> None:
        told, now = self._told.get(run.task), self._monotonic()
        if told is not None and now - told.began < BEAT_SECONDS:
            return
        last = None if told is None else told.last
        self._told[run.task] = _Told(now, run.run_id, last)
        if run.shard_index == 0:
            self._line.tell(Ping(PingEvent.START, run.task, self._uuid(run)))

    def _end(self, record: RunRecord) -> None:
        run, event = record.run, _EVENTS.get(record.outcome, PingEvent.LOG)
        told = self._told.get(run.task)
        if told is not None and event is not PingEvent.LOG:
            if told.run_id != run.run_id and told.last is event:
                return
            told.last = event
        if run.shard_index == 0 or event is PingEvent.FAILURE:
            ping = Ping(
                event,
                run.task,
                self._uuid(run),
                exit_code=int(record.exit_code),
                duration_seconds=record.duration_seconds,
            )
            self._line.tell(ping)

    def _uuid(self, run: Run) -> str:
        # The Job's uid is what the console knows, too.
        return run_uuid(run.task, self._job_uid or run.run_id)


def ping_of_skip(skipped: SlotsSkipped) -> Ping:
    """Return what is told of slots that never start: a failure only where nothing runs instead."""
    note = _SKIPS_THAT_FAIL.get(skipped.reason)
    event = PingEvent.LOG if note is None else PingEvent.FAILURE
    uuid = run_uuid(skipped.task, str(skipped.last_slot))
    return Ping(event, skipped.task, uuid, note=note or f"skipped: {skipped.reason.value}")
