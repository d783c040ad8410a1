"""Preference pairs: expert and explored trajectories of one task, the better one chosen (paper, section 3.2), or single
turns after the same beginning (appendix C).

Ties are discarded, whatever their reward. The agent may beat the expert; then its trajectory is chosen. Episodes that
died of an error say nothing about the agent: they are dropped and counted, never scored 0. Every build comes with an
audit of what became of every task.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from eto_agent.evaluation.scoring import score
from eto_envs.trajectory import Trajectory

__all__ = ["Audit", "PreferencePair", "Veto", "best_of_each_task", "build_pairs", "build_step_pairs", "merged"]


@dataclass(frozen=True, slots=True)
class PreferencePair:
    """One pair of a task; `winner` says whose trajectory was chosen (`expert` or `agent`)."""

    task: str
    winner: str
    chosen: Trajectory
    rejected: Trajectory
    chosen_reward: float
    rejected_reward: float

    def to_dict(self) -> dict[str, Any]:
        """JSON values, trajectories included."""
        return asdict(self)


Veto = Callable[[PreferencePair], str]
"""Why a pair is to be dropped; "" keeps it."""

_Sides = Callable[[Trajectory, Trajectory], "tuple[Trajectory, Trajectory] | str"]
"""Expert's and agent's trajectory -> what of each is contrasted, or why nothing is."""


@dataclass(slots=True)
class Audit:
    """What became of every explored trajectory.

    `win`, `tie` and `lose` are the agent's; `dropped` counts reasons. All of them together are `explored`. Mean rewards
    are over wins, ties and losses. `mean_length_gap` is the mean number of agent turns of the chosen side minus that of
    the rejected side. Pairs over the token limit are counted where they are tokenised: `too_long` of the
    training's stage.
    """

    explored: int = 0
    win: int = 0
    tie: int = 0
    lose: int = 0
    dropped: dict[str, int] = field(default_factory=dict[str, int])
    mean_reward_expert: float = 0.0
    mean_reward_agent: float = 0.0
    mean_length_gap: float = 0.0
    trimmed: int = 0

    @property
    def pairs(self) -> int:
        return self.win + self.lose

    @property
    def compared(self) -> int:
        return self.win + self.tie + self.lose


def build_pairs(
    expert: Iterable[Trajectory],
    explored: Iterable[Trajectory],
    *,
    protocol: str = "paper",
    trim_rejected: int | None = None,
) -> tuple[list[PreferencePair], Audit]:
    """Builds pairs of whole trajectories by task.

    Args:
        expert: expert trajectories; the best of a task counts where there are several.
        explored: the agent's trajectories on the same tasks.
        protocol: which score decides (`paper` or `strict`).
        trim_rejected: keep at most this many agent turns more on the rejected side than on the chosen side (the
            release's option; None, the paper, keeps all).

    Returns:
        The pairs in the order of the explored trajectories, and the audit.
    """
    return _build(expert, explored, protocol, lambda demonstration, own: (demonstration, own), None, trim_rejected)


def build_step_pairs(
    expert: Iterable[Trajectory],
    explored: Iterable[Trajectory],
    *,
    protocol: str = "paper",
    rest: bool = False,
    trim_rejected: int | None = None,
    veto: Veto | None = None,
) -> tuple[list[PreferencePair], Audit]:
    """Builds pairs of single turns after the same beginning (paper, appendix C, equation 13).

    Both sides begin with the task and the expert's turns before the start, which are context; then one turn each: the
    expert's, and the agent's. Final rewards decide. What the environment sees is the action, so two turns with the same
    action are no pair, whatever their thoughts; they are dropped and counted. An agent's reply without an action is a
    turn like any other. What an expert's record has as context, such as its mistakes, stays context.

    Args:
        expert, protocol: as for `build_pairs`.
        explored: the agent's trajectories from states of the experts (`meta["start"]`).
        rest: both sides keep all turns from there to the end instead of one.
        trim_rejected: as for `build_pairs`; only with `rest` is there anything to cut.
        veto: told of every pair; a text that it returns is the reason to drop it.

    Returns:
        The pairs in the order of the explored trajectories, and the audit.
    """

    def sides(demonstration: Trajectory, own: Trajectory) -> tuple[Trajectory, Trajectory] | str:
        start: int = own.meta.get("start", 0)
        if start + 1 >= len(demonstration.turns):
            return "the expert has ended"
        theirs, mine = demonstration.turns[start + 1 :], own.turns[start + 1 :]
        if theirs[0].role != "agent":
            return "not an example"
        if theirs[0].action == mine[0].action:
            return "same action"
        context, count = own.turns[: start + 1], None if rest else 1
        return (
            replace(demonstration, turns=[*context, *theirs[:count]], meta={**demonstration.meta, "start": start}),
            replace(own, turns=[*context, *mine[:count]]),
        )

    return _build(expert, explored, protocol, sides, veto, trim_rejected)


def merged(audits: Sequence[Audit]) -> Audit:
    """One audit of several builds; means are weighted by what they are over."""
    if len(audits) == 1:
        return audits[0]
    total = Audit(dropped=dict(sorted(sum((Counter(each.dropped) for each in audits), Counter[str]()).items())))
    for name in ("explored", "win", "tie", "lose", "trimmed"):
        setattr(total, name, sum(getattr(each, name) for each in audits))
    for name, weight in (
        ("mean_reward_expert", "compared"),
        ("mean_reward_agent", "compared"),
        ("mean_length_gap", "pairs"),
    ):
        weights = [getattr(each, weight) for each in audits]
        if sum(weights):
            means = (getattr(each, name) for each in audits)
            setattr(total, name, sum(m * w for m, w in zip(means, weights, strict=True)) / sum(weights))
    return total


def best_of_each_task(trajectories: Iterable[Trajectory], protocol: str) -> dict[str, Trajectory]:
    """Task -> the trajectory with the highest score; the first of them where several have it."""
    best: dict[str, Trajectory] = {}
    for each in trajectories:
        if each.task not in best or score(each, protocol)[0] > score(best[each.task], protocol)[0]:
            best[each.task] = each
    return best


def _build(
    expert: Iterable[Trajectory],
    explored: Iterable[Trajectory],
    protocol: str,
    sides: _Sides,
    veto: Veto | None,
    trim_rejected: int | None,
) -> tuple[list[PreferencePair], Audit]:
    experts = best_of_each_task(expert, protocol)
    pairs: list[PreferencePair] = []
    audit = Audit()
    dropped: Counter[str] = Counter()
    rewards: list[tuple[float, float]] = []
    for own in explored:
        audit.explored += 1
        both = _unusable(own, experts) or sides(experts[own.task], own)
        if isinstance(both, str):
            dropped[both] += 1
            continue
        worth = score(experts[own.task], protocol)[0], score(own, protocol)[0]
        pair = _pair(both, worth)
        if pair is not None and veto is not None and (reason := veto(pair)):
            dropped[reason] += 1
            continue
        rewards.append(worth)
        if pair is None:
            audit.tie += 1
            continue
        audit.win += pair.winner == "agent"
        audit.lose += pair.winner == "expert"
        pairs.append(pair if trim_rejected is None else _trimmed(pair, trim_rejected, audit))
    audit.dropped = dict(sorted(dropped.items()))
    if rewards:
        audit.mean_reward_expert = sum(e for e, _ in rewards) / len(rewards)
        audit.mean_reward_agent = sum(a for _, a in rewards) / len(rewards)
    if pairs:
        gaps = [_agent_turns(pair.chosen) - _agent_turns(pair.rejected) for pair in pairs]
        audit.mean_length_gap = sum(gaps) / len(gaps)
    return pairs, audit


def _pair(both: tuple[Trajectory, Trajectory], worth: tuple[float, float]) -> PreferencePair | None:
    """The side that is worth more is chosen; None where neither is."""
    (theirs, mine), (expert_reward, agent_reward) = both, worth
    if agent_reward == expert_reward:
        return None
    if agent_reward > expert_reward:
        return PreferencePair(mine.task, "agent", mine, theirs, agent_reward, expert_reward)
    return PreferencePair(mine.task, "expert", theirs, mine, expert_reward, agent_reward)


def _unusable(trajectory: Trajectory, experts: Mapping[str, Any]) -> str:
    if trajectory.outcome == "error":
        return "episode died of an error"
    if trajectory.outcome is None:
        return "episode unfinished"
    if not _agent_turns(trajectory):
        return "no agent turn"
    if trajectory.task not in experts:
        return "no expert trajectory"
    return ""


def _agent_turns(trajectory: Trajectory) -> int:
    return sum(turn.role == "agent" for turn in trajectory.turns)


def _trimmed(pair: PreferencePair, extra: int, audit: Audit) -> PreferencePair:
    keep = _agent_turns(pair.chosen) + extra
    turns = pair.rejected.turns
    agent = [position for position, turn in enumerate(turns) if turn.role == "agent"]
    if len(agent) <= keep:
        return pair
    audit.trimmed += 1
    return replace(pair, rejected=replace(pair.rejected, turns=turns[: agent[keep]]))
