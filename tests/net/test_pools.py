import httpx
import pytest

from rota.net.pools import RenewedPools


class Files:
    """TLS files whose context a test renews."""

    def __init__(self):
        self.context = object()

    def current(self):
        return self.context


class Pool(httpx.AsyncBaseTransport):
    """A pool whose answers never end by themselves, and that may refuse to send."""

    def __init__(self, context):
        self.context = context
        self.closed = 0
        self.broken = False

    async def handle_async_request(self, request):
        if self.broken:
            raise httpx.ReadError("broke")
        return httpx.Response(200, stream=Body())

    async def aclose(self):
        self.closed += 1


class Body(httpx.AsyncByteStream):
    async def __aiter__(self):
        yield b"1"

    async def aclose(self):
        pass


@pytest.fixture
def opened():
    return []


@pytest.fixture
def files():
    return Files()


@pytest.fixture
def pools(files, opened):
    def open_pool(context):
        opened.append(Pool(context))
        return opened[-1]

    return RenewedPools(files, open_pool)


REQUEST = httpx.Request("GET", "https://api/x")


async def test_as_long_as_the_files_stay_there_is_one_pool(pools, files, opened):
    for _ in range(3):
        response = await pools.handle_async_request(REQUEST)
        await response.aclose()

    assert [(pool.context, pool.closed) for pool in opened] == [(files.context, 0)]


async def test_a_pool_with_nothing_pending_is_closed_by_the_first_request_after_a_renewal(
    pools, files, opened
):
    files.context = object()
    await pools.handle_async_request(REQUEST)

    assert [pool.closed for pool in opened] == [1, 0]
    assert opened[1].context is files.context


async def test_an_older_pool_is_closed_once_its_last_answer_has_been_read(pools, files, opened):
    first, second = [await pools.handle_async_request(REQUEST) for _ in range(2)]
    files.context = object()
    await pools.handle_async_request(REQUEST)

    assert opened[0].closed == 0
    await first.aclose()
    await first.aclose()
    assert opened[0].closed == 0
    await second.aclose()
    assert [pool.closed for pool in opened] == [1, 0]


async def test_a_request_that_breaks_is_not_pending(pools, files, opened):
    opened[0].broken = True
    with pytest.raises(httpx.ReadError):
        await pools.handle_async_request(REQUEST)
    files.context = object()
    await pools.handle_async_request(REQUEST)

    assert opened[0].closed == 1


async def test_closing_closes_the_older_pools_too(pools, files, opened):
    await pools.handle_async_request(REQUEST)
    files.context = object()
    await pools.handle_async_request(REQUEST)
    await pools.aclose()
    await pools.aclose()

    assert [pool.closed for pool in opened] == [1, 2]
