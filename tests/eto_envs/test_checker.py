"""`check_text_env` passes a world that keeps the contract, and names what another one breaks."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import pytest

import eto_envs
from eto_envs import ConversationFormat, check_text_env
from eto_envs.core import HistoryStep, Snapshot, WorldStep
from eto_envs.errors import ContractError, EtoEnvError, MissingDependencyError
from eto_envs.progress import Subgoal
from eto_envs.tasks import Task
from eto_envs.toy.locked_door import LockedDoorEnv

counter = itertools.count()


class MumblingEnv(LockedDoorEnv):
    """Says something new every time."""

    def _start(self, task: Task) -> WorldStep:
        return WorldStep(f"{super()._start(task).observation} Day {next(counter)}.")


class RememberingEnv(LockedDoorEnv):
    """An episode shows how many were played before it in this environment."""

    played = 0

    def _start(self, task: Task) -> WorldStep:
        self.played += task.id != self.tasks[0].id
        return super()._start(task)

    def _apply(self, action: str) -> WorldStep:
        step = super()._apply(action)
        return WorldStep(f"{step.observation} {self.played > 3}", step.score, step.done, step.success, step.valid)


class RenamingEnv(LockedDoorEnv):
    """Subgoals disappear when they are done."""

    def _subgoals(self) -> tuple[Subgoal, ...]:
        names = "left" if self._actions else "all"
        return tuple(Subgoal(f"{each.name}, {names}", each.done) for each in super()._subgoals())


class AsciiEnv(LockedDoorEnv):
    """Writes every action down."""

    def _apply(self, action: str) -> WorldStep:
        action.encode()
        return super()._apply(action)


class TerseEnv(LockedDoorEnv):
    """Leaves a key of `info` out, sometimes."""

    def _info(self) -> dict[str, Any]:
        info = super()._info()
        if self._actions:
            del info["progress"]
        return info


class BytesEnv(LockedDoorEnv):
    """Speaks bytes."""

    def _apply(self, action: str) -> WorldStep:
        step = super()._apply(action)
        return WorldStep(step.observation.encode(), step.score, step.done, step.success)  # type: ignore[arg-type]


class SharedStateEnv(LockedDoorEnv):
    """A snapshot is the state itself, which goes on changing."""

    def _start(self, task: Task) -> WorldStep:
        self.log: list[str] = []
        return super()._start(task)

    def _apply(self, action: str) -> WorldStep:
        self.log.append(action)
        step = super()._apply(action)
        return WorldStep(f"{len(self.log)}. {step.observation}", step.score, step.done, step.success, step.valid)

    def _capture(self) -> Any:
        return super()._capture(), self.log

    def _reinstate(self, task: Task, world: Any) -> None:
        state, self.log = world
        super()._reinstate(task, state)


class LyingOracleEnv(LockedDoorEnv):
    """Its oracle forgets to unlock the door."""

    def _oracle_actions(self) -> Sequence[str]:
        return [action for action in super()._oracle_actions() if not action.startswith("unlock")]


class DeafEnv(LockedDoorEnv):
    """Lists actions that it does not understand."""

    def _admissible_actions(self) -> Sequence[str]:
        return [f"kindly {action}" for action in super()._admissible_actions()]


class LenientEnv(LockedDoorEnv):
    """Goes on after the end, and before the start."""

    def _require_open(self) -> None:
        if self._task is None:
            self.reset(seed=0)


class EndlessEnv(LockedDoorEnv):
    """Takes steps after the end."""

    def _require_open(self) -> None:
        _ = self.task


class SwallowingEnv(LockedDoorEnv):
    """Ignores options that it does not know."""

    def reset(self, *, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        known = ("task", "prefix", "expected_observations")
        return super().reset(seed=seed, options={key: (options or {})[key] for key in known if key in (options or {})})


class TrustingEnv(LockedDoorEnv):
    """Does not compare what a prefix leads to."""

    def _replay(self, prefix: Sequence[str], expected: Sequence[str] | None) -> tuple[HistoryStep, ...]:
        return super()._replay(prefix, None)


class GenerousEnv(LockedDoorEnv):
    """Gives the score with every step."""

    def _advance(self, action: str) -> tuple[float, bool, bool]:
        _, terminated, truncated = super()._advance(action)
        return self._unit_score() + 0.1, terminated, truncated


class UnpicklableEnv(LockedDoorEnv):
    """Holds on to a lock."""

    def _capture(self) -> Any:
        return super()._capture(), threading.Lock()

    def _reinstate(self, task: Task, world: Any) -> None:
        super()._reinstate(task, world[0])


class GamblingEnv(LockedDoorEnv):
    """Draws from the generator of the whole process, to no effect."""

    def _apply(self, action: str) -> WorldStep:
        random.random()
        return super()._apply(action)


class OverjoyedEnv(LockedDoorEnv):
    """Makes more progress than there is."""

    def _progress(self) -> float:
        return 1.5


class ForgetfulEnv(LockedDoorEnv):
    """Cannot go back to a snapshot exactly."""

    def restore(self, snapshot: Snapshot) -> tuple[str, dict[str, Any]]:
        observation, info = super().restore(snapshot)
        return observation, {**info, "steps": 0}


class SecretiveEnv(LockedDoorEnv):
    """Keeps the goal from a language model."""

    conversation = ConversationFormat("Leave.", goal_in_task=False)


class JavalessEnv(LockedDoorEnv):
    """Cannot run here."""

    def _start(self, task: Task) -> WorldStep:
        raise MissingDependencyError("No Java was found.")


BROKEN = [
    (MumblingEnv, "Day"),
    (RememberingEnv, "True"),
    (RenamingEnv, "Names of the subgoals"),
    (AsciiEnv, "UnicodeEncodeError.*any string gets an observation"),
    (TerseEnv, "Keys of info after step 1.*'progress'"),
    (BytesEnv, "check_env|no text"),
    (SharedStateEnv, r"restore\(\)"),
    (LyingOracleEnv, "The oracle does not solve task 'one-key/0'"),
    (DeafEnv, "only 0 are understood"),
    (LenientEnv, r"step\(\) before reset\(\) is accepted; expected EpisodeError"),
    (EndlessEnv, "A step after the end is accepted"),
    (SwallowingEnv, "An unknown reset option is accepted; expected UnknownNameError"),
    (TrustingEnv, "A prefix that leads elsewhere than expected is accepted; expected DivergenceError"),
    (GenerousEnv, "rewards of an episode with reward_mode='final' sum to"),
    (UnpicklableEnv, "TypeError in the check of snapshot: cannot pickle"),
    (GamblingEnv, "global random generator"),
    (SecretiveEnv, "The task turn of its conversation lacks the goal 'Leave the house"),
    (OverjoyedEnv, r"info\['progress'\] is 1.5"),
    (ForgetfulEnv, r"What restore\(\) returns.*'steps': 0"),
]


@pytest.mark.parametrize("settings", [{}, {"reward_mode": "delta"}, {"admissible_actions": True}, {"split": "unseen"}])
def test_a_sound_environment_passes(settings: dict[str, Any]) -> None:
    check_text_env(gymnasium.make("eto/LockedDoor-v0", **settings))


def test_an_environment_that_is_not_registered_passes() -> None:
    check_text_env(LockedDoorEnv(split="seen"), task="three-keys/85")


def test_the_environment_is_left_open() -> None:
    env = LockedDoorEnv()
    check_text_env(env)
    env.reset(seed=0)
    assert env.step("look")[4]["steps"] == 1


@pytest.mark.parametrize(("broken", "message"), BROKEN, ids=[broken.__name__ for broken, _ in BROKEN])
def test_a_broken_environment_is_named_with_what_it_breaks(broken: type[LockedDoorEnv], message: str) -> None:
    with pytest.raises(ContractError, match=f"(?s)^{broken.__name__}: .*({message})") as caught:
        check_text_env(broken())
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, AssertionError)
    assert isinstance(caught.value, EtoEnvError)


def test_a_missing_dependency_is_not_the_environments_fault() -> None:
    with pytest.raises(MissingDependencyError):
        check_text_env(JavalessEnv())


def test_other_environments_are_refused() -> None:
    with pytest.raises(ContractError, match=r"CartPoleEnv is no subclass of eto_envs\.TextEnv"):
        check_text_env(gymnasium.make("CartPole-v1"))  # type: ignore[arg-type]


def test_it_is_public() -> None:
    assert "check_text_env" in eto_envs.__all__
