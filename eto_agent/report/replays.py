"""The episodes worth reading: where two policies differ, the best and the worst, as links into the page of episodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from eto_agent.evaluation.scoring import score
from eto_agent.report.findings import Findings
from eto_envs.trajectory import Trajectory
from eto_envs.viewer.page import episode_link

__all__ = ["EPISODES_PAGE", "Replay", "Replays", "link_to", "replays", "shown_episodes"]

EPISODES_PAGE = "episodes.html"
_MOST = 5


@dataclass(frozen=True)
class Replay:
    """One episode to read.

    Attributes:
        task: its task.
        link: its address; beside it stands the other policy's episode, where there is one.
        reward: in [0, 1]; `other`: that of the episode beside it.
        steps: actions taken; `note`: its outcome, or how it died.
    """

    task: str
    link: str
    reward: float
    other: float | None
    steps: int
    note: str


@dataclass(frozen=True)
class Replays:
    """What to read of a split, about `policy` beside `base`.

    Attributes:
        better, worse: tasks on which it got more, or less; the largest differences first.
        counts: how many tasks are better, equal and worse.
        best: highest reward in the fewest steps; `lowest`: lowest reward in the most steps; `broken`: died of an error.
        telling: the two episodes of the task on which they differ most.
    """

    split: str
    policy: str
    base: str
    better: list[Replay]
    worse: list[Replay]
    counts: tuple[int, int, int]
    best: list[Replay]
    lowest: list[Replay]
    broken: list[Replay]
    telling: list[Trajectory]


def shown_episodes(findings: Findings) -> Iterator[Trajectory]:
    """The evaluation episodes, called after their rows of the table, so that links by policy find them."""
    for policy, of_policy in findings.episodes.items():
        for episodes in of_policy.values():
            yield from (replace(each, policy=policy) for each in episodes)


def link_to(episode: Trajectory, policy: str, against: str | None = None) -> str:
    """The address of an episode of `shown_episodes`."""
    return EPISODES_PAGE + episode_link(episode.task, policy, split=episode.split, against=against)


def replays(findings: Findings, protocol: str) -> list[Replays]:
    """For every split, the episodes of `findings.pair_to_compare`."""
    chosen = findings.pair_to_compare
    return [_of_split(findings, *chosen, split, protocol) for split in findings.splits] if chosen else []


def _of_split(findings: Findings, policy: str, base: str, split: str, protocol: str) -> Replays:
    ours, theirs = (findings.episodes[name].get(split, []) for name in (policy, base))
    beside = {each.task: each for each in theirs if each.outcome != "error"}

    def shown(episode: Trajectory) -> Replay:
        other = beside.get(episode.task)
        link = link_to(episode, policy, base if other is not None else None)
        reward = 0.0 if episode.outcome == "error" else score(episode, protocol)[0]
        note = episode.error or (episode.outcome or "unfinished").replace("_", " ")
        there = None if other is None else score(other, protocol)[0]
        return Replay(episode.task, link, reward, there, len(episode.turns) - 1, note)

    sound = [shown(each) for each in ours if each.outcome != "error"]
    gains = {each.task: each.reward - each.other for each in sound if each.other is not None}
    compared = [each for each in sound if each.task in gains]
    ranked = sorted(compared, key=lambda each: -gains[each.task])
    better, worse = ([each for each in ranked if sign * gains[each.task] > 0] for sign in (1, -1))
    most = max(ranked, key=lambda each: abs(gains[each.task]), default=None)
    return Replays(
        split,
        policy,
        base,
        better[:_MOST],
        worse[::-1][:_MOST],
        (len(better), len(compared) - len(better) - len(worse), len(worse)),
        sorted(sound, key=lambda each: (-each.reward, each.steps))[:_MOST],
        sorted(sound, key=lambda each: (each.reward, -each.steps))[:_MOST],
        [shown(each) for each in ours if each.outcome == "error"][:_MOST],
        [] if most is None or not gains[most.task] else list(_of_task(most.task, (theirs, ours))),
    )


def _of_task(task: str, sides: Iterable[list[Trajectory]]) -> Iterator[Trajectory]:
    for episodes in sides:
        yield next(each for each in episodes if each.task == task)
