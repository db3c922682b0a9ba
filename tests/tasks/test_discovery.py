"""Where tasks come from, and who is named when they cannot."""

import calendar
import email
import sys
import textwrap
import weakref
from importlib.metadata import EntryPoint

import pytest

from rota.model.errors import ConfigError, TaskDefinitionError, UnknownTaskError
from rota.model.exit_codes import ExitCode
from rota.tasks import CleanupTask, function
from rota.tasks.discovery import discover
from rota.tasks.modules import unregistered

PREAMBLE = """\
from rota.tasks import BaseTask

class Bills(BaseTask):
    name = "bills"
    interval_seconds = 120

    async def execute(self, api_client):
        return None

bills = Bills()

def register_tasks(scheduler):
    scheduler.register_task(name="bills", handler=Bills(), interval_seconds=120)
    scheduler.register_task("plain", lambda api_client: None, 60, True)

"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a module (or another file) below a folder on sys.path."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)

    def write(path, text):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text), "utf-8")
        return target

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


def install(write, target):
    """Make a package seem installed whose entry point is `target`."""
    write("shop_d-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: shop-d\nVersion: 1.0\n")
    write("shop_d-1.0.dist-info/entry_points.txt", f"[rota.tasks]\nshop = {target}\n")


def found(settings):
    return {
        name: (task.interval_seconds, task.source)
        for name, task in discover(settings).found.items()
    }


def test_the_reference_tasks_are_there_from_the_start(settings_of):
    source = "rota.tasks:register_tasks"
    assert found(settings_of()) == {"cleanup": (3600, source), "notifications": (300, source)}


@pytest.mark.parametrize("target", ["shop_a:Bills", "shop_a:bills", "shop_a:register_tasks"])
def test_a_class_an_instance_and_a_function_can_be_named(settings_of, write, target):
    write("shop_a.py", PREAMBLE)
    tasks = found(settings_of(ROTA_TASKS=target))
    assert tasks["bills"] == (120, target)


def test_several_are_named_with_commas(settings_of, write):
    write("shop_b.py", PREAMBLE + "class More(Bills):\n    name = 'more'\n")
    settings = settings_of(ROTA_TASKS=" shop_b:Bills , shop_b:More,")
    assert list(found(settings)) == ["bills", "more"]


def test_a_plain_callable_with_a_name_and_an_interval_will_do(settings_of, write):
    text = """
        class Plain:
            name = "plain"
            interval_seconds = 60
            async def __call__(self, api_client):
                return None
    """
    write("shop_c.py", text)
    assert found(settings_of(ROTA_TASKS="shop_c:Plain"))["plain"] == (60, "shop_c:Plain")


MODULE = """\
from abc import abstractmethod

from rota import BaseTask, task
from shop_e_lib import borrowed, lent

__all__ = ["bills", "lent"]

class Base(BaseTask):
    interval_seconds = 60

    async def execute(self, api_client):
        return None

class Report(Base):
    name = "report"

    @abstractmethod
    def page(self): ...

class Rates(Base):
    name = "rates"

class Pings(Base):
    name = "pings"

PINGS = Pings()

@task(schedule="0 6 * * *", timezone="Europe/Berlin")
async def bills(api, *, run):
    return None

same = bills

@task(interval_seconds=90)
async def _hidden(api):
    return None
"""
LIBRARY = """\
from rota import task

@task
async def borrowed(api): ...

@task
async def lent(api): ...
"""


def test_a_module_has_its_own_tasks_and_those_that_it_offers(settings_of, write):
    write("shop_e_lib.py", LIBRARY)
    write("shop_e.py", MODULE)

    assert found(settings_of(ROTA_TASKS="shop_e")) == {
        "lent": (60, "shop_e:lent"),
        "rates": (60, "shop_e:Rates"),
        "pings": (60, "shop_e:PINGS"),
        "bills": (None, "shop_e:bills"),
    }


ODD_NEIGHBOURS = """
from rota import BaseTask

class Proxy:
    @property
    def __class__(self):
        raise RuntimeError("working outside of application context")

class Array:
    def __eq__(self, other):
        raise ValueError("the truth value of an array is ambiguous")
    __hash__ = None

class Pings(BaseTask):
    name = "pings"
    async def execute(self, api_client): ...

