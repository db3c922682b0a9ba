"""A loopback server that answers as the Kubernetes API does: lists, watches, logs, new objects."""

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
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "Pod": "/api/v1/namespaces/{}/pods",
}


class KubernetesApi:
    """`objects` by namespace, filtered by `selector` as labels say; `replies` win over them.

    A reply is a status, and a body that is sent as JSON or, where it is bytes, as it is;
    a status of None cuts the connection. A watch tells what `put` changes, until the server ends.
    `logs` are texts by the name of a pod. What is created is in `created`, after `on_create` was
    called with it.
    """

    def __init__(self):
        self.objects = {}
        self.replies = []
        self.requests = []
        self.logs = {}
        self.created = []
        self.on_create = lambda _: None
        self.page_objects = 500
        self.url = ""
        self.version = 1
        self._changes = []
        self._changed = threading.Condition()
        self._ended = False

    def put(self, namespace, found):
        """Add an object, or a new version of one of the same name, and tell the watches of it."""
        with self._changed:
            self.version += 1
            metadata = {**found["metadata"], "resourceVersion": str(self.version)}
            kept = {**found, "metadata": metadata}
            others = [
                each
                for each in self.objects.get(namespace, [])
                if (each["kind"], each["metadata"]["name"]) != (found["kind"], metadata["name"])
            ]
            self.objects[namespace] = [*others, kept]
            self._changes.append((PATHS[found["kind"]].format(namespace), kept))
            self._changed.notify_all()

    def changes(self, target):
        """Yield what a watch is told, a line each, until the server ends."""
        path, told = urlsplit(target).path, len(self._changes)
        while not self._ended:
            with self._changed:
                if len(self._changes) == told and not self._ended:
                    self._changed.wait(60)
                new, told = self._changes[told:], len(self._changes)
            for changed, found in new:
                if changed == path:
                    yield json.dumps({"type": "MODIFIED", "object": found}).encode() + b"\n"

    def end(self):
        """Let the watches end."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def add(self, namespace, *objects):
        self.objects.setdefault(namespace, []).extend(objects)

    def answer(self, target, headers):
        address = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(address.query).items()}
        self.requests.append((address.path, query, headers))
        if self.replies:
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        everything = [each for objects in self.objects.values() for each in objects]
        for kind, path in PATHS.items():
            if address.path == path.replace("namespaces/{}/", ""):
                return 200, self._page(_of_kind(everything, kind), query)
        for namespace, objects in self.objects.items():
            for kind, path in PATHS.items():
                collection, of_kind = path.format(namespace), _of_kind(objects, kind)
                if address.path == collection:
                    return 200, self._page(of_kind, query)
                if address.path.startswith(f"{collection}/"):
                    return self._single(of_kind, address.path.removeprefix(f"{collection}/"))
        return 200, {"items": None, "metadata": {"resourceVersion": str(self.version)}}

    def create(self, target, headers, body):
        """Add what is posted to a collection."""
        self.requests.append((urlsplit(target).path, {}, headers))
        if self.replies:
            return self.replies.pop(0)
        created = json.loads(body)
        created["metadata"]["uid"] = f"uid-{len(self.created) + 1}"
        self.created.append(created)
        self.add(created["metadata"]["namespace"], created)
        self.on_create(created)
        return 201, created

    def _single(self, objects, name):
        name, _, log = name.partition("/")
        if log and name in self.logs:
            return 200, self.logs[name].encode()
        for each in objects:
            if each["metadata"]["name"] == name and not log:
                return 200, each
        return 404, {"kind": "Status", "code": 404, "message": f'"{name}" not found'}

    def _page(self, objects, query):
        wanted = [pair.split("=") for pair in query.get("labelSelector", "").split(",") if pair]
        chosen = [
            # A list's members do not say their kind.
            {key: value for key, value in each.items() if key != "kind"}
            for each in objects
            if all(_has(each["metadata"].get("labels", {}), *label) for label in wanted)
        ]
        start = int(query.get("continue", 0))
        end = start + min(self.page_objects, int(query.get("limit", self.page_objects)))
        metadata = {"resourceVersion": str(self.version)}
        if end < len(chosen):
            metadata["continue"] = str(end)
        return {"items": chosen[start:end], "metadata": metadata}


def _of_kind(objects, kind):
    return [each for each in objects if each["kind"] == kind]


def _has(labels, name, value=None):
    """Whether there is a label, with this value if one is given."""
    return name in labels and value in (None, labels[name])


@contextlib.contextmanager
def kubernetes_api():
    """Serve on a free port of 127.0.0.1 until the block ends."""
    api = KubernetesApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if "watch=true" in self.path and not api.replies:
                self.close_connection = True
                self.send_response(200)
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.flush()
                for line in api.changes(self.path):
                    self.wfile.write(line)
                return
            self._send(*api.answer(self.path, self._lower_headers()))

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._send(*api.create(self.path, self._lower_headers(), body))

        def _lower_headers(self):
            return {name.lower(): value for name, value in self.headers.items()}

        def _send(self, status, body):
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
        api.end()
        server.shutdown()
        server.server_close()
        thread.join()


def write_kubeconfig(path, url, *, token="canary-token", authority=None):  # noqa: S107 (a canary)
    """Write a kubeconfig with the contexts `lab`, its current one, and `nowhere`."""
    lab = {"server": url}
    if authority is not None:
        lab["certificate-authority"] = str(authority)
    nowhere = {"server": "http://127.0.0.1:1"}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "clusters": [
            {"name": "lab", "cluster": lab},
            {"name": "nowhere", "cluster": nowhere},
        ],
        "users": [{"name": "me", "user": {"token": token}}],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": "me"}}
            for name in ("lab", "nowhere")
        ],
    }
    path.write_text(yaml.safe_dump(config))


@contextlib.contextmanager
def cluster_of_kubeconfig(tmp_path, monkeypatch):
    """A Kubernetes API that the kubeconfig of this test leads to."""
    path = tmp_path / "kubeconfig"
    monkeypatch.setenv("KUBECONFIG", str(path))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with kubernetes_api() as served:
        write_kubeconfig(path, served.url)
        yield served
