"""`test/Brittle-v0`: LockedDoor on a simulator that dies, at the start of `three-keys/0` and by the action `break`."""

from __future__ import annotations

from collections.abc import Sequence

import gymnasium

from eto_envs.core import WorldStep
from eto_envs.errors import SimulatorError
from eto_envs.tasks import Task
from eto_envs.toy.locked_door import LockedDoorEnv


class BrittleEnv(LockedDoorEnv):
    """The oracle of its two-key houses breaks it after a look."""

    def _start(self, task: Task) -> WorldStep:
        if task.id == "three-keys/0":
            raise SimulatorError("The simulator did not start.")
        return super()._start(task)

    def _apply(self, action: str) -> WorldStep:
        if action == "break":
            raise SimulatorError("The simulator\nstopped.")
        return super()._apply(action)

    def _oracle_actions(self) -> Sequence[str]:
        return ["look", "break"] if self.task.type == "two-keys" else super()._oracle_actions()


gymnasium.register("test/Brittle-v0", entry_point=BrittleEnv, order_enforce=False)
