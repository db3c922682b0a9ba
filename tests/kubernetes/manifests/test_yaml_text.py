import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rota.kubernetes.manifests.yaml_text import read_documents, yaml_document, yaml_documents
from rota.model.errors import UsageError

# What some reader of YAML 1.1 or 1.2 takes for something else than text.
TREACHEROUS = [
    *("y", "N", "on", "Off", "yes", "NO", "true", "null", "~", "", " "),
    *("1e3", "0x1f", "0o7", "010", "1_000", ".5", "1.", "+1", ".inf", ".nan", "12:30:00"),
    *("2026-11-24", "* * * * *", "@hourly", "*/5 * * * *", "0 * * * *", "- a", "a: b", "a #b"),
    *("{}", "[]", "&a", "*a", "!a", "%a", "|", ">", "'", '"', "a:", "a\nb", "\ttab", "=", "<<"),
    *("e\u0301", "\x85", "\u2028", "\U0001f600", "\x7f", "\x00"),
]


@pytest.mark.parametrize("text", TREACHEROUS)
def test_treacherous_text_is_quoted(text):
    written = yaml_document({"key": text})

    assert written.startswith('key: "')
    assert yaml.safe_load(written) == {"key": text}


@pytest.mark.parametrize("name", ["y", "on", "1e3", "0x1f", "010", "null", "2026-11-24"])
def test_the_name_of_a_task_that_looks_like_something_else_is_quoted_as_a_key(name):
    assert yaml_document({name: 1}) == f'"{name}": 1\n'


@pytest.mark.parametrize(
    "text",
    ["cleanup", "send-bills", "Etc/UTC", "Europe/Berlin", "batch/v1", "http://shop:8000/api"],
)
def test_ordinary_text_is_written_plain(text):
    assert yaml_document({"key": text}) == f"key: {text}\n"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values))
def test_what_is_written_is_read_back(value):
    assert yaml.safe_load(yaml_document(value)) == value


def test_a_value_used_twice_is_written_twice_since_anchors_are_hard_to_read():
    shared = {"a": 1}

    assert yaml_document({"x": shared, "y1": shared}) == "x:\n  a: 1\ny1:\n  a: 1\n"


def test_long_text_stays_on_its_line():
    text = "word " * 100

    assert yaml_document({"key": text}) == f'key: "{text}"\n'


def test_documents_are_read_back_and_lists_are_taken_apart():
    text = yaml_documents([{"kind": "A"}, {"kind": "B"}], comment=["head", ""])

    assert text == "# head\n#\nkind: A\n---\nkind: B\n"
    assert read_documents(text + '---\n---\n{"kind": "List", "items": [{"kind": "C"}]}', "x") == [
        {"kind": "A"},
        {"kind": "B"},
        {"kind": "C"},
    ]


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        pytest.param(
            "{kind: CronJobList, items: [{spec: {}}]}",
            [{"kind": "CronJob", "spec": {}}],
            id="members-without-their-kind",
        ),
        pytest.param(
            "{kind: List, items: [{kind: List, items: [{kind: A}]}, {kind: B}]}",
            [{"kind": "A"}, {"kind": "B"}],
            id="a-list-in-a-list",
        ),
        pytest.param("{kind: List, items: 5}", [], id="no-items"),
    ],
)
def test_members_of_lists_are_found_however_these_are_written(text, objects):
    assert read_documents(text, "x") == objects


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a: b: c", "x.yaml is not YAML: mapping values", id="syntax"),
        pytest.param("key: \x00", "x.yaml is not YAML: unacceptable character", id="control"),
        pytest.param("hello", "x.yaml contains something that is not a", id="a-text"),
        pytest.param("- kind: A", "x.yaml contains something that is not a", id="a-list"),
        pytest.param("{kind: List, items: [5]}", "not a Kubernetes object, but a int", id="member"),
        pytest.param("&a {kind: List, items: [*a]}", "x.yaml is nested too deeply", id="in-itself"),
        pytest.param("[" * 3000, "x.yaml is nested too deeply", id="depth"),
        pytest.param("!!python/object/apply:os.system [id]", "x.yaml is not YAML", id="code"),
    ],
)
def test_what_is_no_manifest_is_refused(text, message):
    with pytest.raises(UsageError, match=message):
        read_documents(text, "x.yaml")
