"""Texts of `--arg` as values."""

import asyncio
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Literal

import pytest

from rota import task
from rota.model.errors import UsageError
from rota.settings import Settings
from rota.tasks import BaseTask
from rota.tasks.arguments import parse_arguments
from rota.tasks.definition import define_task

if TYPE_CHECKING:
    from rota import BusinessApiClient


class Region(StrEnum):
    NORTH = "north"
    SOUTH = "south"


class Level(Enum):
    LOW = 1
    HIGH = 2


@task
async def bills(
    api: "BusinessApiClient",
    limit=10,
    *,
    rate: float = 0.5,
    name: str | None = None,
    dry: bool = False,
    day: "date | None" = None,
    since: datetime | None = None,
    mode: Literal["all", "some", 3] = "all",
    region: Region = Region.NORTH,
    level: Level = Level.LOW,
    sleep=asyncio.sleep,
    both: int | str = 1,
    log=None,
): ...


@task
async def plain(api, *, run): ...


class Counted(BaseTask):
    name = "counted"

    async def execute(self, api_client: "Nowhere", limit: int = 3) -> None: ...  # noqa: F821 (that it cannot be read is tested)


def parsed(*texts, handler=bills):
    settings = Settings(_env_file=None)
    definition = define_task(handler.name, handler, None, run_on_start=False, settings=settings)
    return parse_arguments(definition, texts)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("limit=3", 3),
        ("limit=-3", -3),
        ("rate=2", 2.0),
        ("name=Anna = Berta", "Anna = Berta"),
        ("name=", ""),
        ("dry=TRUE", True),
        ("day=2026-11-25", date(2026, 11, 25)),
        ("since=2026-11-25T03:00:00Z", datetime(2026, 11, 25, 3, tzinfo=UTC)),
        ("mode=some", "some"),
        ("mode=3", 3),
        ("region=south", Region.SOUTH),
        ("region=SOUTH", Region.SOUTH),
        ("level=HIGH", Level.HIGH),
        ("level=2", Level.HIGH),
    ],
)
def test_a_text_becomes_what_its_parameter_is(text, value):
    assert parsed(text) == {text.partition("=")[0]: value}
    assert type(parsed(text)[text.partition("=")[0]]) is type(value)


def test_a_class_and_an_annotation_that_cannot_be_read_will_do():
    assert parsed("limit=7", handler=Counted()) == {"limit": 7}


@pytest.mark.parametrize("text", ["limit=10", "dry=no", "region=north", "rate=0.50"])
def test_what_equals_the_default_is_left_out(text):
    assert parsed(text) == {}


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["limit"], "--arg 'limit' is not of the form name=value"),
        (["=3"], "--arg '=3' is not of the form name=value"),
        (["limits=3"], "task 'bills' has no argument 'limits', did you mean 'limit'? (arguments: "),
        (["log=3"], "task 'bills' has no argument 'log' (arguments: limit, rate, "),
        (["api=3"], "task 'bills' has no argument 'api'"),
        (["limit=1", "limit=2"], "--arg limit is given twice"),
        (["limit=1.5"], "--arg limit='1.5' is not allowed: write a whole number, such as 10"),
        (["rate=nan"], "--arg rate='nan' is not allowed: write a number, such as 0.5"),
        (["rate=x"], "write a number, such as 0.5"),
        (["dry=maybe"], "--arg dry='maybe' is not allowed: write true or false"),
        (["day=25.11."], "write a date, such as 2026-11-25"),
        (["since=2026-11-25"], "write an instant with its zone, in RFC 3339 such as 2027-"),
        (["since=2026-11-25T03:00:00"], "write an instant with its zone"),
        (["mode=sme"], "write one of all, some, 3, did you mean 'some'?"),
        (["region=sout"], "write one of NORTH, SOUTH, north, south, did you mean 'south'?"),
        (["sleep=1"], "its parameter has the type function; supported are str, int, "),
        (["both=1"], "its parameter has an unsupported type; supported are str, int, "),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_culprit(texts, told):
    with pytest.raises(UsageError) as caught:
        parsed(*texts)
    assert told in str(caught.value)


def test_a_task_without_such_a_parameter_says_so():
    with pytest.raises(UsageError, match="'limit': its function has no parameter with a default"):
        parsed("limit=3", handler=plain)


def test_a_type_that_neither_the_annotation_nor_the_default_tells_is_not_guessed():
    @task
    async def unreadable(api, client: "BusinessApiClient | None" = None, number: "Nowhere" = 3): ...  # noqa: F821

    assert parsed("number=4", handler=unreadable) == {"number": 4}
    with pytest.raises(UsageError) as caught:
        parsed("client=x", handler=unreadable)

    assert "--arg client is not allowed: the annotation of its parameter cannot" in str(
        caught.value
    )
    assert "'BusinessApiClient' is not defined" in str(caught.value)
