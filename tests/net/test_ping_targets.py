"""The setting for dead-man pings, as a text."""

import pytest

from rota.model.errors import SettingsError
from rota.net.ping_targets import PingService, parse_ping_targets, read_ping_targets

KEY = "Zk3-canary-91"


@pytest.mark.parametrize(
    ("text", "service", "template"),
    [
        ("https://x.test/p/{task}", "plain", "https://x.test/p/{task}"),
        ("https://x.test/{event}?u={run_uuid}", "plain", "https://x.test/{event}?u={run_uuid}"),
        ("healthchecks+https://hc.test/k/{task}", "healthchecks", "https://hc.test/k/{task}"),
        ("kuma+http://kuma:3001/api/push/t", "kuma", "http://kuma:3001/api/push/t"),
        (" \n# all\nsentry+https://s.test/cron\n", "sentry", "https://s.test/cron"),
    ],
    ids=["plain", "plain-with-all", "healthchecks", "kuma", "comment-and-blank-lines"],
)
def test_one_url_is_for_all_tasks(text, service, template):
    target = parse_ping_targets(text).of("any")
    assert (target.service, target.template) == (PingService(service), template)


def test_a_task_may_have_a_url_of_its_own_or_none():
    targets = parse_ping_targets("https://x.test/all\na https://x.test/a\nb off\n")
    of = {task: targets.of(task) for task in "abc"}
    assert of["a"].template == "https://x.test/a"
    assert of["b"] is None
    assert of["c"].template == "https://x.test/all"


def test_without_a_url_for_all_the_others_have_none():
    assert parse_ping_targets("a https://x.test/a").of("b") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty: give a URL"),
        ("# nothing", "is empty: give a URL"),
        (f"ftp://x.test/{KEY}", "must be an http or https URL"),
        (f"{KEY}", "must be an http or https URL"),
        (f"https://user:{KEY}@x.test/", "without a user name, password"),
        (f"https://x.test/{KEY}#top", "without a user name, password"),
        (f"https://{{task}}.x.test/{KEY}", "must be an http or https URL"),
        (f"https://x.test:0/{KEY}", "must be an http or https URL"),
        (f"https://[x.test/{KEY}", "must be an http or https URL"),
        (f"pingdom+https://x.test/{KEY}", "the part before + must be one of healthchecks, cron"),
        (f"plain+https://x.test/{KEY}", "the part before + must be one of healthchecks, cron"),
        (f"https://x.test/{KEY}/{{name}}", "there are {task}, {release}, {event}"),
        (f"https://x.test/{KEY}/{{", "there are {task}"),
        (f"kuma+https://x.test/{KEY}/{{event}}", "there are {task}, {release}"),
        (f"https://x.test/\nhttps://x.test/{KEY}", "line 2: is a second URL for all tasks"),
        (f"a https://x.test/\na https://x.test/{KEY}", "line 2: task 'a' has a line already"),
        (f"@worker https://x.test/{KEY}", "begins with @, which only @scheduler and @console do"),
        (f"a b https://x.test/{KEY}", "must be a URL, or a task and its URL"),
    ],
)
def test_what_cannot_be_used_is_refused_without_repeating_it(text, told):
    with pytest.raises(SettingsError) as caught:
        parse_ping_targets(text)
    assert told in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_file_says_the_same_and_is_named_in_errors(tmp_path):
    path = tmp_path / "ping"
    with pytest.raises(SettingsError, match=r"ROTA_PING_URL_FILE: \S+ping: cannot be read"):
        read_ping_targets(path)
    path.write_text("https://x.test/{nam}")
    with pytest.raises(SettingsError, match=r"ROTA_PING_URL_FILE: \S+ping: has a placeholder"):
        read_ping_targets(path)
    path.write_text("\ufeffhttps://x.test/{task}\n", "utf-8")
    assert read_ping_targets(path).of("a").template == "https://x.test/{task}"
    path.write_bytes(b"#" * 300_000)
    with pytest.raises(SettingsError, match="larger than"):
        read_ping_targets(path)


def test_keys_are_secrets_and_plain_words_are_none():
    text = f"kuma+https://kuma.test/api/v1/heartbeat/{KEY}/{{task}}?create=1&token=abcdefgh1"
    secrets = parse_ping_targets(text).secrets()
    assert secrets == [KEY, "abcdefgh1", text.removeprefix("kuma+")]


def test_a_target_does_not_show_its_url():
    assert KEY not in repr(parse_ping_targets(f"https://x.test/{KEY}"))
