import pytest

from rota.kubernetes.watching.pods import attempt_of
from rota.kubernetes.watching.trimming import trimmed
from rota.ledger.attempts import Attempt, merged
from support.kubernetes_objects import SLOT, ended, moment, pod, running, waiting

DRAINED = {
    "type": "DisruptionTarget",
    "status": "True",
    "reason": "EvictionByEvictionAPI",
    "message": "Eviction API: evicting",
}
UNSCHEDULABLE = {
    "type": "PodScheduled",
    "status": "False",
    "reason": "Unschedulable",
    "message": "0/3 nodes are available: 3 Insufficient memory.",
}
MESSAGE = {"run_id": "r1", "outcome": "failed", "exit_code": 1, "reason": "ValueError: no such id"}


def test_a_pod_that_succeeded_tells_when_where_and_what():
    message = {"run_id": "r1", "counts": {"deleted": 3}}

    attempt = attempt_of(pod("p", state=ended(0, message=message)))

    assert attempt == Attempt(
        pod="p",
        node="node-1",
        exit_code=0,
        created_at=SLOT + 1,
        started_at=SLOT + 5,
        ended_at=SLOT + 9,
        message=message,
    )


def test_a_pod_that_runs_has_started_and_not_ended():
    attempt = attempt_of(pod(state=running(SLOT + 4)))

    assert (attempt.started_at, attempt.ended_at, attempt.exit_code) == (SLOT + 4, None, None)
    assert attempt.reason is None


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        pytest.param({"state": ended(1, message=MESSAGE)}, "ValueError: no such id", id="rotas"),
        pytest.param(
            {"state": ended(2, message="Traceback:\n  File\nImportError: no shop\n")},
            "ImportError: no shop",
            id="end-of-the-log",
        ),
        pytest.param({"state": ended(3)}, "the Business API refused for good", id="code-alone"),
        pytest.param({"state": ended(1, message=" ")}, "the task raised", id="blank-message"),
        pytest.param({"state": ended(1, message="[1]")}, "[1]", id="json-but-no-object"),
        pytest.param(
            {"state": ended(1, message={"reason": "no \ud800 there"})},
            "no ? there",
            id="half-a-character",
        ),
        pytest.param(
            {"state": ended(1, message='{"counts": {"sent": NaN}}')},
            '{"counts": {"sent": NaN}}',
            id="not-a-number",
        ),
        pytest.param({"state": ended(1, message="[" * 4096)}, "[" * 500, id="what-no-parser-takes"),
        pytest.param(
            {"state": ended(1, message={"reason": 7})}, "the task raised", id="reason-of-another"
        ),
        pytest.param({"state": ended(137)}, "killed by SIGKILL", id="killed"),
        pytest.param({"state": ended(139)}, "killed by SIGSEGV", id="crashed"),
        pytest.param({"state": ended(77)}, "not one of rota's exit codes", id="unknown-code"),
        pytest.param(
            {"state": ended(137, reason="OOMKilled", message=MESSAGE)},
            "OOMKilled: the container used more memory than its limit",
            id="out-of-memory",
        ),
        pytest.param(
            {"state": ended(128, reason="StartError", message="exec: rota: not found")},
            "exec: rota: not found",
            id="no-such-command",
        ),
        pytest.param(
            {"state": ended(143), "status": {"conditions": [DRAINED]}},
            "EvictionByEvictionAPI: Eviction API: evicting",
            id="drained",
        ),
        pytest.param(
            {
                "state": ended(137),
                "status": {
                    "reason": "Evicted",
                    "message": "The node was low on resource: memory.",
                    "conditions": [DRAINED],
                },
            },
            "Evicted: The node was low on resource: memory.",
            id="evicted",
        ),
        pytest.param(
            {"status": {"phase": "Failed", "reason": "UnexpectedAdmissionError"}},
            "UnexpectedAdmissionError",
            id="never-had-a-container",
        ),
        pytest.param(
            {"status": {"conditions": [UNSCHEDULABLE]}},
            "Unschedulable: 0/3 nodes are available: 3 Insufficient memory.",
            id="unschedulable",
        ),
        pytest.param(
            {"state": waiting("ImagePullBackOff", 'Back-off pulling image "x:1"')},
            'ImagePullBackOff: Back-off pulling image "x:1"',
            id="no-image",
        ),
        pytest.param(
            {"state": waiting("CreateContainerConfigError", 'secret "token" not found')},
            'CreateContainerConfigError: secret "token" not found',
            id="no-secret",
        ),
        pytest.param({"state": waiting("ContainerCreating")}, None, id="about-to-start"),
        pytest.param(
            {
                "state": waiting("PodInitializing"),
                "status": {
                    "initContainerStatuses": [
                        {"name": "wait", "state": waiting("CrashLoopBackOff", "back-off 10s")}
                    ]
                },
            },
            "CrashLoopBackOff: back-off 10s",
            id="init-container",
        ),
    ],
)
def test_what_a_pod_lacks_or_ended_of_is_reported_in_a_line(found, reason):
    assert attempt_of(pod(**found)).reason == reason


def test_a_pod_tells_when_it_had_its_node():
    at = "2025-11-26T02:00:03Z"
    had = {"type": "PodScheduled", "status": "True", "lastTransitionTime": at}
    has_not = {**had, "status": "False", "reason": "Unschedulable"}

    assert attempt_of(trimmed(pod(status={"conditions": [had]}))).scheduled_at == SLOT + 3.0
    assert attempt_of(trimmed(pod(status={"conditions": [has_not]}))).scheduled_at is None


def test_a_container_that_was_started_again_tells_of_its_last_end():
    again = pod(state=waiting("CrashLoopBackOff"), last_state=ended(4))

    assert attempt_of(again).exit_code == 4


def test_a_sidecar_says_nothing_of_the_task():
    both = pod(state=ended(0))
    sidecar = {"name": "proxy", "state": ended(1)}
    both["status"]["containerStatuses"].insert(0, sidecar)

    assert attempt_of(both).exit_code == 0


@pytest.mark.parametrize(
    "broken",
    [{}, {"metadata": None}, {"status": {"containerStatuses": None, "conditions": None}}],
    ids=["empty", "no-metadata", "nothing-in-its-status"],
)
def test_a_pod_without_anything_is_an_attempt_of_which_nothing_is_known(broken):
    assert attempt_of(broken).exit_code is None


def test_attempts_keep_the_end_that_was_once_seen():
    first = Attempt("a", exit_code=4, reason="away", ended_at=9.0)
    second = Attempt("b", exit_code=None)

    later = merged([first], [Attempt("a"), second])

    assert later == (first, second)
    assert merged(later, [Attempt("b", exit_code=0)]) == (first, Attempt("b", exit_code=0))


def test_the_facts_of_an_attempt_tell_what_its_code_means():
    facts = Attempt("p", exit_code=5, ended_at=float(SLOT), message={"run_id": "r"}).facts()

    assert facts["meaning"] == "the task timed out"
    assert facts["ended_at"] == moment(SLOT)
    assert facts["run_id"] == "r"
