"""A loopback server that answers as the Kubernetes API does, for reading lists of objects."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import yaml

PATHS = {
    "CronJob": "/apis/batch/v1/namespaces/{}/cronjobs",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
}


class KubernetesApi:
    """`objects` by namespace, filtered by `selector` as labels say; `replies` win over them.

    A reply is a status, and a body that is sent as JSON or, where it is bytes, as it is;
    a status of None cuts the connection.
    """

    def __init__(self):
        self.objects = {}
        self.replies = []
        self.requests = []
        self.page_objects = 500
        self.url = ""

    def add(self, namespace, *objects):
        self.objects.setdefault(namespace, []).extend(objects)

    def answer(self, target, headers):
        address = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(address.query).items()}
        self.requests.append((address.path, query, headers))
        if self.replies:
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        for namespace, objects in self.objects.items():
            for kind, path in PATHS.items():
                if address.path == path.format(namespace):
                    return 200, self._page(
                        [each for each in objects if each["kind"] == kind], query
                    )
        return 200, {"items": None, "metadata": {}}

    def _page(self, objects, query):
        wanted = dict(pair.split("=") for pair in query.get("labelSelector", "").split(",") if pair)
        chosen = [
            # A list's members do not say their kind.
            {key: value for key, value in each.items() if key != "kind"}
            for each in objects
            if wanted.items() <= each["metadata"].get("labels", {}).items()
        ]
        start = int(query.get("continue", 0))
        end = start + min(self.page_objects, int(query["limit"]))
        metadata = {"continue": str(end)} if end < len(chosen) else {}
        return {"items": chosen[start:end], "metadata": metadata}


@contextlib.contextmanager
def kubernetes_api():
    """Serve on a free port of 127.0.0.1 until the block ends."""
    api = KubernetesApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            status, body = api.answer(self.path, {k.lower(): v for k, v in self.headers.items()})
            if status is None:
                self.close_connection = True
                return
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_):
            """Keep stderr for what is tested."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def write_kubeconfig(path, url, *, token="canary-token"):  # noqa: S107 (a canary)
    """Write a kubeconfig with the contexts `lab`, its current one, and `nowhere`."""
    nowhere = {"server": "http://127.0.0.1:1"}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "clusters": [
            {"name": "lab", "cluster": {"server": url}},
            {"name": "nowhere", "cluster": nowhere},
        ],
        "users": [{"name": "me", "user": {"token": token}}],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": "me"}}
            for name in ("lab", "nowhere")
        ],
    }
    path.write_text(yaml.safe_dump(config))
