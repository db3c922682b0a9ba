import pytest

from rota.importing.old_text import MAX_CHARACTERS, old_text


@pytest.mark.parametrize(
    "text",
    [
        "backup --password hunter2",
        "backup --password='hunter2 hunter2'",
        "PGPASSWORD=hunter2 pg_dump shop",
        "API_KEY = hunter2 x",
        "curl -H 'Authorization: Bearer hunter2' https://shop",
        'curl -H "X-Auth-Token: hunter2" https://shop',
        "curl -u root:hunter2 https://shop",
        "curl --user root:hunter2 https://shop",
        "curl https://root:hunter2@shop/x",
        "curl 'https://shop/x?token=hunter2&a=b'",
        "mysqldump -u root -phunter2 shop",
        "curl https://ping/1f0d3a5e-9d2c-4a77-hunter2-012345678",
        "client --client-secret hunter2",
        "backup --pass=hunter2 db",
        "backup -pass hunter2 db",
        "DB_PASS=hunter2 backup",
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_left_out(text):
    assert "hunter2" not in old_text(text)
    assert "[left out]" in old_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "0 1 * * * /usr/local/bin/backup --all > /dev/null 2>&1",
        "/opt/very-long-name-of-a-program-without-digits/run",
        "python3 manage.py clearsessions --settings=shop.settings",
        "bypass=yes compass=north run --passes=3",
    ],
)
def test_what_does_not_is_kept(text):
    assert old_text(text) == text


def test_the_text_is_one_printable_line_of_bounded_length():
    text = old_text("a\n\tb\x00\x1b[31m " + "x y" * 200)

    assert text.startswith("a b[31m x")
    assert len(text) == MAX_CHARACTERS
    assert text.isprintable()


@pytest.mark.parametrize("unit", ["--password ", "token", "mysql ", "a", "://", "auth:"])
def test_a_long_text_is_read_to_a_bounded_length(unit):
    assert len(old_text(unit * 50_000)) <= MAX_CHARACTERS


def test_half_of_a_secret_is_not_shown():
    padding = "--token " + "x" * 970

    assert "hunter2" not in old_text(f"{padding} https://root:hunter2-{'y' * 30}@shop/")
