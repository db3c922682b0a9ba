"""promtool on rules: series in, the alerts that fire out."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from support.helm import tool

MINUTE, HOUR, DAY = 60, 3600, 86_400


def check_rules(groups: list[dict[str, Any]]) -> str:
    """Return what `promtool check rules` has to say against the groups; "" if nothing."""
    with tempfile.TemporaryDirectory() as folder:
        rules = _write(Path(folder) / "rules.yaml", {"groups": groups})
        end = subprocess.run(
            [tool("promtool"), "check", "rules", rules], capture_output=True, text=True, check=False
        )
        return end.stderr if end.returncode else ""


class Story:
    """Series over time, and a question to promtool: does an alert fire at a moment?

    Time is in seconds since the story began, at which PromQL's time() is 0; samples are a minute
    apart, or `step` seconds.
    """

    def __init__(self, groups: list[dict[str, Any]], *, step: int = MINUTE) -> None:
        self._groups = groups
        self._step = step
        self._series: dict[str, list[str]] = {}

    def series(self, text: str, *parts: tuple[int, float | None]) -> "Story":
        """Add a series: (until, value) for each stretch; a value of None is an absent series.

        Where the series ends, it is stale from then on, as after a target or its series is gone.
        """
        values: list[str] = []
        at = 0
        present = False
        for until, value in parts:
            number = (until - at) // self._step
            at = until
            if value is None:
                values += ["stale" if present else "_", *["_"] * (number - 1)]
            else:
                values += [str(value)] * number
            present = value is not None
        self._series[text] = [*values, "stale"]
        return self

    def growing(self, text: str, *values: float) -> "Story":
        """Add a series with these values, one a step."""
        self._series[text] = [str(value) for value in values]
        return self

    def alerts(self, alert: str, at: int) -> list[dict[str, str]]:
        """Return the labels of each such alert that fires at `at`."""
        # promtool tells what it found where it is not what is expected; nothing ever is.
        expected = {"exp_labels": {"nobody": "expects this"}, "exp_annotations": {}}
        question = {"eval_time": f"{at}s", "alertname": alert, "exp_alerts": [expected]}
        test = {
            "interval": f"{self._step}s",
            "input_series": [
                {"series": name, "values": " ".join(values)}
                for name, values in self._series.items()
            ],
            "alert_rule_test": [question],
        }
        with tempfile.TemporaryDirectory() as folder:
            rules = _write(Path(folder) / "rules.yaml", {"groups": self._groups})
            whole = {
                "rule_files": [rules],
                "evaluation_interval": f"{self._step}s",
                "tests": [test],
            }
            end = subprocess.run(
                [tool("promtool"), "test", "rules", _write(Path(folder) / "test.yaml", whole)],
                capture_output=True,
                text=True,
                check=False,
            )
        told = end.stdout + end.stderr
        assert "alertname:" in told, told
        return _found(told)

    def fires(self, alert: str, at: int) -> bool:
        """Whether such an alert fires at `at`."""
        return bool(self.alerts(alert, at))


def _found(told: str) -> list[dict[str, str]]:
    """Return the labels behind `got:`, which promtool writes as Go prints them."""
    text = told.partition("got:")[2]
    alerts = []
    for part in text.split("Labels:{")[1:]:
        labels: dict[str, str] = {}
        rest = part
        while (name := rest.partition("=")[0].strip(" ,")) and rest[0] != "}":
            decoded, end = json.JSONDecoder().raw_decode(rest.partition("=")[2])
            labels[name] = decoded
            rest = rest.partition("=")[2][end:]
        alerts.append(labels)
    return alerts


def _write(path: Path, content: Any) -> str:
    path.write_text(json.dumps(content), "utf-8")
    return str(path)
