"""Preference pairs: expert and explored trajectories of one task, the better one chosen (paper, section 3.2).

Ties are discarded, whatever their reward. The agent may beat the expert; then its trajectory is chosen. Episodes that
died of an error say nothing about the agent: they are dropped and counted, never scored 0. Every build comes with an
audit of what became of every task.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from eto_agent.scoring import score
from eto_envs.trajectory import Trajectory

__all__ = ["Audit", "PreferencePair", "build_pairs"]


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


@dataclass(slots=True)
class Audit:
    """What became of every explored trajectory.

    `win`, `tie` and `lose` are the agent's; `dropped` counts reasons. `mean_length_gap` is the mean number of agent
    turns of the chosen side minus that of the rejected side. `too_long` counts pairs over the token limit (filled in
    when they are tokenised).
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
    too_long: int = 0

    @property
    def pairs(self) -> int:
        return self.win + self.lose


def build_pairs(
    expert: Iterable[Trajectory],
    explored: Iterable[Trajectory],
    *,
    protocol: str = "paper",
    trim_rejected: int | None = None,
) -> tuple[list[PreferencePair], Audit]:
    """Builds pairs by task.

    Args:
        expert: expert trajectories; the best of a task counts where there are several.
        explored: the agent's trajectories on the same tasks.
        protocol: which score decides (`paper` or `strict`).
        trim_rejected: keep at most this many agent turns more on the rejected side than on the chosen side (the
            release's option; None, the paper, keeps all).

    Returns:
        The pairs in the order of the explored trajectories, and the audit.
    """
    experts: dict[str, tuple[float, Trajectory]] = {}
    for trajectory in expert:
        reward = score(trajectory, protocol)[0]
        if trajectory.task not in experts or reward > experts[trajectory.task][0]:
            experts[trajectory.task] = (reward, trajectory)
    pairs: list[PreferencePair] = []
    audit = Audit()
    dropped: Counter[str] = Counter()
    rewards: list[tuple[float, float]] = []
    for trajectory in explored:
        audit.explored += 1
        reason = _unusable(trajectory, experts)
        if reason:
            dropped[reason] += 1
            continue
        expert_reward, demonstration = experts[trajectory.task]
        agent_reward = score(trajectory, protocol)[0]
        rewards.append((expert_reward, agent_reward))
        if agent_reward == expert_reward:
            audit.tie += 1
        elif agent_reward > expert_reward:
            audit.win += 1
            pairs.append(
                PreferencePair(trajectory.task, "agent", trajectory, demonstration, agent_reward, expert_reward)
            )
        else:
            audit.lose += 1
            pairs.append(
                PreferencePair(trajectory.task, "expert", demonstration, trajectory, expert_reward, agent_reward)
            )
    if trim_rejected is not None:
        pairs = [_trimmed(pair, trim_rejected, audit) for pair in pairs]
    audit.dropped = dict(sorted(dropped.items()))
    if rewards:
        audit.mean_reward_expert = sum(e for e, _ in rewards) / len(rewards)
        audit.mean_reward_agent = sum(a for _, a in rewards) / len(rewards)
    if pairs:
        gaps = [_agent_turns(pair.chosen) - _agent_turns(pair.rejected) for pair in pairs]
        audit.mean_length_gap = sum(gaps) / len(gaps)
    return pairs, audit


def _unusable(trajectory: Trajectory, experts: dict[str, Any]) -> str:
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
