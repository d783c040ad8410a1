"""Gymnasium wrappers of the suite."""

from __future__ import annotations

import os
from typing import Any

import gymnasium

from eto_envs.errors import EpisodeError, SimulatorError
from eto_envs.recording import blank_trajectory, text_env
from eto_envs.trajectory import Trajectory, append_trajectory

__all__ = ["RecordTrajectories"]


class RecordTrajectories(gymnasium.Wrapper[str, str, str, str], gymnasium.utils.RecordConstructorArgs):
    """Appends every episode to a JSON Lines file, one line each.

    An episode is written when it ends, when the simulator dies under it (outcome `error`), and when it is abandoned,
    which the next `reset` or `close` tells (outcome None). Episodes in which the agent took no action are not written.

    Args:
        env: an environment of the suite.
        path: the file; it is created with the first line.
        policy: name of who acts, and the policy's `seed`, noted in every record.

    Attributes:
        trajectory: the record of the current episode, or of the last one; None before the first.
    """

    def __init__(
        self,
        env: gymnasium.Env[str, str],
        path: str | os.PathLike[str],
        policy: str = "",
        seed: int | None = None,
    ) -> None:
        gymnasium.utils.RecordConstructorArgs.__init__(self, path=os.fspath(path), policy=policy, seed=seed)
        gymnasium.Wrapper.__init__(self, env)
        self.path = os.fspath(path)
        self.policy = policy
        self.seed = seed
        self.trajectory: Trajectory | None = None
        self._pending = False

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        self._write()
        observation, info = self.env.reset(seed=seed, options=options)
        base = text_env(self.env)
        split = info["split"].removeprefix(f"{base.manifest.name}/")
        blank = blank_trajectory(self, base.task, split, policy=self.policy, seed=self.seed)
        self.trajectory, self._pending = blank.begin(observation, info), True
        return observation, info

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Takes one action and notes it.

        Raises:
            EpisodeError: as for any environment; also where the episode was changed beneath the wrapper, for instance
                by `env.unwrapped.restore`: a record of it would be untrue, so it is dropped.
        """
        try:
            observation, reward, terminated, truncated, info = self.env.step(action)
        except SimulatorError as error:
            if self.trajectory is not None and self._pending:
                self.trajectory.finish("error", None, str(error))
            self._write()
            raise
        self._note(action, observation, float(reward), info)
        return observation, float(reward), terminated, truncated, info

    def close(self) -> None:
        self._write()
        self.env.close()

    def _note(self, action: str, observation: str, reward: float, info: dict[str, Any]) -> None:
        trajectory = self.trajectory
        if trajectory is None or len(trajectory.turns) != info["steps"] or trajectory.task != info["task"]:
            self.trajectory, self._pending = None, False
            raise EpisodeError(
                "The episode was changed beneath RecordTrajectories, so its record is dropped; "
                "call reset() on the wrapper, and restore snapshots only in environments without it."
            )
        trajectory.record(action, action, observation, reward, info)
        if info["outcome"] is not None:
            self._write()

    def _write(self) -> None:
        """Writes the record of the current episode, once."""
        pending, self._pending = self._pending, False
        if pending and self.trajectory is not None and any(turn.role == "agent" for turn in self.trajectory.turns):
            append_trajectory(self.path, self.trajectory)
