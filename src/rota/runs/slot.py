"""The slot that a Job's pod runs for."""

import re
from datetime import UTC, datetime

_SECONDS_PER_MINUTE = 60


def slot_of_job(job_name: str, cronjob_name: str) -> datetime | None:
    """Return the slot in a scheduled Job's name, or None for a Job made by hand.

    The controller names a Job `<cronjob>-<minutes since the epoch>` (eight digits until 2160:
    kubernetes/pkg/controller/cronjob/cronjob_controllerv2.go, getJobName). A name of any other
    shape is somebody's own.
    """
    if not job_name or not cronjob_name:
        return None
    match = re.fullmatch(re.escape(cronjob_name) + r"-([0-9]{8})", job_name)
    if match is None:
        return None
    return datetime.fromtimestamp(int(match[1]) * _SECONDS_PER_MINUTE, UTC)
