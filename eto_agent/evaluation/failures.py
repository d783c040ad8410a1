"""Why episodes fail: labels computed from trajectories alone, and their shares with examples.

An episode may carry several labels; an episode that was solved may carry some of the first three.

    loop             The same action brought the same observation three times, and in between nothing happened that had
                     not happened before: no other pair of action and observation was new, score and subgoals stayed
                     as they were, and no time was let pass (`World.watching`: to wait for a process and watch it is
                     no loop).
    invalid_action   At least one action that the world did not understand.
    format_error     At least one reply without an action.
    out_of_steps     The step limit ended the episode.
    gave_up          The policy had no reply any more (a full context, a plan or recording at its end), or the record
                     breaks off.
    other            Not solved, and none of the above.

The first three look at the agent's own turns only, not at those of a prefix. A world adds labels of its own
(`World.failures`), which its file in `worlds/` defines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eto_agent.worlds import World, world_of_record
from eto_envs.errors import UnknownNameError
from eto_envs.trajectory import Trajectory, Turn

__all__ = ["FailureShare", "FailureShares", "failure_labels", "failure_shares", "label_meanings"]

_CONDUCT = {
    "loop": "same action, same observation, three times with nothing new in between",
    "invalid_action": "an action that the world did not understand",
    "format_error": "a reply without an action",
}
_ENDS = {
    "out_of_steps": "ran out of steps",
    "gave_up": "had no reply any more",
    "other": "failed otherwise",
}
_LOOP = 3


def label_meanings(world: World) -> dict[str, str]:
    """Label -> what it says, in a few words, in the order of tables."""
    return {**_CONDUCT, **world.failure_meanings, **_ENDS}


@dataclass(frozen=True, slots=True)
class FailureShare:
    """One label among failed episodes.

    Attributes:
        count: failed episodes that carry it; `share`: of all failed episodes, in [0, 1].
        examples: ids of the first few of their tasks.
    """

    count: int
    share: float
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FailureShares:
    """The failures of a policy.

    Attributes:
        episodes: all that were finished; `failed`: those of them that were not solved.
        broken: episodes that died of an error of model or environment; they count nowhere else.
        labels: label -> its share, the most frequent first. Labels overlap, so shares may sum to more than 1.
    """

    episodes: int
    failed: int
    broken: int
    labels: dict[str, FailureShare]


def failure_labels(trajectory: Trajectory) -> frozenset[str]:
    """The labels of one episode (see the module's docstring); none for an episode that died of an error.

    Raises:
        UnknownNameError: its world gives a label that `World.failure_meanings` does not explain.
    """
    if trajectory.outcome == "error":
        return frozenset()
    world = world_of_record(trajectory.env)
    labels = set(_conduct(trajectory, world))
    ended = {"step_limit": "out_of_steps", "gave_up": "gave_up", None: "gave_up"}.get(trajectory.outcome)
    if ended:
        labels.add(ended)
    if not trajectory.success:
        labels |= _labels_of(world, trajectory)
        labels = labels or {"other"}
    return frozenset(labels)


def failure_shares(trajectories: Iterable[Trajectory], *, examples: int = 3) -> FailureShares:
    """How often each label stands among the failed episodes.

    Args:
        trajectories: the episodes of one policy.
        examples: how many task ids to give for each label.
    """
    every = list(trajectories)
    sound = [each for each in every if each.outcome != "error"]
    failed = [each for each in sound if not each.success]
    tasks: dict[str, list[str]] = {}
    worlds = [world_of_record(env) for env in dict.fromkeys(each.env for each in failed)]
    known = [label for world in worlds for label in label_meanings(world)]
    for each in failed:
        for label in failure_labels(each):
            tasks.setdefault(label, []).append(each.task)
    order = sorted(tasks, key=lambda label: (-len(tasks[label]), known.index(label)))
    shares = {
        label: FailureShare(len(tasks[label]), len(tasks[label]) / len(failed), tuple(tasks[label][:examples]))
        for label in order
    }
    return FailureShares(len(sound), len(failed), len(every) - len(sound), shares)


def _labels_of(world: World, trajectory: Trajectory) -> set[str]:
    labels = set(world.failures(trajectory))
    for label in labels:
        if label not in world.failure_meanings:
            raise UnknownNameError.of("failure label", label, world.failure_meanings, where=f"of {world.env}")
    return labels


def _conduct(trajectory: Trajectory, world: World) -> Iterator[str]:
    turns = [turn for turn in trajectory.turns if turn.role == "agent"]
    if _loops(turns, world.watching):
        yield "loop"
    if any(turn.action is not None and not turn.valid for turn in turns):
        yield "invalid_action"
    if any(turn.action is None for turn in turns):
        yield "format_error"


def _loops(turns: Iterable[Turn], watching: tuple[str, ...]) -> bool:
    state: tuple[float, list[bool]] | None = None
    known: set[tuple[str, str]] = set()
    since: Counter[tuple[str, str]] = Counter()  # what happened since something was last new
    for turn in turns:
        if turn.action is None:
            continue
        what, now = (turn.action, turn.observation), (turn.score, turn.subgoals)
        waited = turn.action.strip().lower().startswith(watching)
        if what not in known or now != state or waited:
            since.clear()
        known.add(what)
        state = now
        since[what] += not waited
        if since[what] >= _LOOP:
            return True
    return False
