"""`TextEnv`: the contract of every environment of the suite, in one place.

A world subclasses `TextEnv`, hands its tasks to `__init__` and fills four hooks: `_start`, `_apply`, `_goal` and
`_subgoals`. It may fill more: `_admissible_actions`, `_oracle_actions`, `_capture` / `_reinstate` (snapshots faster
than replay), `_shut_down`. Everything else (seeding, task choice, prefixes, step limits, rewards, `info`, snapshots,
pickling) is done here, the same for all.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import gymnasium

from eto_envs.conversation.format import ConversationFormat
from eto_envs.episode import HistoryStep, Snapshot, WorldStep, checked_limit, checked_prefix
from eto_envs.errors import DivergenceError, EpisodeError, InvalidActionTypeError, PrefixError, UnknownNameError
from eto_envs.progress import Subgoal, completed_share
from eto_envs.spaces import UnicodeText
from eto_envs.tasks import Manifest, Task, TaskSet

__all__ = ["REWARD_MODES", "HistoryStep", "RewardMode", "Snapshot", "TextEnv", "WorldStep"]

RewardMode = Literal["final", "delta"]
REWARD_MODES: tuple[RewardMode, ...] = ("final", "delta")
_RESET_OPTIONS = ("task", "prefix", "expected_observations")


class TextEnv(gymnasium.Env[str, str]):
    """Base of all environments: actions and observations are strings.

    Args:
        manifest: the tasks, by split.
        split: the split that `reset` samples from.
        max_steps: step limit of every episode; None takes each task's own.
        reward_mode: `final` gives the final score in [0, 1] once, with the last step; `delta` gives its changes.
            Either way an episode's rewards sum to its final score.
        admissible_actions: whether `info` carries the admissible actions of every state.
        render_mode: None or `ansi` (`render` returns the last observation).

    Raises:
        UnknownNameError: an unknown or empty split, reward mode or render mode, or an unusable step limit.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012  # gymnasium declares it so
    max_score: ClassVar[float] = 1.0
    """The world's own score that counts as 1."""
    conversation: ClassVar[ConversationFormat] = ConversationFormat()
    """How an episode reads to a language model."""

    _constructor: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        env = super().__new__(cls)
        env._constructor = (args, copy.deepcopy(kwargs))
        return env

    def __init__(
        self,
        manifest: Manifest,
        split: str,
        *,
        max_steps: int | None = None,
        reward_mode: RewardMode = "final",
        admissible_actions: bool = False,
        render_mode: str | None = None,
    ) -> None:
        if reward_mode not in REWARD_MODES:
            raise UnknownNameError.of("reward_mode", reward_mode, REWARD_MODES)
        if render_mode not in (None, "ansi"):
            raise UnknownNameError.of("render_mode", render_mode, ("None", "ansi"))
        self.manifest = manifest
        self.split = split
        self.tasks: TaskSet = manifest[split]
        if not self.tasks:
            filled = (name for name, tasks in manifest.items() if tasks)
            raise UnknownNameError(
                f"Split {split!r} of manifest {manifest.name!r} is empty; expected one of {', '.join(filled)}."
            )
        self.max_steps = checked_limit(max_steps)
        self.reward_mode: RewardMode = reward_mode
        self.render_mode = render_mode
        self.observation_space = UnicodeText()
        self.action_space = UnicodeText()
        self._list_admissible = admissible_actions
        self._task: Task | None = None
        self._task_split = split
        self._versions: dict[str, str] = {}
        self._actions: list[str] = []
        self._last = WorldStep("")
        self._ended = False

    # -- what a world fills in ---------------------------------------------------------------------------------

    @abstractmethod
    def _start(self, task: Task) -> WorldStep:
        """Builds the task's world, in the same state every time, and returns the first observation."""

    @abstractmethod
    def _apply(self, action: str) -> WorldStep:
        """Carries out any string whatever; what the world does not understand gets an observation too."""

    @abstractmethod
    def _goal(self) -> str:
        """The instruction of the current task."""

    @abstractmethod
    def _subgoals(self) -> tuple[Subgoal, ...]:
        """The steps towards the goal; the same names in the same order throughout an episode."""

    def _progress(self) -> float:
        """Progress in [0, 1]; the share of subgoals done unless the world knows better."""
        return completed_share(self._subgoals())

    @abstractmethod
    def _admissible_actions(self) -> Sequence[str]:
        """Actions that the world understands in the current state, in a fixed order."""

    @abstractmethod
    def _oracle_actions(self) -> Sequence[str]:
        """A full solution; `oracle_from` says from where."""

    def _capture(self) -> Any:
        """The world's state, picklable and independent of later steps; None means: replay the actions instead."""
        return None

    def _reinstate(self, task: Task, world: Any) -> None:
        """Puts back a state that `_capture` returned."""
        raise AssertionError(f"{type(self).__name__} captures states but cannot reinstate them.")

    def _shut_down(self) -> None:
        """Releases processes and files. May be called more than once; a later `reset` starts afresh."""

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that the course of an episode depends on, beyond task and actions."""
        return {}

    @property
    def versions(self) -> dict[str, str]:
        """Versions of the packages and data that the course of an episode depends on."""
        from eto_envs import __version__

        return {"eto-envs": __version__}

    # -- Gymnasium ---------------------------------------------------------------------------------------------

    def reset(self, *, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Starts an episode.

        Args:
            seed: seeds `np_random`, which samples a task of the split.
            options: `task`, the id of any task of the manifest; `prefix`, actions to replay first (teacher forcing);
                `expected_observations`, what each of them must lead to.

        Returns:
            The observation and `info`. After a prefix the observation is the one that follows it, and `info` also holds
            `first_observation` and `history`, a `HistoryStep` for each replayed action.

        Raises:
            UnknownNameError: an unknown option or task.
            PrefixError: the prefix ends the episode; or (DivergenceError) it leads elsewhere than expected.
        """
        super().reset(seed=seed)
        given = dict(options or {})
        for key in given:
            if key not in _RESET_OPTIONS:
                raise UnknownNameError.of("reset option", key, _RESET_OPTIONS)
        prefix, expected = checked_prefix(given)
        if given.get("task") is None:
            split, task = self.split, self.tasks[int(self.np_random.integers(len(self.tasks)))]
        else:
            split, task = self.manifest.locate(given["task"], self.split)
        self._begin(split, task)
        if not prefix:
            return self._last.observation, self._info()
        first_observation = self._last.observation
        try:
            history = self._replay(prefix, expected)
        except BaseException:
            self._task = None  # the agent must not go on from halfway through a prefix
            raise
        info = self._info()
        info["first_observation"], info["history"] = first_observation, history
        return self._last.observation, info

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Takes one action.

        Raises:
            InvalidActionTypeError: the action is not a string.
            EpisodeError: there is no episode, or it has ended.
        """
        if not isinstance(action, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidActionTypeError(f"Action {action!r} is a {type(action).__name__}; expected a str.")
        self._require_open()
        reward, terminated, truncated = self._advance(action)
        return self._last.observation, reward, terminated, truncated, self._info()

    def render(self) -> str | None:  # type: ignore[override]
        """The last observation, where `render_mode` is `ansi`."""
        return self._last.observation if self.render_mode == "ansi" else None

    def close(self) -> None:
        self._task = None
        self._shut_down()
        super().close()

    # -- beyond Gymnasium --------------------------------------------------------------------------------------

    @property
    def task(self) -> Task:
        """The task of the current episode.

        Raises:
            EpisodeError: there is no episode.
        """
        if self._task is None:
            raise EpisodeError(f"{type(self).__name__} has no episode; call reset() first.")
        return self._task

    @property
    def step_limit(self) -> int:
        """The number of steps after which the current episode is truncated."""
        return self.max_steps or self.task.max_steps

    def admissible_actions(self) -> list[str]:
        """Actions that the world understands in the current state.

        Raises:
            EpisodeError: there is no episode, or it has ended.
        """
        self._require_open()
        return list(self._admissible_actions())

    @property
    def oracle_from(self) -> Literal["state", "start"]:
        """Where the plan of `oracle_actions` begins: in the current state, or at the start of the task."""
        return "state"

    def oracle_actions(self) -> list[str]:
        """A full solution, from the current state or from the start of the task: see `oracle_from`.

        Empty where the oracle knows none.

        Raises:
            EpisodeError: there is no episode.
        """
        _ = self.task
        return list(self._oracle_actions())

    def snapshot(self) -> Snapshot:
        """The current state, to be put back with `restore`, in this or another process.

        Raises:
            EpisodeError: there is no episode.
        """
        return Snapshot(
            env=type(self).__name__,
            settings=tuple(sorted(self.settings.items())),
            task=self.task.id,
            actions=tuple(self._actions),
            last=self._last,
            world=self._capture(),
        )

    def restore(self, snapshot: Snapshot) -> tuple[str, dict[str, Any]]:
        """Puts a snapshot back and returns what `reset` would: the observation and `info`.

        Raises:
            UnknownNameError: the snapshot is of another environment, other settings or an unknown task.
            DivergenceError: replaying its actions leads elsewhere (another version of the world).
        """
        mine = (type(self).__name__, tuple(sorted(self.settings.items())))
        if (snapshot.env, snapshot.settings) != mine:
            raise UnknownNameError(
                f"The snapshot is of {snapshot.env} {dict(snapshot.settings)}; this is {mine[0]} {dict(mine[1])}: "
                "restore it in an environment made with the same settings."
            )
        split, task = self.manifest.locate(snapshot.task, self.split)
        if snapshot.world is None:
            self._begin(split, task)
            for action in snapshot.actions:
                self._advance(action)
            if self._last != snapshot.last:
                last = len(snapshot.actions) - 1
                action = snapshot.actions[-1] if snapshot.actions else ""
                raise DivergenceError(last, action, snapshot.last.observation, self._last.observation)
        else:
            self._reinstate(task, snapshot.world)
            self._task, self._task_split, self._versions = task, split, self.versions
            self._actions, self._last = list(snapshot.actions), snapshot.last
            self._ended = snapshot.last.done or len(self._actions) >= self.step_limit
        return self._last.observation, self._info()

    def __reduce__(self) -> tuple[Any, ...]:
        snapshot = None if self._task is None else self.snapshot()
        random_state = None if self._np_random is None else self.np_random
        return _rebuild, (type(self), *self._constructor, self.spec, random_state, self._np_random_seed, snapshot)

    # -- the course of an episode ------------------------------------------------------------------------------

    def _begin(self, split: str, task: Task) -> None:
        self._task = None  # a failed start leaves no episode
        first = self._start(task)
        self._task, self._task_split = task, split
        self._versions = self.versions
        self._actions, self._last, self._ended = [], first, False

    def _replay(self, prefix: Sequence[str], expected: Sequence[str] | None) -> tuple[HistoryStep, ...]:
        history: list[HistoryStep] = []
        for index, action in enumerate(prefix):
            reward, terminated, truncated = self._advance(action)
            observed = self._last.observation
            if expected is not None and observed != expected[index]:
                raise DivergenceError(index, action, expected[index], observed)
            if terminated or truncated:
                why = "ended the episode" if terminated else f"reached the limit of {self.step_limit} steps"
                raise PrefixError(
                    f"Action {index} ({action!r}) of a prefix of {len(prefix)} {why}; "
                    f"give at most the first {index} actions."
                )
            history.append(HistoryStep(action, observed, reward))
        return tuple(history)

    def _advance(self, action: str) -> tuple[float, bool, bool]:
        """One step without `info`: reward, terminated, truncated."""
        before = self._unit_score()
        self._last = self._apply(action)
        self._actions.append(action)
        terminated = self._last.done
        truncated = not terminated and len(self._actions) >= self.step_limit
        self._ended = terminated or truncated
        if self.reward_mode == "delta":
            return self._unit_score() - before, terminated, truncated
        return (self._unit_score() if self._ended else 0.0), terminated, truncated

    def _unit_score(self) -> float:
        return min(1.0, max(0.0, self._last.score / self.max_score))

    def _outcome(self) -> str | None:
        if not self._ended:
            return None
        if self._last.done:
            return "solved" if self._last.success else "failed"
        return "step_limit"

    def _info(self) -> dict[str, Any]:
        info: dict[str, Any] = {
            "task": self.task.id,
            "goal": self._goal(),
            "split": f"{self.manifest.name}/{self._task_split}",
            "steps": len(self._actions),
            "score": float(self._last.score),
            "progress": float(self._progress()),
            "subgoals": self._subgoals(),
            "success": self._last.success,
            "valid_action": self._last.valid,
            "outcome": self._outcome(),
            "versions": dict(self._versions),
        }
        if self._list_admissible:
            info["admissible_actions"] = () if self._ended else tuple(self._admissible_actions())
        return info

    def _require_open(self) -> None:
        if self._ended and self._task is not None:
            raise EpisodeError(f"The episode of task {self._task.id!r} has ended; call reset() to start another.")
        _ = self.task


def _rebuild(
    cls: type[TextEnv],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    spec: Any,
    random_state: Any,
    random_seed: int | None,
    snapshot: Snapshot | None,
) -> TextEnv:
    env = cls(*args, **kwargs)
    env.spec = spec
    env._np_random, env._np_random_seed = random_state, random_seed  # pyright: ignore[reportPrivateUsage]
    if snapshot is not None:
        env.restore(snapshot)
    return env
