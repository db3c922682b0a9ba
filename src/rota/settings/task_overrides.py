"""What may be said about one task, by its class or by `ROTA_TASK__<NAME>__<FIELD>`."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

_TEN_YEARS_SECONDS = 10 * 366 * 86_400
_WEEK_SECONDS = 7 * 86_400


class Overlap(StrEnum):
    """What happens to a slot that comes due while the task still runs (as concurrencyPolicy)."""

    FORBID = "forbid"
    REPLACE = "replace"
    ALLOW = "allow"


IntervalSeconds = Annotated[int, Field(ge=1, le=_TEN_YEARS_SECONDS)]


class TaskOverrides(BaseModel):
    """Every field is optional; None means that nothing was said and a lower source decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval_seconds: IntervalSeconds | None = None
    """Seconds between slots; refused beside a `schedule`."""
    schedule: str | None = None
    """Five-field cron text, a descriptor or `@every <duration>`, instead of an interval."""
    timezone: str | None = None
    """IANA name for `schedule`; `Etc/UTC` where nothing is said. Refused beside an interval."""
    run_on_start: bool | None = None
    """Run once when the scheduler starts, besides the slots."""
    timeout_seconds: Annotated[float, Field(gt=0, le=_WEEK_SECONDS)] | None = None
    """Default: the interval, at least 60 and at most 3600; 3600 for a cron text."""
    overlap: Overlap | None = None
    """`forbid` (default), `replace` or `allow`."""
    catch_up_seconds: Annotated[int, Field(ge=10, le=_TEN_YEARS_SECONDS)] | None = None
    """How late a missed slot may still start (default 3600); below 10 a CronJob might never run."""
    splay_minutes: Annotated[int, Field(ge=0, le=10_080)] | None = None
    """Width of the stable offset of an interval's slots; 0 (default) for none."""
    backoff_limit: Annotated[int, Field(ge=0, le=100)] | None = None
    """How often a Job tries again (default 2); only a Job looks at it."""
    shards: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Pods that share one run in CronJob mode (default 1)."""
    enabled: bool | None = None
    """False: as if the task did not exist."""
    suspend: bool | None = None
    """True: the scheduler lists the task and does not start it; a CronJob is suspended."""

    @field_validator("overlap", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        # Kubernetes writes Forbid.
        return value.strip().lower() if isinstance(value, str) else value
