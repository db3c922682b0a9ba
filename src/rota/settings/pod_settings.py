"""Settings that say which pod of which Job this is; the chart and Kubernetes set them."""

from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _empty_is_unknown(value: object) -> object:
    return None if value == "" else value


class PodSettings(BaseSettings):
    """The pod's own place in the cluster."""

    model_config = SettingsConfigDict(defer_build=True)

    cronjob_name: str = ""
    """The CronJob that this pod belongs to; set by the chart."""
    job_name: str = ""
    """The pod's label batch.kubernetes.io/job-name; set by the chart."""
    job_uid: str = ""
    """The pod's label batch.kubernetes.io/controller-uid; set by the chart."""
    job_attempt: Annotated[
        Annotated[int, Field(ge=0)] | None, BeforeValidator(_empty_is_unknown)
    ] = None
    """The pod's annotation batch.kubernetes.io/job-index-failure-count, where there is one."""
    completion_index: Annotated[
        Annotated[int, Field(ge=0)] | None,
        Field(validation_alias=AliasChoices("JOB_COMPLETION_INDEX")),
    ] = None
    """This pod's shard; set by Kubernetes in an Indexed Job."""
    termination_message_path: str = "/dev/termination-log"
    """The file in which Kubernetes reads the end of a run; only written if it exists."""
