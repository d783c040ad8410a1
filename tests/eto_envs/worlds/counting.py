"""`test/Counting-v0`: LockedDoor that notes every step it takes, and can forget how to keep its state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium

from eto_envs.core import WorldStep
from eto_envs.toy.locked_door import LockedDoorEnv


class CountingEnv(LockedDoorEnv):
    """Appends one line for each step to the file `log`; without `keeps_state`, snapshots are put back by replay."""

    def __init__(self, log: str = "", keeps_state: bool = True, **settings: Any) -> None:
        super().__init__(**settings)
        self._log, self._keeps_state = Path(log), keeps_state

    def _apply(self, action: str) -> WorldStep:
        with self._log.open("a", encoding="utf-8") as file:
            file.write(f"{action}\n")
        return super()._apply(action)

    def _capture(self) -> Any:
        return super()._capture() if self._keeps_state else None


gymnasium.register("test/Counting-v0", entry_point=CountingEnv, order_enforce=False)