current_app = Proxy()
WEIGHTS = Array()
PINGS = Pings()
"""


def test_what_else_a_module_has_is_asked_nothing(settings_of, write):
    write("shop_odd.py", ODD_NEIGHBOURS)

    assert found(settings_of(ROTA_TASKS="shop_odd")) == {"pings": (60, "shop_odd:PINGS")}


@pytest.mark.parametrize("target", ["shop_f", "shop_f:TASKS"])
def test_a_list_decides_which_tasks_a_module_has(settings_of, write, target):
    write("shop_e_lib.py", LIBRARY)
    write("shop_f.py", MODULE + "TASKS = [_hidden, Rates, borrowed]\n")

    assert found(settings_of(ROTA_TASKS=target)) == {
        "hidden": (90, "shop_f:_hidden"),
        "rates": (60, "shop_f:TASKS[1]"),
        "borrowed": (60, "shop_e_lib:borrowed"),
    }


def test_an_entry_point_may_be_a_module(settings_of, write):
    write("shop_e_lib.py", LIBRARY)
    write("shop_d.py", MODULE)
    install(write, "shop_d")

    assert list(found(settings_of())) == ["lent", "rates", "pings", "bills"]


def test_what_is_decorated_and_not_registered_is_known(settings_of, write, monkeypatch):
    # What other tests have decorated in this process.
    monkeypatch.setattr(function, "_decorated", weakref.WeakSet())
    write("shop_e_lib.py", LIBRARY)
    write("shop_l.py", MODULE)

    registry = discover(settings_of(ROTA_TASKS="shop_l"))

    assert unregistered(registry) == ["shop_e_lib:borrowed", "shop_l:_hidden"]


@pytest.mark.fault(104)
@pytest.mark.parametrize("registers", ["Plain", "register"])
def test_such_a_callable_states_what_a_class_may(settings_of, write, registers):
    text = """
        class Plain:
            name = "plain"
            schedule = "30 2 * * *"
            timezone = "Europe/Berlin"
            timeout_seconds = 7
            overlap = "allow"
            shards = 3
            async def __call__(self, api_client):
                return None

        def register(scheduler):
            scheduler.register_task("plain", Plain(), None)
    """
    write("shop_c.py", text)
    task = discover(settings_of(ROTA_TASKS=f"shop_c:{registers}")).found["plain"]
    assert (task.schedule.text, task.schedule.timezone) == ("30 2 * * *", "Europe/Berlin")
    assert (task.timeout_seconds, task.overlap.value, task.shards) == (7, "allow", 3)


def test_the_entry_points_of_an_installed_package_are_found(settings_of, write):
    write("shop_d.py", PREAMBLE)
    install(write, "shop_d:register_tasks")
    assert found(settings_of())["bills"] == (120, "shop_d:register_tasks")


@pytest.mark.fault(110)
@pytest.mark.parametrize("named", [{"ROTA_TASKS": "shop_d:Bills"}, {}], ids=["named", "installed"])
def test_beside_an_application_s_tasks_the_reference_tasks_are_left_out(settings_of, write, named):
    write("shop_d.py", PREAMBLE)
    if not named:
        install(write, "shop_d:Bills")
    registry = discover(settings_of(**named))
    assert list(registry.found) == ["bills"]
    assert registry.left_out == ("cleanup", "notifications")


@pytest.mark.fault(110)
def test_a_name_that_registers_nothing_brings_no_reference_tasks(settings_of, write):
    write("shop_d.py", "def register_tasks(scheduler):\n    pass\n")
    assert found(settings_of(ROTA_TASKS="shop_d:register_tasks")) == {}


@pytest.mark.fault(110)
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ROTA_ONLY": "cleanup"}, {"bills", "cleanup"}),
        ({"ROTA_ONLY": "bills,notifications"}, {"bills", "notifications"}),
        ({"ROTA_ONLY": "bills"}, {"bills"}),
        (
            {"ROTA_TASKS": "shop_d:Bills,rota.tasks:register_tasks"},
            {"bills", "cleanup", "notifications"},
        ),
        ({"ROTA_TASKS": "shop_d:Bills,rota.tasks:CleanupTask"}, {"bills", "cleanup"}),
        ({"ROTA_TASKS": "rota.tasks:CleanupTask"}, {"cleanup"}),
    ],
    ids=["one", "one and an own one", "own", "all beside", "one beside", "alone"],
)
def test_reference_tasks_that_are_named_are_there(settings_of, write, variables, expected):
    write("shop_d.py", PREAMBLE)
    settings = settings_of(**{"ROTA_TASKS": "shop_d:Bills"} | variables)
    assert set(found(settings)) == expected


@pytest.mark.fault(110)
@pytest.mark.parametrize(
    "variables", [{"ROTA_TASK__CLEANUP__INTERVAL_SECONDS": "60"}, {}], ids=["setting", "name"]
)
def test_who_asks_for_a_task_that_is_left_out_is_told_how_to_have_it(settings_of, write, variables):
    write("shop_d.py", PREAMBLE)
    registry = discover(settings_of(ROTA_TASKS="shop_d:Bills", **variables))
    with pytest.raises(UnknownTaskError, match="'cleanup' is a reference task, left out") as caught:
        registry.get("cleanup")
    assert "name it in ROTA_ONLY or ROTA_TASKS" in str(caught.value)


def test_an_application_s_task_may_have_the_name_of_a_reference_task(settings_of, write):
    write("shop_e.py", PREAMBLE + "class Own(Bills):\n    name = 'cleanup'\n")
    registry = discover(settings_of(ROTA_TASKS="shop_e:Own", ROTA_ONLY="cleanup,notifications"))
    assert {name: task.source for name, task in registry.found.items()} == {
        "cleanup": "shop_e:Own",
        "notifications": "rota.tasks:register_tasks",
    }
    assert registry.left_out == ()


def test_but_only_once(settings_of, write):
    text = "class Own(Bills):\n    name = 'cleanup'\n\nclass Two(Own):\n    pass\n"
    write("shop_f.py", PREAMBLE + text)
    with pytest.raises(TaskDefinitionError) as caught:
        discover(settings_of(ROTA_TASKS="shop_f:Own,shop_f:Two"))
    assert "one from shop_f:Own, one from shop_f:Two" in str(caught.value)


def test_the_reference_tasks_named_by_hand_are_no_duplicates(settings_of):
    tasks = found(settings_of(ROTA_TASKS="rota.tasks:CleanupTask"))
    assert tasks["cleanup"] == (CleanupTask.interval_seconds, "rota.tasks:CleanupTask")


BROKEN = {
    "a module without a task": (
        "shop_g",
        "from rota import BaseTask\n\ndef register_tasks(scheduler):\n    pass\n",
        (
            "module 'shop_g' defines no task: write @task above a function there, or list "
            "tasks in TASKS, or name 'shop_g:register_tasks'"
        ),
    ),
    "a dot for the colon": (
        "shop_g.bills",
        "",
        (
            "ROTA_TASKS: 'shop_g.bills' cannot be imported: ModuleNotFoundError: No module named "
            "'shop_g.bills'; 'shop_g' is not a package ({path}); an attribute is named "
            "'shop_g:bills'"
        ),
    ),
    "an empty list": ("shop_g:TASKS", "TASKS = []\n", "'shop_g:TASKS' is an empty list"),
    "no list": ("shop_g", "TASKS = 5\n", "'shop_g:TASKS' is not a list: write TASKS = ["),
    "a list with something else": (
        "shop_g:TASKS",
        PREAMBLE + "TASKS = [bills, 5]\n",
        "'shop_g:TASKS[1]' is neither a task class, nor a task, ",
    ),
    "a function that cannot be a task": (
        "shop_g",
        "from rota import task\n\n@task\nasync def bills():\n    return None\n",
        (
            "ROTA_TASKS: 'shop_g' cannot be imported: @task on bills ({path}, line 3): has no "
            "parameter"
        ),
    ),
    "no attribute": ("shop_g:", "", "ROTA_TASKS: 'shop_g:' is not of the form"),
    "no such module": (
        "shop_nowhere:Bills",
        "",
        (
            "ROTA_TASKS: 'shop_nowhere' cannot be imported: ModuleNotFoundError: "
            "No module named 'shop_nowhere'; it is neither installed nor in this folder (/"
        ),
    ),
    "no such attribute": (
        "shop_g:Bils",
        PREAMBLE,
        "ROTA_TASKS: 'shop_g' has no attribute 'Bils', did you mean 'Bills'?",
    ),
    "a line of a library": (
        "shop_g:Bills",
        "import os\n\nDSN = os.environ['SHOP_NO_SUCH_VARIABLE']\n",
        (
            "ROTA_TASKS: 'shop_g' cannot be imported: KeyError: 'SHOP_NO_SUCH_VARIABLE' "
            "({path}, line 3)"
        ),
    ),
    "a line of another library": (
        "shop_g:Bills",
        "import httpx\n\nBASE = httpx.URL(3)\n",
        "ROTA_TASKS: 'shop_g' cannot be imported: TypeError: Invalid type for url.",
    ),
    "a name of Python's own": (
        "calendar:Bills",
        "",
        "ROTA_TASKS: 'calendar' has no attribute 'Bills' (" + calendar.__file__ + ", which is "
        "Python's own module",
    ),
    "a name that is built in": (
        "sys:Bills",
        "",
        "ROTA_TASKS: 'sys' has no attribute 'Bills' (built into Python, which is Python's own",
    ),
    "a module in a package of Python's own": (
        "email.tasks:Bills",
        "",
        "ROTA_TASKS: 'email.tasks' cannot be imported: ModuleNotFoundError: No module named "
        "'email.tasks' (" + email.__file__ + ", which is Python's own module",
    ),
    "a text that cannot be read": (
        "shop_g:Bills",
        (
            "class Silent(Exception):\n    def __str__(self):\n        raise SystemExit\n\n"
            "raise Silent\n"
        ),
        (
            "ROTA_TASKS: 'shop_g' cannot be imported: Silent: Silent (its text cannot be read: "
            "SystemExit) ({path}, line 5)"
        ),
    ),
    "an attribute that breaks": (
        "shop_g:Reads",
        PREAMBLE + "class Reads(Bills):\n    name = 'reads'\n    @property\n"
        "    def interval_seconds(self):\n        import os\n"
        "        return int(os.environ['SHOP_NO_SUCH_VARIABLE'])\n",
        "'shop_g:Reads' cannot be used: KeyError: 'SHOP_NO_SUCH_VARIABLE' ({path}, line 21)",
    ),
    "a number that cannot be shown": (
        "shop_g:Long",
        PREAMBLE + "class Long(Bills):\n    interval_seconds = 10**5000\n",
        "task 'bills': interval_seconds = <int> (it cannot be shown: ValueError) is not allowed: ",
    ),
    "a name that cannot be shown": (
        "shop_g:Long",
        PREAMBLE + "class Long(Bills):\n    name = 10**5000\n",
        "task name <int> (it cannot be shown: ValueError) is not allowed: ",
    ),
    "a name of megabytes": (
        "shop_g:Long",
        PREAMBLE + "class Long(Bills):\n    name = 'x' * 10**6\n",
        "task name 'xxx",
    ),
    "an exit when it is made": (
        "shop_g:Wants",
        PREAMBLE + "class Wants(Bills):\n    def __init__(self):\n        raise SystemExit(3)\n",
        "'shop_g:Wants' cannot be instantiated without arguments: SystemExit: 3 ({path}, line ",
    ),
    "a broken import": (
        "shop_g:Bills",
        "import json\nimport shop_missing\n",
        (
            "ROTA_TASKS: 'shop_g' cannot be imported: ModuleNotFoundError: "
            "No module named 'shop_missing' ({path}, line 2)"
        ),
    ),
    "an error in the module": (
        "shop_g:Bills",
        "x = 1\n\n1 / 0\n",
        (
            "ROTA_TASKS: 'shop_g' cannot be imported: ZeroDivisionError: division by zero "
            "({path}, line 3)"
        ),
    ),
    "a syntax error": (
        "shop_g:Bills",
        "x = 1\ndef f(:\n",
        "ROTA_TASKS: 'shop_g' cannot be imported: SyntaxError: invalid syntax (shop_g.py, line 2)",
    ),
    "an exit in the module": (
        "shop_g:Bills",
        "import sys\nsys.exit(3)\n",
        "ROTA_TASKS: 'shop_g' cannot be imported: SystemExit: 3 ({path}, line 2)",
    ),
    "neither task nor function": (
        "shop_g:x",
        "x = 5\n",
        (
            "'shop_g:x' is neither a task class, nor a task, nor a function like "
            "register_tasks(scheduler)"
        ),
    ),
    "an async function": (
        "shop_g:run",
        "async def run(api_client):\n    return None\n",
        (
            "'shop_g:run' is neither a task class, nor a task, nor a function like "
            "register_tasks(scheduler); write @task above it"
        ),
    ),
    "a class that wants arguments": (
        "shop_g:Wants",
        PREAMBLE + "class Wants(Bills):\n    def __init__(self, dsn):\n        pass\n",
        "'shop_g:Wants' cannot be instantiated without arguments: TypeError: ",
    ),
    "an abstract class": (
        "shop_g:BaseTask",
        PREAMBLE,
        "'shop_g:BaseTask' cannot be instantiated without arguments: TypeError: ",
    ),
    "a function that breaks": (
        "shop_g:register",
        "def register(scheduler):\n    raise KeyError('dsn')\n",
        "'shop_g:register' failed: KeyError: 'dsn' ({path}, line 2)",
    ),
    "a bad name": (
        "shop_g:Bad",
        PREAMBLE + "class Bad(Bills):\n    name = 'Send Bills'\n",
        "task name 'Send Bills' is not allowed: ",
    ),
}


@pytest.mark.fault(121)
@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_used_is_refused_with_the_culprit(settings_of, write, case):
    target, text, message = BROKEN[case]
    path = write("shop_g.py", text)
    with pytest.raises(ConfigError) as caught:
        discover(settings_of(ROTA_TASKS=target))
    told = str(caught.value)
    assert told.startswith(message.format(path=path))
    assert "\n" not in told
    assert len(told) < 1000
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.fault(121)
def test_a_file_that_hides_behind_one_of_python_s_own_is_named(settings_of, tmp_path):
    (tmp_path / "calendar.py").write_text(PREAMBLE, "utf-8")
    with pytest.raises(ConfigError, match=r"; rename calendar\.py, which it hides\)$"):
        discover(settings_of(ROTA_TASKS="calendar:Bills"))


@pytest.mark.fault(121)
def test_an_installed_application_s_own_line_is_named_not_its_library_s(settings_of, write):
    write("site-packages/library/__init__.py", "def connect():\n    raise OSError('no')\n")
    path = write("site-packages/shop_s/__init__.py", "from shop_s import db\n").parent
    write("site-packages/shop_s/db.py", "import library\n\nlibrary.connect()\n")
    sys.path.insert(0, str(path.parent))
    try:
        with pytest.raises(ConfigError) as caught:
            discover(settings_of(ROTA_TASKS="shop_s:Bills"))
    finally:
        sys.path.remove(str(path.parent))
    assert str(caught.value).endswith(f"OSError: no ({path / 'db.py'}, line 3)")


def test_a_broken_entry_point_is_named_with_its_package(settings_of, write):
    write("shop_h-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: shop-h\nVersion: 1.0\n")
    write("shop_h-1.0.dist-info/entry_points.txt", "[rota.tasks]\nshop = shop_h:register\n")
    with pytest.raises(ConfigError) as caught:
        discover(settings_of())
    assert str(caught.value).startswith(
        "entry point 'shop' of package 'shop-h': 'shop_h' cannot be imported: ModuleNotFoundError"
    )


def test_a_task_can_stand_in_the_folder_where_the_command_is_typed(settings_of, tmp_path):
    (tmp_path / "shop_here.py").write_text(PREAMBLE, "utf-8")
    assert "bills" in found(settings_of(ROTA_TASKS="shop_here:Bills"))


def test_a_folder_that_is_gone_does_no_harm(settings_of, tmp_path, write, monkeypatch):
    write("shop_i.py", PREAMBLE)
    settings = settings_of(ROTA_TASKS="shop_i:Bills")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert "bills" in found(settings)


def test_what_a_function_registers_is_taken_as_it_says(settings_of, write):
    write("shop_i.py", PREAMBLE)
    tasks = discover(settings_of(ROTA_TASKS="shop_i:register_tasks")).found
    assert (tasks["plain"].interval_seconds, tasks["plain"].run_on_start) == (60, True)
    assert (tasks["bills"].interval_seconds, tasks["bills"].run_on_start) == (120, False)


@pytest.mark.parametrize("stated", [True, False])
def test_whether_it_runs_on_start_is_the_tasks_own(settings_of, write, stated):
    write("shop_i.py", PREAMBLE + f"class Own(Bills):\n    run_on_start = {stated}\n")
    task = discover(settings_of(ROTA_TASKS="shop_i:Own")).found["bills"]
    assert task.run_on_start is stated


def test_the_reference_tasks_keep_what_they_register_with(settings_of):
    tasks = discover(settings_of(TASK_INTERVAL_SECONDS="7")).found
    assert {name: (task.interval_seconds, task.run_on_start) for name, task in tasks.items()} == {
        "cleanup": (3600, False),
        "notifications": (300, True),
    }


def test_entry_points_are_read_in_the_order_of_their_names_and_rotas_own_last(settings_of, write):
    write("shop_i.py", PREAMBLE + "class More(Bills):\n    name = 'more'\n")
    points = "[rota.tasks]\nz = shop_i:Bills\na = shop_i:More\n"
    write("shop_i-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: shop-i\nVersion: 1.0\n")
    write("shop_i-1.0.dist-info/entry_points.txt", points)
    assert list(discover(settings_of()).found) == ["more", "bills"]


def test_an_entry_point_of_no_package_is_named_alone(settings_of, monkeypatch):
    point = EntryPoint("shop", "shop_nowhere:register", "rota.tasks")
    monkeypatch.setattr("rota.tasks.discovery.installed", lambda _: [point])
    with pytest.raises(
        ConfigError, match=r"^entry point 'shop': 'shop_nowhere' cannot be imported"
    ):
        discover(settings_of())
