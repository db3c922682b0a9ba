"""A slot that is run again, by requests with times and run ids in them: each effect once."""

import asyncio
import json
import signal
import threading
import time
from collections import Counter

import pytest
from starlette.responses import JSONResponse

from support.loopback_api import LONGEST_SECONDS, loopback_api
from support.processes import Launcher

ITEMS = 30


class Effects:
    """An API that honours keys. After `hold_after` effects it does no more than have them."""

    def __init__(self, hold_after):
        self.by_number = Counter()
        self.keys = set()
        self.hold_after = hold_after
        self.held = threading.Event()
        self.open = threading.Event()

    async def __call__(self, scope, receive, send):
        if scope["method"] == "GET":
            pending = [number for number in range(ITEMS) if not self.by_number[number]]
            await JSONResponse(pending)(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message.get("more_body", False)
        key = dict(scope["headers"])[b"idempotency-key"]
        if key not in self.keys:
            self.keys.add(key)
            self.by_number[json.loads(body).get("number", "silent")] += 1
        if len(self.keys) >= self.hold_after and not self.open.is_set():
            self.held.set()
            await asyncio.to_thread(self.open.wait, LONGEST_SECONDS)
        await JSONResponse({})(scope, receive, send)


@pytest.mark.fault(106)
@pytest.mark.parametrize(
    ("task", "attribute"),
    [
        ("in-sequence", "InSequence"),
        ("shrinking", "Shrinking"),
        ("fanned-out", "FanOut"),
        ("silent", "SilentFanOut"),
    ],
)
@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM])
def test_each_effect_of_a_slot_that_is_cut_off_and_run_again_is_had_once(
    tmp_path, task, attribute, signal_number
):
    effects = Effects(hold_after=11)
    minute = int(time.time()) // 60
    settings = {
        "ROTA_TASKS": f"stamping_tasks:{attribute}",
        "ROTA_CRONJOB_NAME": task,
        "ROTA_JOB_NAME": f"{task}-{minute}",
    }
    with loopback_api(app=effects) as api:
        launcher = Launcher(tmp_path, api.url)
        first = launcher.start("run", task, **settings)
        assert effects.held.wait(LONGEST_SECONDS)
        assert first.end_after(signal_number)[0] in (-signal.SIGKILL, 143)
        effects.open.set()
        second = launcher.run("run", task, **settings)

    assert second.exit_code == 0
    silent = {"silent": ITEMS} if task == "silent" else {}
    assert effects.by_number == Counter(dict.fromkeys(range(ITEMS), 1) | silent)
