import pytest

from rota.kubernetes.api_errors import ApiServerRefusedError, ApiServerUnreachableError
from rota.kubernetes.permissions import check_permissions
from rota.model.errors import UsageError
from support.watched_api import FakeCluster


class Guarded(FakeCluster):
    """A cluster that answers some paths, or the watches of some kinds, with an error."""

    def __init__(self, **errors):
        super().__init__()
        self.errors = errors
        self.versions = []

    async def get(self, path, parameters):
        last = path.rpartition("/")[2]
        if last in self.errors:
            raise self.errors[last]
        return await super().get(path, parameters)

    async def watch(self, path, parameters, *, silence_seconds, on_open):
        error = self.errors.get(f"watch {path.rpartition('/')[2]}")
        self.versions.append(parameters["resourceVersion"])
        if error is not None:
            raise error
        events = super().watch(path, parameters, silence_seconds=silence_seconds, on_open=on_open)
        async for event in events:
            yield event


def forbidden(verb, kind, user="system:serviceaccount:shop:default"):
    return ApiServerRefusedError(
        403, f'{kind} is forbidden: User "{user}" cannot {verb} resource "{kind}" in API group ""'
    )


async def refusal(**errors):
    with pytest.raises(UsageError) as refused:
        await check_permissions(Guarded(**errors), "shop")
    return str(refused.value)


async def test_whoever_may_read_all_is_let_through_and_no_watch_stays_open():
    cluster = Guarded()

    await check_permissions(cluster, "shop")

    assert cluster.watched == set()
    # Without a version a server takes seconds to answer.
    assert cluster.versions == ["1", "1", "1"]


@pytest.mark.parametrize(
    ("where", "verb", "kind"),
    [("pods", "list", "pods"), ("jobs", "list", "jobs"), ("watch cronjobs", "watch", "cronjobs")],
)
async def test_a_missing_right_is_named_with_the_commands_that_give_it(where, verb, kind):
    told = await refusal(**{where: forbidden(verb, kind)})

    assert f"cannot {verb} resource" in told
    assert "kubectl --namespace shop create role rota-console --verb=get,list,watch" in told
    assert "create rolebinding rota-console --role=rota-console --serviceaccount=shop:default" in (
        told
    )


async def test_the_right_of_a_person_is_given_to_that_person():
    assert "--user=me@shop" in await refusal(jobs=forbidden("list", "jobs", "me@shop"))
    assert "--user=NAME" in await refusal(jobs=ApiServerRefusedError(403, "no"))


async def test_a_namespace_that_is_not_there_and_credentials_that_do_not_do_are_named():
    assert "there is no namespace 'shop'" in await refusal(
        shop=ApiServerRefusedError(404, 'namespaces "shop" not found')
    )
    assert "does not accept the credentials: the API server refuses: 401" in await refusal(
        shop=ApiServerRefusedError(401, "Unauthorized")
    )


@pytest.mark.parametrize(
    "errors",
    [
        {"shop": forbidden("get", "namespaces")},
        {"jobs": ApiServerRefusedError(500, "etcd")},
        {"shop": ApiServerUnreachableError("refused")},
        {"watch pods": ApiServerUnreachableError("refused")},
    ],
    ids=["namespaces", "server-error", "unreachable", "cut"],
)
async def test_what_a_console_can_wait_for_does_not_stop_it(errors):
    await check_permissions(Guarded(**errors), "shop")
