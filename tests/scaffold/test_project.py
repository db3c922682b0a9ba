import re

import pytest
import yaml

from rota.model.errors import UsageError
from rota.scaffold.names import parse_context
from rota.scaffold.project import ProjectInput, project_files
from rota.scaffold.record import read_record, record_text
from rota.scaffold.task_stub import parse_tasks
from rota.scaffold.template import worker_files

# The seed's paths, less those that are the library's.
SEED_PATHS = [
    "Dockerfile",
    "requirements.txt",
    "requirements-dev.txt",
    "pyproject.toml",
    "src/shop_worker/__init__.py",
    "src/shop_worker/main.py",
    "src/shop_worker/tasks/__init__.py",
    "src/shop_worker/infrastructure/__init__.py",
    "src/shop_worker/infrastructure/http/__init__.py",
    "src/shop_worker/infrastructure/http/business_api_client.py",
    "tests/conftest.py",
    "tests/unit/test_tasks.py",
]
MOVED = [
    "tasks/base.py",
    "scheduler/scheduler.py",
    "core/config.py",
    "core/logging.py",
    "scheduler/__init__.py",
    "core/__init__.py",
    "tests/__init__.py",
]


def project(context="shop", tasks=(), **options):
    return ProjectInput(parse_context(context), parse_tasks(tasks), **options)


def test_the_example_is_the_template_itself():
    files = project_files(project("example"))

    assert files == worker_files(class_tasks=False)


@pytest.mark.parametrize("class_tasks", [False, True], ids=["functions", "classes"])
@pytest.mark.parametrize("tasks", [(), ("send-bills=5m",)], ids=["examples", "own"])
def test_nothing_is_left_of_the_templates_names(tasks, class_tasks):
    files = project_files(project(tasks=tasks, class_tasks=class_tasks))
    text = "\n".join([*files, *files.values()])

    assert re.findall(r"(?i)\bexample[_-]\w*|Example\w*", text.replace(".env.example", "")) == []


def test_every_path_of_the_seed_is_kept_or_named_with_its_import():
    files = project_files(project())
    readme = files["README.md"]

    assert set(SEED_PATHS) <= set(files)
    assert [path for path in MOVED if f"`{path}`" not in readme] == []


def test_the_readme_names_no_path_that_is_not_there():
    files = project_files(project())
    named = re.findall(r"^\| `([^`{]+/[^`{]+)`", files["README.md"], re.MULTILINE)

    assert [path for path in named if path not in [*files, *MOVED, "deploy/"]] == []


def test_own_tasks_take_the_place_of_the_examples():
    files = project_files(project(tasks=["send-bills=0 8 * * 1", "poll=5m"]))

    assert {path for path in files if "_task" in path and "tasks/" in path} == {
        "src/shop_worker/tasks/send_bills_task.py",
        "src/shop_worker/tasks/poll_task.py",
    }
    assert "cleanup" not in "".join(
        text for path, text in files.items() if path != "README.md" and "client" not in path
    )
    assert yaml.safe_load(files["deploy/tasks.yaml"]) == {
        "tasks": {"send-bills": {"schedule": "0 8 * * 1"}, "poll": {"intervalSeconds": 300}}
    }


def test_a_name_that_a_function_cannot_have_is_stated_beside_the_schedule():
    files = project_files(project(tasks=["send_bills=5m", "send-mails=5m"]))

    def decorator(module):
        return re.search(r"@task\(.*\)", files[f"src/shop_worker/tasks/{module}.py"])[0]

    assert decorator("send_bills_task") == '@task(name="send_bills", interval_seconds=300)'
    assert decorator("send_mails_task") == "@task(interval_seconds=300)"


@pytest.mark.parametrize(
    ("class_tasks", "name"), [(False, "example_worker_x"), (True, "ExampleWorkerXTask")]
)
def test_the_name_of_a_task_may_look_like_one_of_the_template(class_tasks, name):
    files = project_files(project(tasks=["example-worker-x=5m"], class_tasks=class_tasks))
    module = files["src/shop_worker/tasks/example_worker_x_task.py"]
    listed = files["src/shop_worker/tasks/__init__.py"]

    assert f"{'class' if class_tasks else 'async def'} {name}(" in module
    assert '.run_operation("example-worker-x")' in module
    assert "ShopClient" in module
    assert f"from shop_worker.tasks.example_worker_x_task import {name}\n" in listed
    assert f"import {name}\n" in files["tests/unit/test_example_worker_x_task.py"]


def test_the_list_of_tasks_keeps_the_order_that_they_are_given_in():
    files = project_files(project(tasks=["b10=5m", "b9=5m", "a=5m"]))
    text = files["src/shop_worker/tasks/__init__.py"]

    assert re.findall(r"^    (\w+),$", text, re.MULTILINE) == ["b10", "b9", "a"]
    assert re.findall(r"import (\w+)$", text, re.MULTILINE) == ["a", "b9", "b10"]


def test_the_task_lists_that_are_shipped_are_those_that_would_be_written():
    for class_tasks in (False, True):
        written = project_files(
            project("example", ["cleanup=5m", "notifications=5m"], class_tasks=class_tasks)
        )
        path = "src/example_worker/tasks/__init__.py"
        assert written[path] == worker_files(class_tasks=class_tasks)[path]


def test_no_file_names_a_registry_and_every_lock_has_hashes():
    files = project_files(project())
    locks = {path: text for path, text in files.items() if path.startswith("requirements")}

    assert len(locks) == 3
    for text in locks.values():
        assert text.count("--hash=sha256:") >= text.count("==") > 0
        assert "index" not in text
        assert "\nrota==" not in text


def test_the_record_can_be_read_again(tmp_path):
    wanted = project("my-shop", ["send-bills=0 8 * * 1"], class_tasks=True)
    files = project_files(wanted)
    (tmp_path / ".rota-new.json").write_text(record_text(wanted, files))

    record = read_record(tmp_path)

    assert record is not None
    assert record.wanted == wanted
    assert set(record.hashes) == set(files)


def test_a_folder_without_a_record_has_none(tmp_path):
    assert read_record(tmp_path) is None
    assert read_record(tmp_path / "absent") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"context": "Shop"}',
        b'{"context": "shop", "tasks": ["poll"]}',
        b"\xff",
    ],
)
def test_a_record_that_is_something_else_is_refused_by_its_path(tmp_path, content):
    path = tmp_path / ".rota-new.json"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=rf"^{re.escape(str(path))}: (not as|cannot be read: not)"):
        read_record(tmp_path)
