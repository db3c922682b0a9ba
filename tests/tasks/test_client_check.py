"""A task that is written for another client than the one that it gets."""

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from rota import BaseTask, BlockingClient, BusinessApiClient, task
from rota.model.errors import TaskDefinitionError
from rota.settings import Settings
from rota.tasks.client_check import check_clients
from rota.tasks.definition import define_task

if TYPE_CHECKING:
    from shop import Unknown


class ShopClient(BusinessApiClient): ...


class OtherClient(BusinessApiClient): ...


class Reads(Protocol):
    async def get(self, path: str) -> Any: ...


def function(annotation):
    async def work(api): ...

    work.__annotations__["api"] = annotation
    return task(work)


def method(annotation):
    class Work(BaseTask):
        name = "work"

        async def execute(self, api_client): ...

    Work.execute.__annotations__["api_client"] = annotation
    return Work()


@task
async def unknown(api: "Unknown"): ...


@task
async def text(api: "ShopClient"): ...


@task
def blocking(api: BlockingClient[ShopClient]): ...


class Bracketed(BaseTask[ShopClient]):
    name = "bracketed"

    async def execute(self, api_client): ...


class Inherited(Bracketed):
    name = "inherited"


class Plain(BaseTask):
    name = "plain"

    async def execute(self, api_client): ...


async def handler(api_client: ShopClient): ...


def check(handler, client):
    settings = Settings(_env_file=None)
    name = getattr(handler, "name", "t")
    made = define_task(name, handler, 60, run_on_start=False, settings=settings, source="shop:it")
    check_clients([made], client("http://127.0.0.1:9"))


WANTS_SHOP = {
    "a function": function(ShopClient),
    "a string": text,
    "or None": function(ShopClient | None),
    "a function that blocks": blocking,
    "a method": method(ShopClient),
    "brackets": Bracketed(),
    "brackets of a base": Inherited(),
}


@pytest.mark.parametrize("wants", WANTS_SHOP.values(), ids=WANTS_SHOP)
def test_a_client_of_another_type_is_refused_with_what_to_set(wants):
    check(wants, ShopClient)
    for other in (BusinessApiClient, OtherClient):
        with pytest.raises(TaskDefinitionError) as caught:
            check(wants, other)

        assert str(caught.value) == (
            f"task {wants.name!r} (shop:it) wants a {__name__}.ShopClient, but "
            f"gets a {other.__module__}.{other.__qualname__}: set "
            f"ROTA_API_CLIENT={__name__}:ShopClient, or name it as the entry point rota.api_client "
            "of the package"
        )


ANYTHING = {
    "rota's own": function(BusinessApiClient),
    "no annotation": Plain(),
    "Any": function(Any),
    "object": function(object),
    "a protocol": function(Reads),
    "one of two": function(OtherClient | BusinessApiClient),
    "a name for type checkers": unknown,
    "nonsense": function(7),
    "rota's own that blocks": function(BlockingClient),
    "a plain handler": handler,
}


@pytest.mark.parametrize("wants", ANYTHING.values(), ids=ANYTHING)
def test_whatever_takes_the_client_or_cannot_be_evaluated_is_passed(wants):
    check(wants, ShopClient if "Shop" in str(wants) else BusinessApiClient)


def test_a_type_that_is_no_client_is_refused_too():
    with pytest.raises(TaskDefinitionError, match="annotate the parameter with a subclass of rota"):
        check(function(dict), BusinessApiClient)
