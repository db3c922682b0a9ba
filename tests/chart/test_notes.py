import re

import pytest

from support import helm
from support.chart_values import CONSOLES, EVERYTHING, MODES, SHAPES, with_console


def notes(values=None, release="shop"):
    # Only Helm 4 renders notes without a cluster.
    arguments = ("install", release, helm.CHART, "--dry-run=client", "--namespace=jobs")
    return helm.helm(*arguments, values=values).partition("\nNOTES:\n")[2]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_there_are_notes_for_every_shape_without_gaps(shape, mode):
    text = notes({**shape, "mode": mode})
    assert re.match(rf"Release shop runs \d+ tasks? in mode {mode}, against http", text)
    assert "\n\n\n" not in text
    assert "<no value>" not in text
    assert not re.search(r"[ \t]\n", text)


@pytest.mark.parametrize(
    ("console", "told"),
    [
        (
            "by port-forward",
            "port-forward deployment/shop-rota-console 8081\n  http://127.0.0.1:8081/",
        ),
        ("by port-forward", "What the console knows is lost with its pod"),
        ("a password", "  https://rota.example/\n  https://shop.example/rota\n"),
        ("a password", "kept in the claim shop-rota-console.\n  It is deleted with the release"),
        ("a password", "wait until the Secrets"),
        ("a proxy", "  https://rota.example/\n"),
        ("a proxy", "kept in the claim mine.\n"),
        ("everybody, on IPv6", "Everybody who can reach the console may read"),
    ],
)
def test_notes_tell_where_the_console_is_and_what_it_keeps(console, told):
    text = notes(with_console(CONSOLES[console]))
    assert told in text
    assert "\n\n\n" not in text
    assert not re.search(r"[ \t]\n", text)
    assert told not in notes()


def pages_of(mode):
    access = {"mode": mode, "existingSecret": "pages"}
    access |= {"proxies": ["10.0.0.0/8"]} if mode == "proxy" else {}
    return {"enabled": True, "access": access if mode != "loopback" else {"mode": mode}}


@pytest.mark.parametrize(
    ("access", "places"),
    [
        ("loopback", ["  http://127.0.0.1:8081/", "  http://127.0.0.1:8082/"]),
        ("basic", ["  http://127.0.0.1:8081/", "  http://127.0.0.1:8082/"]),
        (
            "bearer",
            [
                f"  curl --header 'Authorization: Bearer TOKEN' http://127.0.0.1:{port}/api/v1/tasks"
                for port in (8081, 8082)
            ],
        ),
        (
            "proxy",
            [
                f"  through your proxy, which finds them at http://shop-rota-{pages}.jobs:80/"
                for pages in ("console", "pages")
            ],
        ),
    ],
)
def test_the_pages_of_console_and_scheduler_are_where_notes_say_both_at_once(access, places):
    fast = {"fast": {"intervalSeconds": 5}, "slow": {"intervalSeconds": 60}}
    scheduler = {"scheduler": {"pages": pages_of(access)}}
    values = {"mode": "hybrid", "tasks": fast, "console": pages_of(access), **scheduler}
    text = notes(values)

    assert [line for line in text.splitlines() if line in places] == places
    forwards = [line.split()[-2:] for line in text.splitlines() if " port-forward " in line]
    assert forwards == (
        []
        if access == "proxy"
        else [
            ["deployment/shop-rota-console", "8081"],
            ["deployment/shop-rota-scheduler", "8082:8081"],
        ]
    )
    assert not re.search(r"[ \t]\n|\n\n\n", text)


def test_notes_say_that_pods_wait_for_the_secret_of_the_schedulers_pages():
    values = {"mode": "scheduler", "scheduler": {"pages": pages_of("basic")}}

    assert "wait until the Secrets" in notes(values)


def test_notes_tell_what_a_console_does_not_show():
    values = {"mode": "hybrid", "tasks": {"fast": {"intervalSeconds": 5}}}
    told = "The console shows the CronJobs alone"
    assert told in notes(with_console({}, **values))
    assert told not in notes(with_console({}))


@pytest.mark.parametrize("mode", MODES)
def test_every_command_names_an_object_that_exists(mode):
    values = {
        "mode": mode,
        "tasks": {"x": {"intervalSeconds": 60}}
        | ({} if mode == "cronjobs" else {"fast": {"intervalSeconds": 5}}),
    }
    names = {f"{each['kind'].lower()}/{each['metadata']['name']}" for each in helm.objects(values)}
    text = notes(values)
    named = re.findall(r"\b(?:cronjob|deployment)/\S+", text)
    assert named
    assert set(named) <= names
    assert "helm test shop --namespace jobs" in text
    assert all("--namespace jobs" in line for line in text.splitlines() if "kubectl" in line)


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ({"tasks": {"odd": {"intervalSeconds": 5400}}}, "cron cannot express them: odd."),
        ({}, "after each upgrade that changes them: notifications."),
        ({}, "Kubernetes may start a run at once"),
        ({}, "Changing `mode` keeps the configuration"),
        ({"suspendAll": True}, "suspendAll is true"),
        ({"mode": "scheduler"}, "The last slots are lost with the pod"),
        (
            {"mode": "scheduler", "state": {"persistence": {"enabled": True}}},
            "kept in the claim shop-rota-state",
        ),
        (
            {
                "mode": "scheduler",
                "tasks": {"cleanup": {"intervalSeconds": 60, "env": {"A": "b"}, "shards": 2}},
            },
            "all tasks share a pod: tasks.cleanup.env.",
        ),
        (
            {"mode": "scheduler", "taskDefaults": {"env": {"A": "b"}, "priorityClassName": "low"}},
            "all tasks share a pod: taskDefaults.env, taskDefaults.priorityClassName.",
        ),
        (
            {"mode": "scheduler", "tasks": {"cleanup": {"intervalSeconds": 60, "shards": 2}}},
            "whatever the value of `shards`: cleanup.",
        ),
        ({"service": {"enabled": True}}, "service.enabled has no effect"),
        ({"podDisruptionBudget": {"enabled": True}}, "cannot count the pods of Jobs"),
        ({"businessApi": {"existingSecret": "x"}}, "wait until the Secrets"),
        ({"tasks": {"cleanup": None}}, "No task is enabled"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_notes_apply_to_the_values(values, note):
    assert note in notes(values)
    if values:
        plain = notes({"mode": values.get("mode", "cronjobs")})
        assert (note in plain) == (note == "The last slots are lost with the pod")


def test_many_names_are_cut_short():
    tasks = {f"odd-{number:02}": {"intervalSeconds": 5400} for number in range(25)}
    text = notes({"tasks": tasks})
    assert "odd-00, odd-01, " in text
    assert "odd-09 and 15 more." in text


def test_notes_reveal_no_secrets_name_and_no_setting():
    text = notes(EVERYTHING)
    assert "shop-token" not in text
    assert "ROTA_" not in text
