import asyncio

import pytest

from rota.kubernetes.api_errors import ApiServerRefusedError, ApiServerUnreachableError
from rota.kubernetes.job_follower import JobFollower
from rota.model.slot import SlotState
from support.kubernetes_objects import ended, job, pod, running, waiting
from support.statuses import FixedClock

NAME = "cleanup-by-hand"
COMPLETE = [("Complete", "CompletionsReached")]
FAILED = [("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")]
UNREACHABLE = ApiServerUnreachableError("the API server at x cannot be reached: refused")
MANY = 500


def line(second, text):
    return f"2025-11-26T02:00:{second:02}.000000000Z {text}"


class Cluster:
    """A Job that is in the next of `states` at each look: the Job, and its pods.

    A state that is an error is raised; the last one stays. `logs` are, by pod, what each request
    for its log gets: lines, of which an error is raised; the last one stays, too.
    """

    def __init__(self, *states, logs=None):
        self.states = list(states)
        self.logs = logs or {}
        self.asked = []
        self.sleeps = 0
        self.written = []
        self.told = []

    async def get(self, path, parameters):
        if path.endswith("/pods"):
            assert parameters == {"labelSelector": f"batch.kubernetes.io/job-name={NAME}"}
            return {"items": self.pods}
        assert path == f"/apis/batch/v1/namespaces/shop/jobs/{NAME}"
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, Exception):
            raise state
        found, self.pods = state
        return found

    async def lines(self, path, parameters, *, silence_seconds):
        name = path.split("/")[-2]
        self.asked.append((name, parameters.get("sinceTime")))
        answers = self.logs[name]
        for each in answers.pop(0) if len(answers) > 1 else answers[0]:
            await asyncio.sleep(0)
            if isinstance(each, Exception):
                raise each
            yield each

    async def sleep(self, seconds):
        self.sleeps += 1
        assert self.sleeps < MANY
        await asyncio.sleep(0)

    def follow(self):
        follower = JobFollower(
            self,
            manual(),
            write=self.written.append,
            tell=self.told.append,
            clock=FixedClock(1_764_122_500),
            sleep=self.sleep,
        )
        return asyncio.run(follower.follow())


def manual(conditions=(), **spec):
    found = job(manual=NAME, conditions=conditions)
    found["spec"] |= spec
    return found


def attempt(name, state=None, *, index=None):
    found = pod(name, state=state)
    if index is not None:
        key = "batch.kubernetes.io/job-completion-index"
        found["metadata"]["annotations"] = {key: str(index)}
    return found


def test_the_log_of_a_run_that_succeeds_is_written_and_its_end_returned():
    log = [line(5, "run.started"), line(9, "run.finished")]
    cluster = Cluster(
        (manual(), []),
        (manual(), [attempt("a", waiting("ContainerCreating"))]),
        (manual(), [attempt("a", running())]),
        (manual(COMPLETE), [attempt("a", ended(0))]),
        logs={"a": [log]},
    )

    run = cluster.follow()

    assert (run.state, run.exit_code) == (SlotState.SUCCEEDED, 0)
    assert cluster.written == ["run.started", "run.finished"]
    assert cluster.told == []


def test_each_attempt_of_a_run_that_fails_is_followed_and_the_last_one_decides():
    unavailable = ended(4, message={"reason": "the API is down"})
    first, second = attempt("a", unavailable), attempt("b", ended(3, message={"reason": "refused"}))
    cluster = Cluster(
        (manual(), [first]),
        (manual(), [first, attempt("b", running())]),
        (manual(FAILED), [first, second]),
        logs={"a": [[line(1, "first")]], "b": [[line(2, "second")]]},
    )

    run = cluster.follow()

    assert (run.state, run.exit_code, run.reason) == (SlotState.FAILED, 3, "refused")
    assert cluster.written == ["first", "second"]
    assert cluster.told == ["pod a: the API is down"]


def test_a_pod_that_is_gone_before_the_end_still_says_how_it_ended():
    first = attempt("a", ended(3, message={"reason": "refused"}))
    cluster = Cluster((manual(), [first]), (manual(FAILED), []), logs={"a": [[line(1, "one")]]})

    run = cluster.follow()

    assert (run.exit_code, run.reason) == (3, "refused")


