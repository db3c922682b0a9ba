"""`rota health`, which a container's health check calls."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(self.server.status if self.path == "/healthz" else 404)
        self.end_headers()
        self.wfile.write(b"what it says")

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "exit_code"), [(200, 0), (503, 1), (404, 1), (204, 1)])
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_it_ends_with_0_only_where_the_scheduler_says_that_it_is_well(
    rota, server, status, exit_code, host
):
    server.status = status
    ended = rota("health", ROTA_HEALTH_ADDRESS=f"{host}:{server.server_port}")
    assert ended.exit_code == exit_code
    assert ended.stdout == ("" if status == 204 else "what it says") + "\n"


def test_without_an_address_for_health_alone_that_of_the_pages_is_asked(rota, server):
    server.status = 200
    web_address = f"127.0.0.1:{server.server_port}"

    assert rota("health", ROTA_WEB_ADDRESS=web_address).exit_code == 0
    assert rota("health", ROTA_HEALTH_ADDRESS="127.0.0.1:1", ROTA_WEB_ADDRESS=web_address).exit_code


def test_no_answer_is_not_well(rota, server):
    port = server.server_port
    server.socket.close()
    ended = rota("health", ROTA_HEALTH_ADDRESS=f"127.0.0.1:{port}")
    assert ended.exit_code == 1
    assert f"no answer at 127.0.0.1:{port}" in ended.stderr
