"""Checking imported episodes in our worlds: the same actions, and whether the same is seen.

What replays to the end gets scores, progress and outcome from the world, so that it serves as an expert's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from eto_envs.conversation import ConversationFormat
from eto_envs.core import TextEnv
from eto_envs.errors import UnknownNameError
from eto_envs.recording import blank_trajectory
from eto_envs.trajectory import Trajectory, Turn

__all__ = ["Verdict", "replay"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one episode.

    Attributes:
        trajectory: as replayed; as given where the task is unknown.
        status: `same` (all observations are equal up to white space), `diverged`, or `unknown task`.
        differing: positions of the turns whose observations differ; 0 is the task itself.
        expected, observed: the texts of the first of them.
        surplus: how many actions the file has after the world has ended the episode; they are left out.
        stated_reward: what the file said; None where it said nothing.
    """

    trajectory: Trajectory
    status: str
    differing: tuple[int, ...] = ()
    expected: str = ""
    observed: str = ""
    surplus: int = 0
    stated_reward: float | None = None

    @property
    def reward_differs(self) -> bool:
        """Whether the world's reward is another one than the file's."""
        reward = self.trajectory.final_reward
        return self.status != "unknown task" and self.stated_reward not in (None, reward)


def replay(trajectories: Iterable[Trajectory], env: TextEnv) -> Iterator[Verdict]:
    """Replays episodes and yields a verdict for each.

    Args:
        trajectories: of tasks of any split of the environment; turns without an action are skipped, as the world is
            not told of them.
        env: the environment, without wrappers, made with the settings of the recordings.
    """
    for each in trajectories:
        try:
            split, task = env.manifest.locate(each.task, env.split)
        except UnknownNameError:
            yield Verdict(each, "unknown task", stated_reward=each.final_reward)
            continue
        blank = blank_trajectory(env, task, split, policy=each.policy)
        played = replace(blank, env=each.env, meta=each.meta)
        _play(each, played, env)
        differing, texts = _compared(each, played, env.conversation)
        status = "diverged" if differing else "same"
        surplus = len(each.turns) - len(played.turns)
        yield Verdict(played, status, differing, *texts, surplus=surplus, stated_reward=each.final_reward)


def _play(given: Trajectory, played: Trajectory, env: TextEnv) -> None:
    """Takes the actions, until the world ends the episode."""
    observation, info = env.reset(options={"task": given.task})
    played.begin(observation, info)
    played.turns[0].meta = given.turns[0].meta
    for turn in given.turns[1:]:
        if played.outcome is not None:
            return
        if turn.action is None:
            last = played.turns[-1]
            again = replace(turn, score=last.score, progress=last.progress, valid=False, subgoals=list(last.subgoals))
            played.turns.append(again)
            continue
        observation, reward, _, _, info = env.step(turn.action)
        recorded = played.record(turn.text, turn.action, observation, float(reward), info)
        recorded.role, recorded.meta = turn.role, turn.meta
    if played.outcome is None:
        score = played.turns[-1].score / played.max_score
        played.finish("gave_up", min(1.0, max(0.0, score)))


def _compared(
    given: Trajectory, played: Trajectory, words: ConversationFormat
) -> tuple[tuple[int, ...], tuple[str, str]]:
    """Positions of the turns whose observations differ, and both texts of the first."""
    pairs = [(_task(given.turns[0], words), _task(played.turns[0], words))]
    pairs += [
        (one.observation, other.observation) for one, other in zip(given.turns[1:], played.turns[1:], strict=False)
    ]
    imported: dict[str, Any] = given.meta.get("imported", {"ends_with_observation": True})
    if not imported["ends_with_observation"] and len(given.turns) > 1:
        pairs = pairs[: len(given.turns) - 1]  # what the last action led to is not in the file
    differing = tuple(position for position, (one, other) in enumerate(pairs) if one.split() != other.split())
    return differing, pairs[differing[0]] if differing else ("", "")


def _task(turn: Turn, words: ConversationFormat) -> str:
    return words.render_task(turn.text, turn.observation)