def test_a_log_that_breaks_off_goes_on_where_it_was_and_no_line_is_written_twice():
    broken = [line(1, "one"), line(2, "two"), UNREACHABLE]
    cluster = Cluster(
        (manual(), [attempt("a", running())]),
        (manual(COMPLETE), [attempt("a", ended(0))]),
        logs={"a": [broken, [line(2, "two"), line(3, "three")]]},
    )

    cluster.follow()

    assert cluster.written == ["one", "two", "three"]
    assert cluster.asked[:2] == [("a", None), ("a", line(2, "").strip())]


def test_what_a_container_writes_last_is_not_lost_though_its_log_seemed_to_end():
    cluster = Cluster(
        *[(manual(), [attempt("a", running())])] * 3,
        (manual(COMPLETE), [attempt("a", ended(0))]),
        logs={"a": [[], [line(1, "one")], [line(1, "one"), line(2, "last words")]]},
    )

    cluster.follow()

    assert cluster.written == ["one", "last words"]


def test_lines_of_shards_are_told_apart():
    pods = [attempt(name, ended(0), index=index) for index, name in enumerate("ab")]
    cluster = Cluster((manual(COMPLETE), pods), logs={"a": [[line(1, "x")]], "b": [[line(1, "y")]]})

    cluster.follow()

    assert sorted(cluster.written) == ["[0] x", "[1] y"]


def test_what_holds_a_pod_up_is_told_once():
    stuck = (manual(), [attempt("a", waiting("ImagePullBackOff", "no such image"))])
    cluster = Cluster(stuck, stuck, stuck, (manual(FAILED), []))

    run = cluster.follow()

    assert cluster.told == ["pod a: ImagePullBackOff: no such image"]
    assert run.exit_code is None
    assert run.state is SlotState.FAILED


@pytest.mark.parametrize(
    ("spec", "why"),
    [({}, "its events say why"), ({"suspend": True}, "the Job is suspended")],
    ids=["refused", "suspended"],
)
def test_a_job_that_gets_no_pod_is_told_with_where_to_look(spec, why):
    waits = [(manual(**spec), [])] * 30
    cluster = Cluster(*waits, (manual(COMPLETE), []))

    cluster.follow()

    assert cluster.told == [
        f"there is no pod yet: {why} (kubectl --namespace shop describe job {NAME})"
    ]


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(ApiServerRefusedError(404, "not found"), id="deleted"),
        pytest.param(({**manual(), "metadata": {"uid": "another"}}, []), id="made-again"),
    ],
)
def test_a_job_that_is_deleted_was_interrupted(last):
    gone = ApiServerRefusedError(404, "the pod is gone")
    cluster = Cluster(
        (manual(), [attempt("a", running())]), last, logs={"a": [[line(1, "one"), gone]]}
    )

    run = cluster.follow()

    assert run.state is SlotState.INTERRUPTED
    assert run.reason == "the Job was deleted before it had finished"
    assert cluster.written == ["one"]


def test_a_log_that_may_not_be_read_leaves_the_end_to_be_waited_for():
    refused = ApiServerRefusedError(403, "pods/log is forbidden")
    cluster = Cluster(
        (manual(), [attempt("a", running())]),
        (manual(COMPLETE), [attempt("a", ended(0))]),
        logs={"a": [[refused]]},
    )

    run = cluster.follow()

    assert run.state is SlotState.SUCCEEDED
    assert cluster.told == [
        "the log of pod a cannot be read: the API server refuses: 403 pods/log is forbidden"
    ]


def test_an_api_server_that_comes_back_is_waited_for():
    cluster = Cluster(*[UNREACHABLE] * 20, (manual(COMPLETE), []))

    assert cluster.follow().state is SlotState.SUCCEEDED
    assert cluster.told == [f"{UNREACHABLE}; trying again"]


def test_an_api_server_that_stays_away_ends_it():
    cluster = Cluster((manual(), [attempt("a", running())]), UNREACHABLE, logs={"a": [[]]})

    with pytest.raises(ApiServerUnreachableError):
        cluster.follow()
    assert cluster.sleeps > 20


def test_a_refusal_of_the_job_itself_ends_it():
    cluster = Cluster(ApiServerRefusedError(403, "jobs is forbidden"))

    with pytest.raises(ApiServerRefusedError, match="jobs is forbidden"):
        cluster.follow()
