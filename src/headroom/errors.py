"""What can go wrong for a user, each kind with the exit code the command line gives it."""


class HeadroomError(Exception):
    """A problem the user can fix: `message` says what and where, `hint` what to do."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep both sentences apart so that the command line can set them in two styles."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class MissingExtraError(HeadroomError):
    """A library that only one command needs is not installed."""


class CheckFailedError(HeadroomError):
    """A report differs from its expected tables."""

    exit_code = 1


class UsageError(HeadroomError):
    """An option or an environment variable is invalid."""

    exit_code = 2


class SourceRejectedError(HeadroomError):
    """The gate refused the raw tables; no mart was touched."""

    exit_code = 3


class BuildFailedError(HeadroomError):
    """A dbt node failed; the tables that depend on it stay as the last good build left them."""

    exit_code = 4


class WarehouseUnavailableError(HeadroomError):
    """The database is locked, missing or not reachable."""

    exit_code = 5


class LockedError(WarehouseUnavailableError):
    """Another process or session holds the lock that this one needs for too long."""


class NotOursError(HeadroomError):
    """Headroom would overwrite a table that it did not make."""

    exit_code = 6


class InputRejectedError(HeadroomError):
    """A part of the logs could not be loaded; with `--strict`, nothing was."""

    exit_code = 7


class AnotherBuildError(LockedError):
    """Another build holds the lock of this database, and did not end in time."""

    exit_code = 8
