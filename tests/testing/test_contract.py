"""A FakeApi with a contract: calls and answers outside of it are refused."""

import json
import re
import sys

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
    "openapi": "3.0.3",
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
VS = {"default": "v1", "enum": ["v1", "v2"]}


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
        (
            get(state="open", limit="many"),
            422,
            "'limit' of the query: 'many' is not of type 'integer'",
        ),
        (
            get(state="open", limit="10"),
            422,
            "'limit' of the query: 10 is greater than the maximum of 9",
        ),
        (lambda api: api.post("/orders/7"), 422, "POST /orders/{id}: the body is missing"),
        (post([]), 422, "the body: [] is not of type 'object'"),
        (post({"id": 7}), 422, "the body: 'state' is a required property"),
        (post({**FINE, "id": "7"}), 422, "the body.id: '7' is not of type 'integer'"),
        (post({**FINE, "id": 0}), 422, "the body.id: 0 is less than the minimum of 1"),
        (post({**FINE, "state": "lost"}), 422, "the body.state: 'lost' is not one of"),
        (post({**FINE, "color": "red"}), 422, "('color' was unexpected)"),
        (post({**FINE, "note": "too long"}), 422, "the body.note: 'too long' is too long"),
        (post({**FINE, "next": {"id": 8}}), 422, "the body.next: 'state' is a required property"),
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
        (
            [{"id": 7}],
            "answers outside of the contract: the answer[0]: 'state' is a required property",
        ),
        ({"items": []}, "the answer: {'items': []} is not of type 'array'"),
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


@pytest.mark.parametrize("route", [False, True], ids=["example", "route"])
def test_a_status_may_be_a_number_as_yaml_reads_it(route):
    content = {"application/json": {"example": {"sent": 3}}}
    document = contract({})
    document["paths"]["/bills"]["post"]["responses"] = {200: {"content": content}, "default": {}}
    api = FakeApi(openapi=document)
    if route:
        api.on("POST", "/bills", {"sent": 3})

    assert ran(lambda client: client.post("/bills"), api).exit_code == 0


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
        ('{"openapi": "3.1.0", "paths": null}', "it is not a document of OpenAPI 3"),
        ('{"openapi": "3.1.0", "paths": {"/a": null}}', "openapi: its 'paths' or 'servers' are"),
        (
            '{"openapi": "3.1.0", "servers": ["/v1"], "paths": {"/a": {"get": {}}}}',
            "openapi: its 'paths' or 'servers' are not of the form that OpenAPI 3 has",
        ),
        (
            '{"openapi": "3.1.0", "paths": {"/a": {"$ref": "#/nowhere"}}}',
            "openapi: $ref '#/nowhere' leads to nothing in the document",
        ),
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


def contract(schema, *, version="3.1.0", parameters=(), **others):
    content = {"application/json": {"schema": schema}}
    operation = {
        "parameters": parameters,
        "requestBody": {"content": content},
        "responses": {"200": {}},
    }
    return {"openapi": version, "paths": {"/bills": {"post": operation}}, **others}


def answered(document, path="/bills", **request):
    api = FakeApi(openapi=document).on("POST", path, {})
    return ran(lambda client: client.post(path, **request), api)


@pytest.mark.parametrize(
    ("version", "schema", "value", "fits"),
    [
        ("3.0.3", {"minimum": 3, "exclusiveMinimum": True}, 3, False),
        ("3.0.3", {"minimum": 3, "exclusiveMinimum": False}, 3, True),
        ("3.1.0", {"exclusiveMinimum": 3}, 3, False),
        ("3.0.3", {"type": "string", "nullable": True}, None, True),
        ("3.0.3", {"allOf": [{"type": "string"}], "nullable": True}, None, True),
        ("3.0.3", {"type": "string", "nullable": True}, 3, False),
        ("3.0.3", {"type": "string"}, None, False),
        ("3.1.0", {"type": ["string", "null"]}, None, True),
        ("3.1.0", {"type": "string", "nullable": True}, None, False),
        ("3.1.0", {"prefixItems": [{"const": 1}]}, [2], False),
        ("3.1.0", {"not": {"const": 1}}, 1, False),
    ],
)
def test_a_schema_means_what_its_version_of_openapi_says(version, schema, value, fits):
    wrapped = {"properties": {"it": schema}}
    run = answered(contract(wrapped, version=version), json={"it": value})

    assert run.exit_code == (0 if fits else 3), run


def test_of_a_choice_the_nearest_member_is_told():
    cash = {"required": ["paid"], "properties": {"paid": {"type": "integer"}}}
    choice = {"anyOf": [{"type": "null"}, cash]}
    run = answered(contract(choice), json={"paid": "all"})

    assert "the body.paid: 'all' is not of type 'integer'" in run.reason


