"""Why episodes fail: labels computed from trajectories alone, and their shares with examples.

An episode may carry several labels; an episode that was solved may carry some of the first three.

    loop             The same action brought the same observation three times, and in between nothing happened that had
                     not happened before: no other pair of action and observation was new, score and subgoals stayed
                     as they were, and no time was let pass (`wait`, `wait1` and `use thermometer` of ScienceWorld:
                     waiting for a process and watching it is no loop).
    invalid_action   At least one action that the world did not understand.
    format_error     At least one reply without an action.
    wrong_focus      ScienceWorld: the episode ended with a negative score by a `focus on` (also where a number then
                     chose among several things of that name).
    wrong_object     ALFWorld: an object was taken whose kind is neither the goal's nor, where something has to be
                     sliced, a knife. LockedDoor: another key was taken or tried than the one that the goal names.
                     WebShop: what was bought is not of the wanted type, or lacks a wanted attribute.
    missing_options  WebShop: bought while a wanted option was not chosen.
    over_budget      WebShop: bought above the price that was named.
    never_found      ALFWorld, LockedDoor: a `find` subgoal was done at no time. WebShop: no product was opened that is
                     of the wanted type and has all wanted attributes. ScienceWorld, whose trajectories do not say what
                     was seen: the goal asks for a focus, and nothing was ever focused on.
    out_of_steps     The step limit ended the episode.
    gave_up          The policy had no reply any more (a full context, a plan or recording at its end), or the record
                     breaks off.
    other            Not solved, and none of the above.

The first three look at the agent's own turns only, not at those of a prefix. The labels about objects go by the
subgoals that the environments of this suite record; episodes of other environments get the labels that need none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from eto_envs.trajectory import Trajectory, Turn

__all__ = ["FAILURES", "FailureShare", "FailureShares", "failure_labels", "failure_shares"]

FAILURES: dict[str, str] = {
    "loop": "same action, same observation, three times with nothing new in between",
    "invalid_action": "an action that the world did not understand",
    "format_error": "a reply without an action",
    "wrong_focus": "focused on the wrong thing",
    "wrong_object": "took or bought the wrong object",
    "missing_options": "bought without a wanted option",
    "over_budget": "bought above the price",
    "never_found": "never found the object",
    "out_of_steps": "ran out of steps",
    "gave_up": "had no reply any more",
    "other": "failed otherwise",
}
"""Label -> what it says, in a few words; the module's docstring defines them."""

_LOOP = 3
_WATCHING = ("wait", "use thermometer")


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
    """The labels of one episode (see the module's docstring); none for an episode that died of an error."""
    if trajectory.outcome == "error":
        return frozenset()
    labels = set(_conduct(trajectory))
    ended = {"step_limit": "out_of_steps", "gave_up": "gave_up", None: "gave_up"}.get(trajectory.outcome)
    if ended:
        labels.add(ended)
    if not trajectory.success:
        world = next((name for name in _WORLDS if trajectory.env.startswith(name)), None)
        if world:
            labels |= set(_WORLDS[world](trajectory))
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
    for each in failed:
        for label in failure_labels(each):
            tasks.setdefault(label, []).append(each.task)
    order = sorted(tasks, key=lambda label: (-len(tasks[label]), list(FAILURES).index(label)))
    shares = {
        label: FailureShare(len(tasks[label]), len(tasks[label]) / len(failed), tuple(tasks[label][:examples]))
        for label in order
    }
    return FailureShares(len(sound), len(failed), len(every) - len(sound), shares)


def _conduct(trajectory: Trajectory) -> Iterator[str]:
    turns = [turn for turn in trajectory.turns if turn.role == "agent"]
    if _loops(turns):
        yield "loop"
    if any(turn.action is not None and not turn.valid for turn in turns):
        yield "invalid_action"
    if any(turn.action is None for turn in turns):
        yield "format_error"


