import sys

import pytest

from rota.kubernetes.reader import read_objects
from rota.model.errors import ConfigError, UsageError

CRONJOB = {"kind": "CronJob", "metadata": {"name": "rota-cleanup", "labels": {"release": "a"}}}
DEPLOYMENT = {"kind": "Deployment", "metadata": {"name": "rota", "labels": {"release": "a"}}}
CONFIG_MAP = {"kind": "ConfigMap", "metadata": {"name": "rota"}, "data": {"ROTA_ONLY": "x"}}


def refusal(status, message):
    return status, {"kind": "Status", "status": "Failure", "message": message, "code": status}


def test_objects_of_the_three_kinds_come_as_the_api_server_has_them(api):
    unknown_to_the_library = {**CRONJOB, "spec": {"fieldOfNextYear": 1, "timeZone": "Etc/UTC"}}
    api.add("shop", unknown_to_the_library, DEPLOYMENT, CONFIG_MAP)
    api.add("lab", {**CRONJOB, "metadata": {"name": "other"}})

    assert read_objects("shop") == [unknown_to_the_library, DEPLOYMENT, CONFIG_MAP]


def test_an_empty_namespace_has_none(api):
    assert read_objects("shop") == []


def test_a_selector_chooses_one_release(api):
    api.add("shop", CRONJOB, {**CRONJOB, "metadata": {"name": "b", "labels": {"release": "b"}}})

    assert read_objects("shop", selector="release=a") == [CRONJOB]


def test_every_page_of_a_long_list_is_read(api):
    objects = [{"kind": "CronJob", "metadata": {"name": f"c{number}"}} for number in range(7)]
    api.add("shop", *objects)
    api.page_objects = 3

    assert read_objects("shop") == objects
    assert [query.get("continue") for path, query, _ in api.requests if "cronjobs" in path] == [
        None,
        "3",
        "6",
    ]


def test_the_kubeconfigs_token_is_sent(api):
    read_objects("shop")

    assert api.requests[0][2]["authorization"] == "Bearer canary-token"


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        pytest.param(
            refusal(403, 'cronjobs.batch is forbidden: User "me"\ncannot list'),
            'the API server refuses: 403 cronjobs.batch is forbidden: User "me" cannot list',
            id="status-object",
        ),
        pytest.param(
            (401, b"Unauthorized, go away"),
            "the API server refuses: 401 Unauthorized",
            id="no-json",
        ),
        pytest.param((500, []), "the API server refuses: 500 Internal Server Error", id="a-list"),
        pytest.param(
            (200, b"<html>welcome</html>"),
            "is not the Kubernetes API: Expecting value: line 1 column 1 (char 0)",
            id="html",
        ),
        pytest.param((200, {"items": 3}), "cronjobs is not a list of objects", id="no-list"),
        pytest.param((200, []), "the Kubernetes API: an answer that is not an object", id="array"),
    ],
)
def test_a_wrong_answer_is_reported_in_a_sentence(api, reply, message):
    api.replies = [reply]

    with pytest.raises(ConfigError) as refused:
        read_objects("shop")

    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "canary" not in str(refused.value)


def test_a_server_that_is_not_there_is_named(api):
    with pytest.raises(ConfigError) as refused:
        read_objects("shop", context="nowhere")

    text = str(refused.value)
    assert text.startswith("the API server at http://127.0.0.1:1 cannot be reached: ")
    assert "Connection refused" in text
    assert api.requests == []


def test_a_connection_that_is_cut_is_reported_at_once(api):
    api.replies = [(None, b"")]

    with pytest.raises(ConfigError, match="cannot be reached"):
        read_objects("shop")

    assert len(api.requests) == 1


@pytest.mark.parametrize(
    ("content", "context", "message"),
    [
        pytest.param(None, None, "no usable cluster for the current context: ", id="no-file"),
        pytest.param("", None, "no usable cluster for the current context: ", id="empty"),
        pytest.param("a: b: c", None, "no usable cluster for the current context: ", id="no-yaml"),
        pytest.param("kind: Config", "lab", "no usable cluster for context 'lab': ", id="nothing"),
    ],
)
def test_an_unusable_kubeconfig_is_reported(api, tmp_path, content, context, message):
    path = tmp_path / "kubeconfig"
    path.unlink() if content is None else path.write_text(content)

    with pytest.raises(UsageError, match="the kubeconfig has " + message):
        read_objects("shop", context=context)


def test_an_unknown_context_is_named(api):
    with pytest.raises(UsageError, match="no usable cluster for context 'production'"):
        read_objects("shop", context="production")


def test_without_the_client_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rota.kubernetes.connection", None)

    with pytest.raises(UsageError, match=r"pip install 'rota\[kubernetes\]'"):
        read_objects("shop")