@pytest.mark.parametrize("reference", ["#/nowhere", "other.json#/a", "#/paths/0/b"])
def test_a_reference_that_leads_nowhere_fails_the_run(reference):
    run = answered(contract({"properties": {"it": {"$ref": reference}}}), json={"it": 1})

    assert run.exit_code == 1
    assert run.reason == f"$ref {reference!r} leads to nothing in the document"


@pytest.mark.parametrize(
    ("parameter", "value", "fits"),
    [
        ({"schema": {"type": "array", "items": {"type": "integer"}}}, [1, 2], True),
        ({"schema": {"type": "array", "items": {"type": "integer"}}}, [1, "b"], False),
        ({"schema": {"type": "array", "items": {"enum": ["a", "b"]}}}, ["a", "c"], False),
        ({"schema": {"type": "array", "maxItems": 1}}, [1, 2], False),
        (
            {"explode": False, "schema": {"type": "array", "items": {"type": "integer"}}},
            "1,2",
            True,
        ),
        # As FastAPI writes what may be left out.
        ({"schema": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}, 5, True),
        ({"schema": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}, "b", False),
        ({"schema": {"anyOf": [{"type": "array", "items": {"const": 1}}]}}, [1, 1], True),
        ({"schema": {"type": "string", "pattern": "^[0-9]+$"}}, "0012", True),
        ({"schema": {"type": "boolean"}}, "true", True),
        ({"schema": {"type": "number"}}, "nan", False),
        ({}, "anything", True),
    ],
)
def test_a_parameter_of_the_query_is_read_as_its_schema_says(parameter, value, fits):
    document = contract({}, parameters=[{"name": "of", "in": "query", **parameter}])
    run = answered(document, params={"of": value})

    assert run.exit_code == (0 if fits else 3), run


@pytest.mark.parametrize(
    ("servers", "path"),
    [
        ([], "/bills"),
        ([{"url": "/"}], "/bills"),
        ([{"url": "https://shop.example"}], "/bills"),
        ([{"url": "https://shop.example/api/v1/"}], "/api/v1/bills"),
        ([{"url": "api"}], "/api/bills"),
        ([{"url": "/test"}, {"url": "//shop.example/live"}], "/live/bills"),
        (
            [{"url": "{origin}/{v}", "variables": {"origin": {"default": "https://a"}, "v": VS}}],
            "/v2/bills",
        ),
    ],
)
def test_paths_are_below_that_of_a_server(servers, path):
    assert answered(contract({}, servers=servers), path).exit_code == 0
    assert answered(contract({}, servers=servers), f"/other{path}").exit_code == 3


def test_a_path_or_an_operation_may_have_servers_of_its_own():
    document = contract({}, servers=[{"url": "/v1"}])
    document["paths"]["/bills"]["servers"] = [{"url": "/v2"}]
    assert answered(document, "/v2/bills").exit_code == 0
    document["paths"]["/bills"]["post"]["servers"] = [{"url": "/v3"}]
    assert answered(document, "/v3/bills").exit_code == 0
    assert answered(document, "/v1/bills").exit_code == 3


def test_the_paths_of_a_contract_are_made_ready_once(monkeypatch):
    made = []
    escape = re.escape
    monkeypatch.setattr(re, "escape", lambda text: made.append(text) or escape(text))
    document = contract({})
    document["paths"] |= {f"/once-{number}/{{id}}": {"get": {}} for number in range(600)}
    api = FakeApi(openapi=document).on("POST", "/bills", {})

    async def call(client):
        await client.post("/bills")
        await client.post("/bills")

    assert ran(call, api).exit_code == 0
    assert made.count("/once-7/{id}") == 1


def test_a_path_without_that_of_its_server_is_told_so():
    run = answered(contract({}, servers=[{"url": "https://shop.example/v1"}]))

    assert "no path /bills, only /v1/bills, since its server is at /v1: put that into" in run.reason


def test_the_path_may_stand_in_the_url_of_the_business_api():
    @task
    async def bill(client):
        await client.post("/bills")

    document = contract({}, servers=[{"url": "https://shop.example/v1"}])
    api = FakeApi(openapi=document).on("POST", "/v1/bills", {})
    run = run_task(bill, api=api, settings={"business_api_url": "http://shop/v1"})

    assert run.exit_code == 0, run


def test_without_jsonschema_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    monkeypatch.delitem(sys.modules, "rota.testing.schemas", raising=False)
    FakeApi()

    with pytest.raises(UsageError, match=r"pip install 'rota\[testing\]'"):
        FakeApi(openapi=OPENAPI)
