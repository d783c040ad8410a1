"""The exceptions of `eto_envs`, one small tree.

```
EtoEnvError                      wrong use, or a set-up that cannot work
├── UnknownNameError             a task, split, manifest or option that does not exist (also a ValueError, KeyError)
├── InvalidActionTypeError       an action that is not a string (also a TypeError)
├── EpisodeError                 a step, snapshot or query with no episode under way (also gymnasium's ResetNeeded)
├── PrefixError                  a prefix that cannot be replayed to an open episode
│   └── DivergenceError          a replayed observation differs from the expected one
├── ContractError                an environment that breaks the contract of the suite (also an AssertionError)
├── DataError                    a file that is missing, damaged or of another version
├── MissingDependencyError       something has to be installed first
├── PluginError                  a `module:name` whose module does not exist or fails on import
└── SimulatorError               the simulator of a world stopped or did not answer
    └── WorkerError              a worker process of a pool died and could not be brought back
```

What an *agent* does wrong is never an exception: the world answers with an observation. A message names
what was given, what is allowed, and the command that fixes it, on one line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from gymnasium.error import ResetNeeded

__all__ = [
    "ContractError",
    "DataError",
    "DivergenceError",
    "EpisodeError",
    "EtoEnvError",
    "InvalidActionTypeError",
    "MissingDependencyError",
    "PluginError",
    "PrefixError",
    "SimulatorError",
    "UnknownNameError",
    "WorkerError",
]


class EtoEnvError(Exception):
    """Base of every error that `eto_envs` raises on purpose."""


class UnknownNameError(EtoEnvError, ValueError, KeyError):
    """A name that does not exist, with the names that do."""

    def __str__(self) -> str:
        return Exception.__str__(self)  # KeyError would put the message in quotes

    @classmethod
    def of(
        cls, kind: str, given: object, allowed: Iterable[str], fix: str = "", *, where: str = ""
    ) -> UnknownNameError:
        """Builds the message: what was given (and `where`), what is allowed (the closest few of many), what to run."""
        names = list(allowed)
        shown = names
        if len(names) > 12:
            shown = difflib.get_close_matches(str(given), names, n=4, cutoff=0.5) or names[:4]
        more = f" ... ({len(names)} in all)" if len(shown) < len(names) else ""
        hint = f" {fix}" if fix else ""
        place = f" {where}" if where else ""
        return cls(f"Unknown {kind} {given!r}{place}; expected one of {', '.join(shown)}{more}.{hint}")


class InvalidActionTypeError(EtoEnvError, TypeError):
    """An action that is not a string."""


class EpisodeError(EtoEnvError, ResetNeeded):
    """No episode is under way: `reset` was not called, or the episode has ended."""


class PrefixError(EtoEnvError):
    """A prefix ended the episode before the agent's turn, or its expectations do not fit it."""


class DivergenceError(PrefixError):
    """A replayed action led to another observation than the expected one.

    Attributes:
        index: position of the action in the prefix, from 0.
        action: the replayed action.
        expected: the observation that was expected.
        observed: the observation that came.
    """

    def __init__(self, index: int, action: str, expected: str, observed: str) -> None:
        super().__init__(index, action, expected, observed)
        self.index, self.action, self.expected, self.observed = index, action, expected, observed

    def __str__(self) -> str:
        return (
            f"The prefix diverges at action {self.index} ({self.action!r}): expected {self.expected!r}, "
            f"observed {self.observed!r}; record the prefix again with this version."
        )


class ContractError(EtoEnvError, AssertionError):
    """An environment that does not keep the contract of the suite; `check_text_env` raises it."""


class DataError(EtoEnvError):
    """A data file is missing, damaged, or of another version."""


class MissingDependencyError(EtoEnvError):
    """A package or program that this environment needs is not installed."""


class PluginError(EtoEnvError):
    """The module of a `module:name` does not exist, or importing it fails."""


class SimulatorError(EtoEnvError, RuntimeError):
    """The simulator behind a world stopped, ran out of memory, or did not answer in time."""


class WorkerError(SimulatorError):
    """A worker process of a pool died more often than it may."""