def _loops(turns: Iterable[Turn]) -> bool:
    state: tuple[float, list[bool]] | None = None
    known: set[tuple[str, str]] = set()
    since: Counter[tuple[str, str]] = Counter()  # what happened since something was last new
    for turn in turns:
        if turn.action is None:
            continue
        what, now = (turn.action, turn.observation), (turn.score, turn.subgoals)
        waited = turn.action.strip().lower().startswith(_WATCHING)
        if what not in known or now != state or waited:
            since.clear()
        known.add(what)
        state = now
        since[what] += not waited
        if since[what] >= _LOOP:
            return True
    return False


def _is_done(turn: Turn, index: int) -> bool:
    return len(turn.subgoals) > index and turn.subgoals[index]


def _never_found(trajectory: Trajectory) -> Iterator[str]:
    searched = [index for index, name in enumerate(trajectory.subgoals) if name.startswith("find ")]
    if not all(any(_is_done(turn, index) for turn in trajectory.turns) for index in searched):
        yield "never_found"


def _arguments(trajectory: Trajectory, pattern: str) -> set[str]:
    """What the pattern's group matches in the actions that the world understood, in lower case."""
    actions = [turn.action.strip().lower() for turn in trajectory.turns if turn.action is not None and turn.valid]
    return {match[1] for action in actions if (match := re.match(pattern, action))}


def _alfworld(trajectory: Trajectory) -> Iterator[str]:
    yield from _never_found(trajectory)
    wanted = {match[1] for name in trajectory.subgoals if (match := re.match(r"take (?:an?|another) (\w+)$", name))}
    if any(name.startswith("slice it") for name in trajectory.subgoals):
        wanted |= {"knife", "butterknife"}
    if wanted and _arguments(trajectory, r"take (\w+) \d+ from ") - wanted:
        yield "wrong_object"


def _locked_door(trajectory: Trajectory) -> Iterator[str]:
    yield from _never_found(trajectory)
    wanted = {name.removeprefix("take the ") for name in trajectory.subgoals if name.startswith("take the ")}
    used = _arguments(trajectory, r"take (.+) from ") | _arguments(trajectory, r"unlock door with (.+)$")
    if wanted and used - wanted:
        yield "wrong_object"


def _scienceworld(trajectory: Trajectory) -> Iterator[str]:
    turns = trajectory.turns[1:]
    commands = [turn.action.strip().lower() for turn in turns if turn.action is not None]
    while commands and commands[-1].isdecimal():  # the answer to "which of these do you mean?"
        commands.pop()
    fatal = trajectory.outcome == "failed" and bool(turns) and turns[-1].score < 0
    if fatal and commands and commands[-1].startswith("focus"):
        yield "wrong_focus"
    asked = any(name.startswith("focus on ") for name in trajectory.subgoals)
    if asked and not any(turn.observation.startswith("You focus on ") for turn in turns):
        yield "never_found"


_PURCHASE = {
    "type": "wrong_object",
    "attribute": "wrong_object",
    "option": "missing_options",
    "price": "over_budget",
}
"""What a subgoal of WebShop is about -> the label of a purchase that does not meet it."""


def _webshop(trajectory: Trajectory) -> Iterator[str]:
    labels = [_PURCHASE.get(name.partition(":")[0]) for name in trajectory.subgoals]
    of_product = [index for index, label in enumerate(labels) if label == "wrong_object"]
    if not any(all(_is_done(turn, index) for index in of_product) for turn in trajectory.turns):
        yield "never_found"
    if trajectory.outcome == "failed":  # only a purchase ends an episode
        unmet = (label for index, label in enumerate(labels) if not _is_done(trajectory.turns[-1], index))
        yield from (label for label in unmet if label is not None)


_WORLDS: dict[str, Callable[[Trajectory], Iterator[str]]] = {
    "eto/ALFWorld": _alfworld,
    "eto/LockedDoor": _locked_door,
    "eto/ScienceWorld": _scienceworld,
    "eto/WebShop": _webshop,
}
