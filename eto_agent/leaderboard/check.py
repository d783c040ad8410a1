"""Checks of a submission that need nothing but its files: hashes, coverage, and every reward computed again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from eto_agent.evaluation.scoring import SCORING_PROTOCOLS, Score, paper_score, strict_score
from eto_agent.leaderboard.episodes import read_episodes
from eto_agent.leaderboard.identity import CODE, prompt_hash
from eto_agent.leaderboard.submission import Episode, Submission, SubmissionError, read_submission
from eto_envs.conversation import ConversationFormat
from eto_envs.conversation.live import conversation_format
from eto_envs.trajectory import Trajectory

__all__ = ["Entry", "check", "check_entry", "episode_of"]

_AGAIN = "make it again with: eto-agent leaderboard add"

_OUTCOMES = ("solved", "failed", "step_limit", "gave_up")
"""How an episode that counts may end. One that died of an error does not count, and there must be one of each task."""


@dataclass(frozen=True)
class Entry:
    """A submission with its trajectories, in the order of its episodes."""

    path: Path
    submission: Submission
    trajectories: list[Trajectory]

    def refuse(self, why: str) -> SubmissionError:
        """The refusal of this submission; to be raised."""
        return SubmissionError(f"{self.path}: {why}")


def check(path: Path) -> Entry:
    """Reads a submission and checks it against its own trajectories.

    Raises:
        SubmissionError: anything does not fit.
    """
    submission = read_submission(path)
    trajectories, digest = read_episodes(path.parent / submission.trajectories.file)
    entry = Entry(path, submission, trajectories)
    if digest != submission.trajectories.sha256:
        raise entry.refuse(
            f"the trajectories have the hash {digest[:12]}..., the submission says "
            f"{submission.trajectories.sha256[:12]}...; {_AGAIN}"
        )
    check_entry(entry)
    return entry


def check_entry(entry: Entry) -> None:
    """The checks of `check`, but for the digest of the file; raises as it does."""
    _check_prompt(entry)
    _check_coverage(entry)
    for claimed, trajectory in zip(entry.submission.episodes, entry.trajectories, strict=True):
        _check_world(entry, trajectory)
        _check_turns(entry, trajectory)
        _check_claim(entry, claimed, trajectory)


def episode_of(trajectory: Trajectory) -> Episode:
    """What a trajectory comes to."""
    return Episode(task=trajectory.task, strict=strict_score(trajectory), paper=paper_score(trajectory))


def _check_prompt(entry: Entry) -> None:
    prompt, env_id = entry.submission.prompt, entry.submission.environment.id
    found = prompt_hash(env_id, prompt.instruction, prompt.example)
    if found != prompt.hash:
        raise entry.refuse(
            f"its prompt has the hash {found} in this version, the submission says {prompt.hash}: "
            "instruction, example or the form of the conversation is another one; evaluate again."
        )


def _check_coverage(entry: Entry) -> None:
    claimed = [each.task for each in entry.submission.episodes]
    played = [each.task for each in entry.trajectories]
    for what, tasks in (("episodes", claimed), ("trajectories", played)):
        repeated = next((task for task, count in Counter(tasks).items() if count > 1), None)
        if repeated is not None:
            raise entry.refuse(f"task {repeated!r} stands twice among the {what}; expected one episode a task.")
        if len(tasks) != entry.submission.split.tasks:
            raise entry.refuse(
                f"there are {len(tasks)} {what}; the split {entry.submission.split.name} has "
                f"{entry.submission.split.tasks} tasks, and each needs one."
            )
    for one, other in zip(claimed, played, strict=True):
        if one != other:
            raise entry.refuse(f"the episode of task {one!r} stands where the trajectories have {other!r}; {_AGAIN}")


def _check_world(entry: Entry, trajectory: Trajectory) -> None:
    environment = entry.submission.environment
    wanted = {
        "env": environment.id,
        "env_kwargs": dict(environment.settings),
        "versions": dict(environment.versions),
        "split": entry.submission.split.name,
    }
    for key, value in wanted.items():
        found = getattr(trajectory, key)
        if found != value:
            raise entry.refuse(
                f"task {trajectory.task!r} was played with {key} {found!r}, the submission says {value!r}."
            )
    if CODE not in environment.versions:
        raise entry.refuse(f"environment.versions has no {CODE!r}; {_AGAIN}")


def _check_turns(entry: Entry, trajectory: Trajectory) -> None:
    task, words = trajectory.task, conversation_format(trajectory.env)
    if trajectory.outcome not in _OUTCOMES or trajectory.final_reward is None:
        raise entry.refuse(f"the episode of task {task!r} died of an error or is unfinished; evaluate it again.")
    roles = [turn.role for turn in trajectory.turns]
    if roles[:1] != ["task"] or set(roles[1:]) - {"agent"}:
        raise entry.refuse(f"task {task!r} has turns that are not the agent's; expected whole episodes of its own.")
    for number, turn in enumerate(trajectory.turns[1:], 1):
        if turn.action != words.parse_action(turn.text):
            said = words.parse_action(turn.text)
            raise entry.refuse(f"task {task!r}, turn {number}: the reply says {said!r}, the action is {turn.action!r}.")
        if turn.action is None:
            _check_format_error(entry, trajectory, number, words)
    last = trajectory.turns[-1].score / trajectory.max_score
    if trajectory.final_reward != min(1.0, max(0.0, last)):
        raise entry.refuse(
            f"task {task!r}: the final reward is {trajectory.final_reward}, the last turn's score gives {last:g}."
        )


def _check_format_error(entry: Entry, trajectory: Trajectory, number: int, words: ConversationFormat) -> None:
    """The world is not told of a reply without an action, so playing again cannot check such a turn: this does."""
    before, turn = trajectory.turns[number - 1], trajectory.turns[number]
    state = (turn.score, turn.progress, turn.subgoals)
    as_before = state == (before.score, before.progress, before.subgoals)
    if not as_before or turn.observation != words.format_error or turn.reward or turn.valid:
        raise entry.refuse(f"task {trajectory.task!r}, turn {number}: a reply without an action changed something.")


def _check_claim(entry: Entry, claimed: Episode, trajectory: Trajectory) -> None:
    found = episode_of(trajectory)
    for protocol in SCORING_PROTOCOLS:
        one, other = getattr(claimed, protocol), getattr(found, protocol)
        if one != other:
            raise entry.refuse(
                f"task {claimed.task!r}: {protocol} {_shown(one)} is claimed, its trajectory gives {_shown(other)}."
            )


def _shown(score: Score) -> str:
    return f"reward {score[0]:g} with success {str(score[1]).lower()}"
