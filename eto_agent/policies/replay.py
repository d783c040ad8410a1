"""`ReplayPolicy`: says again what was said in recorded episodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eto_agent.policies.base import Conversation, Needs, Reply
from eto_envs.trajectory import Trajectory, Turn

__all__ = ["ReplayPolicy"]


class ReplayPolicy:
    """Replays recorded trajectories, turn by turn, thoughts and token ids included.

    An episode is found by task and sample number; where a task was recorded once, every sample of it is that one.
    Teacher-forced turns are said too, unless the new episode begins with them itself. When a recording is exhausted,
    or there is none, the policy has no answer and the episode ends as given up.

    Args:
        trajectories: the recordings; of several with the same task and sample number the first counts.
        name: how the policy is called in records.
    """

    needs: Needs = ""

    def __init__(self, trajectories: Iterable[Trajectory], name: str = "replay") -> None:
        self.name = name
        self._recordings: dict[str, dict[int, Trajectory]] = {}
        for each in trajectories:
            self._recordings.setdefault(each.task, {}).setdefault(each.meta.get("sample", 0), each)

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        return [self._reply(conversation.trajectory) for conversation in conversations]

    def _reply(self, now: Trajectory) -> Reply:
        samples = self._recordings.get(now.task, {})
        found = samples.get(now.meta.get("sample", 0))
        if found is None and len(samples) == 1:
            found = next(iter(samples.values()))
        if found is None or len(found.turns) <= len(now.turns):
            return Reply(None, stop="recording")
        return _said(found.turns[len(now.turns)])

    def forget(self, key: str) -> None:
        pass


def _said(turn: Turn) -> Reply:
    if turn.role == "prefix" and "Action:" not in turn.text:  # a bare action, teacher-forced
        return Reply(f"Action: {turn.text}")
    ids = turn.meta.get("token_ids")
    return Reply(turn.text, None if ids is None else tuple(ids), stop=turn.meta.get("stop", "end"))
