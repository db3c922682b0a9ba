"""What an application may hand over that breaks as soon as somebody looks at it."""

from collections.abc import Mapping

from rota.errors import ApiError


class SilentError(Exception):
    """Its text raises `error`."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def __str__(self):
        raise self.error

    __repr__ = __str__


class LyingApiError(ApiError):
    """Its exit code is none."""

    @property
    def exit_code(self):
        raise ZeroDivisionError


class SucceedingError(ApiError):
    """It says that all is well."""

    exit_code = 0


class UnknownCodeError(ApiError):
    """Its exit code is not in the table."""

    exit_code = 77


class BrokenGroup(ExceptionGroup):
    """Its members cannot be had."""

    @property
    def exceptions(self):
        raise SystemExit(9)


class BrokenMapping(Mapping):
    """It raises `error` once `good` has been read."""

    def __init__(self, error, good=()):
        self.error = error
        self.good = good

    def __iter__(self):
        yield from self.good
        raise self.error

    def __getitem__(self, key):
        return 1

    def __len__(self):
        raise self.error


def ring():
    held = {}
    held["self"] = held
    return held


ERRORS = {
    "text raises": lambda: SilentError(KeyError("x")),
    "text exits": lambda: SilentError(SystemExit(3)),
    "text interrupts": lambda: SilentError(KeyboardInterrupt()),
    "exit with such a code": lambda: SystemExit(SilentError(SystemExit(3))),
    "long number": lambda: ValueError(10**5000),
    "megabytes": lambda: ValueError("x" * 10_000_000),
    "exit code raises": lambda: LyingApiError("x"),
    "exit code of success": lambda: SucceedingError("x"),
    "exit code of nobody": lambda: UnknownCodeError("x"),
    "group": lambda: BrokenGroup("x", [ValueError("y")]),
    "in a group": lambda: ExceptionGroup("x", [SilentError(SystemExit(3)), ValueError("y")]),
    "base": lambda: BaseException(SilentError(SystemExit(3))),
}
COUNTS = {
    "items raise": lambda: BrokenMapping(KeyError("x"), ["sent"]),
    "items exit": lambda: BrokenMapping(SystemExit(3), ["sent"]),
    "holds itself": ring,
    "long number": lambda: {"sent": 10**5000},
    "text raises": lambda: {"sent": SilentError(SystemExit(3))},
    "key raises": lambda: {SilentError(SystemExit(3)): 1},
    "megabytes": lambda: {"sent": "x" * 10_000_000},
    "very many": lambda: dict.fromkeys(range(100_000), 1),
}
