"""The fields that a task's class or `ROTA_TASK__<NAME>__<FIELD>` may set."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from rota.model.task_fields import TASK_FIELD_BY_NAME, TASK_FIELDS, CatchUp, Overlap

_INTERVAL = TASK_FIELD_BY_NAME["interval_seconds"]

IntervalSeconds = Annotated[int, Field(ge=_INTERVAL.minimum, le=_INTERVAL.maximum)]


class TaskOverrides(BaseModel):
    """The fields that one source sets; None leaves a field to a source of lower priority."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # fields: written by `make generate` from rota.model.task_fields
    interval_seconds: Annotated[int, Field(ge=1, le=316_224_000)] | None = None
    schedule: str | None = None
    timezone: str | None = None
    splay_minutes: Annotated[int, Field(ge=0, le=10_080)] | None = None
    run_on_start: bool | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=604_800)] | None = None
    overlap: Overlap | None = None
    catch_up_seconds: Annotated[int, Field(ge=10, le=316_224_000)] | None = None
    catch_up: CatchUp | None = None
    backoff_limit: Annotated[int, Field(ge=0, le=100)] | None = None
    shards: Annotated[int, Field(ge=1, le=1_000)] | None = None
    enabled: bool | None = None
    suspend: bool | None = None
    # end of fields

    @field_validator(*(field.name for field in TASK_FIELDS if field.choices), mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        # Kubernetes writes Forbid.
        return value.strip().lower() if isinstance(value, str) else value
