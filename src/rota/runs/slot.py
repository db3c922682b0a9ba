"""The slot that a Job's pod runs for."""

import re
from datetime import datetime

from rota.model.clock import instant

# What the clocks of two machines of one cluster may differ by.
CLOCK_SKEW_SECONDS = 300
_SECONDS_PER_MINUTE = 60


def slot_of_job(
    job_name: str, cronjob_name: str, *, now: float, longest_age_seconds: float
) -> datetime | None:
    """Return the slot in a scheduled Job's name, or None for a Job made by hand.

    The controller names a Job `<cronjob>-<minutes since the epoch>` (eight digits until 2160:
    kubernetes/pkg/controller/cronjob/cronjob_controllerv2.go, getJobName). A name of any other
    shape is somebody's own, and so is one whose minute cannot be that of a Job which is running at
    `now`, an epoch time: one to come, or one that is longer ago than `longest_age_seconds`, as
    every date of the form 20261125 is.
    """
    if not job_name or not cronjob_name:
        return None
    match = re.fullmatch(re.escape(cronjob_name) + r"-([0-9]{8})", job_name)
    if match is None:
        return None
    slot = int(match[1]) * _SECONDS_PER_MINUTE
    earliest = now - longest_age_seconds - CLOCK_SKEW_SECONDS
    return instant(slot) if earliest <= slot <= now + CLOCK_SKEW_SECONDS else None
