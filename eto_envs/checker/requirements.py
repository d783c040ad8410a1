"""What the checks are written with: each broken requirement becomes one line."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeVar

from eto_envs.errors import ContractError, EtoEnvError, MissingDependencyError

__all__ = ["reported", "require", "require_equal", "require_error", "shortened"]

E = TypeVar("E", bound=EtoEnvError)


def require(kept: bool, message: str) -> None:
    """Raises `ContractError` with the message unless the requirement is kept."""
    if not kept:
        raise ContractError(message)


def require_equal(found: object, expected: object, what: str) -> None:
    """Raises `ContractError`, with both values, unless they are equal."""
    if found != expected:
        raise ContractError(f"{what}: expected {shortened(expected)}, found {shortened(found)}.")


def require_error(kind: type[E], what: str, call: Callable[[], object]) -> E:
    """Returns the error of that kind which the call raises; no error, or another one, is a `ContractError`."""
    try:
        call()
    except kind as error:
        return error
    except Exception as error:
        raise ContractError(f"{what} raises {type(error).__name__} ({error}); expected {kind.__name__}.") from error
    raise ContractError(f"{what} is accepted; expected {kind.__name__}.")


def shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else text[:297] + "..."


@contextmanager
def reported(name: str, what: str) -> Generator[None]:
    """Puts the environment's name to a broken requirement, and takes any other error for one."""
    try:
        yield
    except MissingDependencyError:
        raise
    except ContractError as error:
        raise ContractError(f"{name}: {error}") from error.__cause__
    except Exception as error:
        message = " ".join(str(error).split())
        raise ContractError(f"{name}: {type(error).__name__} in the check of {what}: {message}") from error
