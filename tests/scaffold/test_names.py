import pytest

from rota.model.errors import UsageError
from rota.scaffold import names as names_module
from rota.scaffold.names import MAX_CONTEXT_CHARACTERS, check_free, parse_context

RULE = (
    "use lower-case letters, digits, single '-' and '_' between them, a letter first, "
    "at most 33 characters"
)
LONG = "a" * MAX_CONTEXT_CHARACTERS


@pytest.mark.parametrize(
    ("context", "package", "service", "prefix", "title"),
    [
        ("shop", "shop_worker", "shop-worker", "Shop", "Shop worker"),
        ("my-shop", "my_shop_worker", "my-shop-worker", "MyShop", "My shop worker"),
        ("my_shop", "my_shop_worker", "my-shop-worker", "MyShop", "My shop worker"),
        ("shop_worker", "shop_worker", "shop-worker", "Shop", "Shop worker"),
        ("shop-worker-worker", "shop_worker", "shop-worker", "Shop", "Shop worker"),
        ("coworker", "coworker_worker", "coworker-worker", "Coworker", "Coworker worker"),
        ("b2b", "b2b_worker", "b2b-worker", "B2b", "B2b worker"),
    ],
)
def test_all_names_are_made_of_one(context, package, service, prefix, title):
    names = parse_context(context)

    assert (names.package, names.service) == (package, service)
    assert (names.class_prefix, names.title) == (prefix, title)


def test_the_longest_name_is_as_long_as_a_task_of_kubernetes_may_be():
    assert len(parse_context(LONG).service) == 40


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("Shop", "shop"),
        ("MyShop", "my-shop"),
        ("shop orders", "shop-orders"),
        ("shop--orders", "shop-orders"),
        ("-shop", "shop"),
        ("2shop", "shop"),
        ("shop.orders", "shop-orders"),
        ("../shop", "shop"),
        ("shop\n", "shop"),
        (LONG + "a", LONG),
        ("", "shop"),
        ("Магазин", "shop"),
        ("Café", "cafe"),
        ("Class", "shop"),
        ("-worker", "shop"),
    ],
)
def test_a_name_that_is_not_allowed_is_refused_with_the_rule_and_one_that_is(text, suggested):
    with pytest.raises(UsageError) as refused:
        parse_context(text)

    assert str(refused.value) == (
        f"CONTEXT {text!r} is not allowed: {RULE}; for example {suggested!r}"
    )
    assert parse_context(suggested)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("class", "a keyword of Python"),
        ("async", "a keyword of Python"),
        ("match", "a keyword of Python"),
        ("json", "a module of Python's standard library"),
        ("rota", "this library's own name"),
        ("worker", "what every such project is"),
        ("rota_worker", "this library's own name"),
        ("business-api", "what the worker calls"),
        ("business_api", "what the worker calls"),
    ],
)
def test_a_name_that_means_something_else_is_refused_with_the_reason(text, reason):
    with pytest.raises(UsageError, match=f"^CONTEXT '{text}' is {reason}: .* for example '.*-app'"):
        parse_context(text)


def test_a_package_that_is_installed_beside_rota_is_not_made_again(monkeypatch, tmp_path):
    installed = tmp_path / "site-packages"
    (installed / "shop_worker").mkdir(parents=True)
    (installed / "shop_worker/__init__.py").touch()
    monkeypatch.setattr(names_module.sys, "path", [str(installed)])

    with pytest.raises(UsageError, match=r"^a package 'shop_worker' is installed in .*'shop-app'"):
        check_free(parse_context("shop"))


def test_a_folder_of_that_name_somewhere_on_the_path_is_no_reason_to_refuse(monkeypatch, tmp_path):
    (tmp_path / "shop_worker").mkdir()
    (tmp_path / "shop_worker/__init__.py").touch()
    monkeypatch.setattr(names_module.sys, "path", [str(tmp_path)])

    check_free(parse_context("shop"))
