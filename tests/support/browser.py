"""Pages for a real browser: served by a thread, below a path, with the policy of the console."""

import asyncio
import threading

from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from rota.web.pages import About, page_routes
from rota.web.server import serving
from support.console import Direct, busy_installation

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
THEMES = ("light", "dark")
WIDTHS = (360, 800, 1200, 1400)
SLOT = "tasks/notifications/slots/2026-11-27T21:20:00Z"
PAGES = {
    "overview": "",
    "task": "tasks/letters",
    "slot": SLOT,
    "run": "runs/run-120",
    "runs": "runs",
    "timeline": "timeline",
    "calendar": "calendar",
    "system": "system",
    "not found": "tasks/leters",
}
# Of a console beside CronJobs.
SEEN_PAGES = {
    "overview": "",
    "task": "tasks/letters",
    "run": "runs/letters-29930520",
    "unobserved slot": "tasks/cleanup/slots/2026-11-27T22:00:00Z",
    "timeline": "timeline",
}


class Console:
    """The pages at `url`, below a path of their own, and a way to tell them of news."""

    def __init__(self, installation=None, **about):
        self.installation = installation or busy_installation()
        self._about = About(**{"release": "shop", **about})
        self.url = ""
        self._news = []
        self._ended = threading.Event()
        self._loop = None

    def tell(self, text):
        """Send an event to each page that listens."""
        for queue in list(self._news):
            self._loop.call_soon_threadsafe(queue.put_nowait, text)

    @property
    def listeners(self):
        return len(self._news)

    async def _events(self, request):
        async def stream():
            queue = asyncio.Queue()
            self._news.append(queue)
            try:
                yield ": hello\n\n"
                while (text := await queue.get()) is not None:
                    yield text
            finally:
                self._news.remove(queue)

        return StreamingResponse(stream(), media_type="text/event-stream")

    def _app(self):
        answers = Direct(self.installation.board)
        routes = page_routes(answers, clock=self.installation.clock, about=self._about)
        app = Starlette(routes=[Route("/api/v1/events", self._events), *routes])

        async def behind_a_proxy(scope, receive, send):
            # As a proxy that takes its own path away before it passes a request on.
            path = scope["path"]
            stripped = path.removeprefix("/team/rota")
            scope = {**scope, "path": stripped, "raw_path": stripped.encode()}

            async def with_policy(message):
                if message["type"] == "http.response.start":
                    policy = (b"content-security-policy", POLICY.encode())
                    message = {**message, "headers": [*message["headers"], policy]}
                await send(message)

            await app(scope, receive, with_policy)

        return behind_a_proxy

    def run(self, ready):
        async def main():
            self._loop = asyncio.get_running_loop()
            self._end = asyncio.Event()
            async with serving(self._app(), "127.0.0.1", 0) as url:
                self.url = f"{url}/team/rota/"
                ready.set()
                await self._end.wait()
                for queue in list(self._news):
                    queue.put_nowait(None)

        asyncio.run(main())

    def end(self):
        self._loop.call_soon_threadsafe(self._end.set)


def until(page, condition):
    """Wait until a condition is true; playwright's own way evaluates a text, which may not be."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {condition}")


# Texts with less than 4.5:1 against their ground (3:1 where large), and marks with less than 3:1.
CONTRAST = """() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = channels(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const name = (e, got) => `${e.nodeName} .${e.className.baseVal ?? e.className} ${got.toFixed(2)}`;
  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element);
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const svg = element.namespaceURI.endsWith("svg");
    const behind = svg ? ground(element.closest("svg").parentElement) : ground(element);
    if (own && element.nodeName !== "title" && element.closest("title, script, option") === null) {
      const size = parseFloat(style.fontSize), bold = parseInt(style.fontWeight) >= 700;
      const wanted = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
      const got = ratio(channels(svg ? style.fill : style.color), behind);
      if (got < wanted) found.add(name(element, got));
    }
    // A band's edges are lines, which stand out.
    if (element.nodeName === "rect" && !element.classList.contains("band")) {
      const colours = [style.fill, style.stroke].filter((c) => c !== "none").map(channels);
      const got = Math.max(...colours.map((colour) => ratio(colour, behind)));
      if (got < 3) found.add(name(element, got));
    }
  }
  return [...found];
}"""
