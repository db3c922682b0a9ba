"""A FakeApi with a contract: calls and answers outside of it are refused."""

import json

import pytest

from rota import task
from rota.model.errors import UsageError
from rota.testing import FakeApi, Reply, run_task

ORDER = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "state": {"enum": ["open", "paid"]},
        "note": {"type": "string", "nullable": True, "maxLength": 5},
        "next": {"$ref": "#/components/schemas/Order"},
    },
    "additionalProperties": False,
}
OPENAPI = {
    "openapi": "3.1.0",
    "paths": {
        "/orders": {
            "get": {
                "parameters": [
                    {
                        "name": "state",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "string"},
                    },
                    {"$ref": "#/components/parameters/Limit"},
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {"$ref": "#/components/schemas/Order"},
                                },
                                "example": [{"id": 1, "state": "open"}],
                            }
                        }
                    }
                },
            }
        },
        "/orders/latest": {"post": {"responses": {"204": {}}}},
        "/orders/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True}],
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Order"}}
                    },
                },
                "responses": {"2XX": {"description": "done"}, "409": {"description": "no"}},
            },
        },
    },
    "components": {
        "schemas": {"Order": ORDER},
        "parameters": {
            "Limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}}
        },
    },
}
FINE = {"id": 7, "state": "open"}


def ran(call, api=None):
    @task
    async def work(client):
        await call(client)

    return run_task(work, api=api or FakeApi(openapi=OPENAPI))


def post(body):
    return lambda api: api.post("/orders/7", json=body)


def get(**params):
    return lambda api: api.get("/orders", params=params)


def shop():
    api = FakeApi(openapi=OPENAPI).on("POST", "/orders/{id}", {})
    return api.on("POST", "/orders/latest", None)


@pytest.mark.parametrize(
    ("call", "status", "told"),
    [
        (lambda api: api.get("/bills"), 404, "the contract has no path /bills"),
        (lambda api: api.put("/orders", json={}), 405, "the contract has no PUT /orders"),
        (get(), 422, "GET /orders: the query has no 'state'"),
        (get(state="open", page="2"), 422, "the query has 'page', which is not in the contract"),
        (get(state="open", limit="many"), 422, "'limit' of the query is 'many', not integer"),
        (get(state="open", limit="10"), 422, "'limit' of the query is 10, which is out of bounds"),
        (lambda api: api.post("/orders/7"), 422, "POST /orders/{id}: the body is missing"),
        (post([]), 422, "the body is [], not object"),
        (post({"id": 7}), 422, "the body has no 'state'"),
        (post({**FINE, "id": "7"}), 422, "the body.id is '7', not integer"),
        (post({**FINE, "id": 0}), 422, "the body.id is 0, which is out of bounds"),
        (post({**FINE, "state": "lost"}), 422, "the body.state is 'lost', not one of"),
        (post({**FINE, "color": "red"}), 422, "has 'color', which is not in the contract"),
        (post({**FINE, "note": "too long"}), 422, "the body.note has 8 characters"),
        (post({**FINE, "next": {"id": 8}}), 422, "the body.next has no 'state'"),
        (lambda api: api.post("/orders/latest", json={}), 422, "the contract has no body"),
    ],
)
def test_a_call_outside_of_the_contract_is_refused(call, status, told):
    api = shop()
    run = ran(call, api)

    assert run.exit_code == 3
    assert told in run.reason
    assert ([each.status for each in api.calls], api.effects) == ([status], {})


@pytest.mark.parametrize(
    "call",
    [
        post(FINE),
        post({**FINE, "note": None, "next": FINE}),
        get(state="open", limit="9"),
        lambda api: api.post("/orders/latest"),
    ],
)
def test_a_call_inside_of_it_is_answered(call):
    assert ran(call, shop()).exit_code == 0


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Reply(410, {}), "FakeApi: GET /orders has no answer 410 in the contract"),
        ([{"id": 7}], "GET /orders answers outside of the contract: the answer[0] has no 'state'"),
        ({"items": []}, "the answer is {'items': []}, not array"),
        (lambda _: None, "FakeApi: GET /orders has no answer 204 in the contract"),
    ],
)
def test_an_answer_outside_of_it_fails_the_run(answer, told):
    api = FakeApi(openapi=OPENAPI).on("GET", "/orders", answer)
    run = ran(get(state="open"), api)

    assert run.exit_code == 1
    assert told in run.reason


@pytest.mark.parametrize("answer", [[], [FINE, {**FINE, "note": None}]])
def test_an_answer_inside_of_it_arrives(answer):
    arrived = []

    async def call(api):
        arrived.append(await api.get("/orders", params={"state": "open"}))

    assert ran(call, FakeApi(openapi=OPENAPI).on("GET", "/orders", answer)).exit_code == 0
    assert arrived == [answer]


def test_what_no_route_answers_is_answered_by_the_example():
    arrived = []

    async def call(api):
        arrived.append(await api.get("/orders", params={"state": "open"}))

    assert ran(call).exit_code == 0
    assert arrived == [[{"id": 1, "state": "open"}]]


def test_an_operation_with_neither_is_a_404_that_says_so():
    run = ran(post(FINE))

    assert "FakeApi has no POST /orders/7" in run.reason


def test_the_document_may_be_a_file(tmp_path):
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(OPENAPI), "utf-8")

    assert ran(get(state="open"), FakeApi(openapi=path)).exit_code == 0
    assert ran(get(state="open"), FakeApi(openapi=str(path))).exit_code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "No such file or directory"),
        ("openapi: 3.1.0", "is no JSON; convert YAML to JSON first"),
        ("[]", "is no JSON object"),
        ('{"swagger": "2.0", "paths": {}}', "it is not a document of OpenAPI 3"),
    ],
)
def test_what_is_no_contract_is_refused(tmp_path, text, told):
    path = tmp_path / "openapi.json"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        FakeApi(openapi=path)

    assert told in str(caught.value)


def test_the_reference_tasks_are_held_to_the_contract_too():
    api = FakeApi(openapi=OPENAPI, expired=3)
    run = ran(lambda client: client.post("/api/v1/admin/cleanup"), api)

    assert "the contract has no path /api/v1/admin/cleanup" in run.reason
