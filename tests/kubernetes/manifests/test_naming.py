import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.kubernetes.manifests.naming import (
    MAX_NAME_CHARACTERS,
    cronjob_name,
    release_name,
    short_name,
    start_job_name,
)
from rota.tasks.naming import kubernetes_name

releases = st.from_regex(r"[a-z0-9]([-a-z0-9.]{0,51}[a-z0-9])?", fullmatch=True)
tasks = st.from_regex(r"[a-z0-9]{1,20}([-_][a-z0-9]{1,19})?", fullmatch=True)
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("rota", "rota"),
        ("rota-2", "rota-2"),
        ("rotation", "rotation-rota"),
        ("shop", "shop-rota"),
        ("shop-rota", "shop-rota-rota"),
        ("a.b", "a-b-rota"),
        ("r" * 45, "r" * 45 + "-rota"),
        ("r" * 46, "r" * 41 + "-057e1bd4"),
    ],
)
def test_a_release_names_what_it_has_one_of(release, expected):
    assert release_name(release) == expected


@pytest.mark.parametrize(
    ("release", "task", "expected"),
    [
        ("rota", "cleanup", "rota-cleanup"),
        ("shop", "send_bills", "shop-rota-send-bills"),
        ("shop", "t" * 40, "shop-rota-" + "t" * 40),
        ("shops", "t" * 40, "e9868b34-" + "t" * 40),
    ],
)
def test_a_cronjob_is_named_after_its_release_and_its_task(release, task, expected):
    assert cronjob_name(release, task) == expected


def test_a_cut_name_keeps_its_end_and_as_much_of_its_beginning_as_fits():
    name = short_name("release-" + "r" * 40 + "-task", keep="task", max_characters=30)

    assert re.fullmatch("release-r{8}-[0-9a-f]{8}-task", name)
    assert len(name) == 30


def test_a_name_that_is_cut_behind_a_dash_does_not_get_two():
    assert re.fullmatch("abc-[0-9a-f]{8}", short_name("abc-" + "d" * 20, max_characters=13))


def test_a_start_job_never_has_a_name_that_the_controller_gives():
    name = start_job_name("rota", "cleanup", "0123456789")

    assert name == "rota-cleanup-start-0123456789"
    assert not re.fullmatch(r".*-[0-9]{8}", name)


@given(releases, tasks)
def test_every_name_is_a_dns_label_and_short_enough(release, task):
    for name in (release_name(release), cronjob_name(release, task)):
        assert LABEL.fullmatch(name)
        assert len(name) <= MAX_NAME_CHARACTERS
    assert len(start_job_name(release, task, "0" * 10)) <= 59


@given(releases, tasks, tasks)
def test_different_tasks_of_a_release_never_share_a_name(release, one, other):
    same = kubernetes_name(one) == kubernetes_name(other)

    assert (cronjob_name(release, one) == cronjob_name(release, other)) == same
