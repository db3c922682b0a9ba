import json
import sys

import mutants
import pytest


def test_a_survivor_is_named_by_its_function_and_its_change():
    one = mutants.key_of("rota.schedules.cron.x_f__mutmut_7", "-a\n+b")

    assert one.startswith("rota.schedules.cron.x_f #")
    assert one == mutants.key_of("rota.schedules.cron.x_f__mutmut_9", "-a\n+b")
    assert one != mutants.key_of("rota.schedules.cron.x_f__mutmut_7", "-a\n+c")


@pytest.mark.parametrize(
    ("diff", "wording"),
    [
        ('-    raise E("no zone")\n+    raise E("XXno zoneXX")', True),
        ('-    raise E("no zone")\n+    raise E("NO ZONE")', True),
        ('-    raise E("no zone")\n+    raise E(None)', False),
        ("-    a + b\n+    a - b", False),
        ('-    if part == ".":\n+    if part == "XX.XX":', False),
        ("-    get('name', '')\n+    get('name', 'XXXX')", False),
        ('-    values["size"]\n+    values["XXsizeXX"]', False),
        ('-    x = "a"\n+    x = "XXaXX"', True),
    ],
)
def test_wording_is_told_from_meaning(diff, wording):
    assert mutants.is_wording(diff) is wording


def result(killed, *diffs):
    survivors = {f"rota.net.f #{number}": diff for number, diff in enumerate(diffs)}
    return mutants.Result("net", killed, len(survivors), survivors=survivors)


@pytest.mark.parametrize(
    ("found", "known", "sampled", "well"),
    [
        (result(9, "-a\n+b"), ["rota.net.f #0: equal"], False, True),
        (result(9, "-a\n+b"), [], False, False),
        (result(9, "-a\n+b"), ["rota.net.* ~ \\+[bc]: equal"], False, True),
        (result(9, "-a\n+d"), ["rota.net.* ~ \\+[bc]: equal"], False, False),
        (result(9, "-a\n+b"), ["rota.net.g ~ \\+[bc]: equal"], False, False),
        (result(10), ["rota.net.* ~ \\+[bc]: equal"], False, False),
        (result(9, "-a\n+A"), [], False, True),
        (result(8, "-a\n+A", "-a\n+A"), [], False, False),
        (result(10), ["rota.net.f #0: equal"], False, False),
        (result(10), ["rota.api.f #0: equal"], False, True),
        (result(9, "-a\n+b"), [], True, True),
        (result(8, "-a\n+b", "-a\n+c"), [], True, False),
    ],
)
def test_too_many_survivors_or_one_without_a_reason_is_a_failure(
    monkeypatch, found, known, sampled, well
):
    monkeypatch.setattr(mutants, "known_survivors", lambda: [mutants.Known(line) for line in known])

    assert mutants.report(found, sampled=sampled) is well


def test_of_the_mutants_that_were_not_tried_only_the_chosen_ones_are_left(tmp_path):
    found = {"a": 1, "b": 0, "c": None, "d": None, "e": 34}
    meta = tmp_path / "mutants/src/rota/net/x.py.meta"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"exit_code_by_key": found, "other": 1}), "utf-8")

    mutants.choose(tmp_path, {"b", "c"})

    left = {"a": 1, "b": None, "c": None, "d": 34, "e": 34}
    assert dict(mutants.exit_codes(tmp_path)) == left
    assert json.loads(meta.read_text("utf-8"))["other"] == 1


GIVES_UP = """
import json, pathlib, sys
meta = pathlib.Path("mutants/src/rota/net/x.py.meta")
meta.write_text(json.dumps({"exit_code_by_key": json.loads(sys.argv[2])}))
print("Failed to run clean test")
"""


@pytest.mark.parametrize(
    ("codes", "problem"),
    [
        ({"a": 1, "b": None}, "mutmut gave up"),
        ({"a": 34}, "mutmut gave up"),
        ({"a": 1, "b": 34}, None),
    ],
    ids=["before the end", "before the first", "not at all"],
)
def test_a_run_that_mutmut_gives_up_is_an_error_and_no_result(
    tmp_path, monkeypatch, codes, problem
):
    (tmp_path / "mutants/src/rota/net").mkdir(parents=True)
    monkeypatch.setattr(
        mutants, "command_of", lambda _: [sys.executable, "-c", GIVES_UP, "", json.dumps(codes)]
    )
    monkeypatch.setattr(mutants, "diffs_of", lambda _, names: dict.fromkeys(names, ""))
    if problem is None:
        assert mutants._run(tmp_path, "net", 2).killed == 1
    else:
        with pytest.raises(SystemExit, match=problem) as caught:
            mutants._run(tmp_path, "net", 2)
        assert "Failed to run clean test" in str(caught.value)
