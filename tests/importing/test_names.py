import pytest

from rota.importing.names import TaskNames
from rota.tasks.naming import MAX_NAME_CHARACTERS

LONG = "a" * MAX_NAME_CHARACTERS


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        (["backup", "backup", "backup"], ["backup", "backup-2", "backup-3"]),
        (["backup", "backup-2", "backup"], ["backup", "backup-2", "backup-3"]),
        (["backup", "backup", "backup-2"], ["backup", "backup-2", "backup-2-2"]),
        ([LONG, LONG], [LONG, f"{LONG[:-2]}-2"]),
    ],
)
def test_of_jobs_with_one_name_the_later_are_numbered(wanted, given):
    names = TaskNames()

    assert [names.give(each) for each in wanted] == given


def test_of_many_jobs_with_one_name_each_costs_as_much_as_the_first():
    names = TaskNames()
    looks = 0

    class Counting(set):
        def __contains__(self, name):
            nonlocal looks
            looks += 1
            return super().__contains__(name)

    names._taken = Counting()
    given = {names.give("backup") for _ in range(1000)}

    assert (len(given), looks) == (1000, 1999)
