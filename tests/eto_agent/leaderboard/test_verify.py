"""What is recorded is accepted; whatever is doctored, swapped or left out is refused with one line that says why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eto_agent.cli import main
from eto_agent.leaderboard.check import episode_of
from eto_agent.leaderboard.submission import SubmissionError
from eto_agent.leaderboard.verify import verify
from eto_envs.trajectory import Trajectory
from tests.eto_agent.leaderboard.submissions import copied, doctored, refusal

Episodes = list[Trajectory]


def claim(data: dict[str, Any], episodes: Episodes) -> None:
    """Makes the claimed rewards those of the (doctored) trajectories."""
    data["episodes"] = [episode_of(each).model_dump() for each in episodes]


def failed(episodes: Episodes) -> Trajectory:
    """An episode that ran into the step limit without any score."""
    return next(each for each in episodes if each.outcome == "step_limit" and each.final_reward == 0)


def reward_in_the_claim(data: dict[str, Any], episodes: Episodes) -> None:
    data["episodes"][episodes.index(failed(episodes))]["strict"] = [1.0, True]


def success_in_the_claim(data: dict[str, Any], episodes: Episodes) -> None:
    data["episodes"][episodes.index(failed(episodes))]["paper"][1] = True


def reward_everywhere(data: dict[str, Any], episodes: Episodes) -> None:
    last = failed(episodes)
    last.turns[-1].score = last.turns[-1].reward = last.final_reward = 1.0
    claim(data, episodes)


def final_reward_only(data: dict[str, Any], episodes: Episodes) -> None:
    failed(episodes).final_reward = 1.0
    claim(data, episodes)


def scale_of_scores(data: dict[str, Any], episodes: Episodes) -> None:
    failed(episodes).max_score = 0.5
    claim(data, episodes)


def end_of_the_episode(data: dict[str, Any], episodes: Episodes) -> None:
    failed(episodes).outcome = "solved"


def observation(data: dict[str, Any], episodes: Episodes) -> None:
    episodes[3].turns[2].observation += " A key lies here."


def goal(data: dict[str, Any], episodes: Episodes) -> None:
    episodes[3].turns[0].text = "Leave."


def progress(data: dict[str, Any], episodes: Episodes) -> None:
    failed(episodes).turns[-1].progress = 1.0


def turns_left_out(data: dict[str, Any], episodes: Episodes) -> None:
    del failed(episodes).turns[-3:]


def turns_after_the_end(data: dict[str, Any], episodes: Episodes) -> None:
    solved = next(each for each in episodes if each.outcome == "solved" and len(each.turns) < 20)
    solved.turns.append(replace(solved.turns[-1]))


def turns_beyond_the_limit(data: dict[str, Any], episodes: Episodes) -> None:
    turns = failed(episodes).turns
    last, protocol_error = turns[-1], "Invalid format. The input must contains 'Action: '"
    turns.append(replace(last, text="Hm.", action=None, observation=protocol_error, reward=0.0, valid=False))


def another_action_than_said(data: dict[str, Any], episodes: Episodes) -> None:
    episodes[3].turns[1].text = "Thought: I know it.\nAction: win"


def a_reply_without_action_that_helps(data: dict[str, Any], episodes: Episodes) -> None:
    turns = failed(episodes).turns
    turns[-1] = replace(turns[-1], text="Hm.", action=None, valid=False, score=1.0)


def a_forced_beginning(data: dict[str, Any], episodes: Episodes) -> None:
    episodes[3].turns[1].role = "prefix"


def an_error(data: dict[str, Any], episodes: Episodes) -> None:
    episodes[3].outcome, episodes[3].final_reward, episodes[3].error = "error", None, "The endpoint broke off."


def no_turns(data: dict[str, Any], episodes: Episodes) -> None:
    episodes[3].turns.clear()


def a_missing_task(data: dict[str, Any], episodes: Episodes) -> None:
    del episodes[3]
    claim(data, episodes)


def a_missing_task_that_is_not_counted(data: dict[str, Any], episodes: Episodes) -> None:
    a_missing_task(data, episodes)
    data["split"]["tasks"] -= 1


def a_task_twice(data: dict[str, Any], episodes: Episodes) -> None:
    episodes[3] = episodes[4]
    claim(data, episodes)


def another_order(data: dict[str, Any], episodes: Episodes) -> None:
    episodes[3], episodes[4] = episodes[4], episodes[3]


def the_other_split(data: dict[str, Any], episodes: Episodes) -> None:
    data["split"]["name"] = "generated/seen"


def the_other_split_everywhere(data: dict[str, Any], episodes: Episodes) -> None:
    data["split"]["name"] = "generated/seen"
    for each in episodes:
        each.split = "generated/seen"


def hash_of_the_split(data: dict[str, Any], episodes: Episodes) -> None:
    data["split"]["hash"] = "c218d68403b37e82"


def hash_of_the_prompt(data: dict[str, Any], episodes: Episodes) -> None:
    data["prompt"]["instruction"] = "Win."


def version_of_the_environment(data: dict[str, Any], episodes: Episodes) -> None:
    data["environment"]["id"] = "eto/LockedDoor-v1"


def version_of_the_code(data: dict[str, Any], episodes: Episodes) -> None:
    data["environment"]["versions"]["eto-envs"] = "99.0"
    for each in episodes:
        each.versions["eto-envs"] = "99.0"


def versions_that_differ(data: dict[str, Any], episodes: Episodes) -> None:
    episodes[3].versions["eto-envs"] = "0.0.9"


def identity(data: dict[str, Any], episodes: Episodes) -> None:
    data["environment"]["identity"]["step limit"] = "10"


def settings(data: dict[str, Any], episodes: Episodes) -> None:
    """More steps than the tables' other rows, under their name."""
    data["environment"]["settings"] = {"max_steps": 100}
    for each in episodes:
        each.env_kwargs = {"max_steps": 100}


def an_unknown_setting(data: dict[str, Any], episodes: Episodes) -> None:
    data["environment"]["settings"] = {"easy": True}
    for each in episodes:
        each.env_kwargs = {"easy": True}


DOCTORED = {
    reward_in_the_claim: "strict reward 1 with success true is claimed, its trajectory gives reward 0 with",
    success_in_the_claim: "paper reward 0 with success true is claimed",
    reward_everywhere: "turn 25 (",
    final_reward_only: "the final reward is 1.0, the last turn's score gives 0",
    scale_of_scores: "max_score 0.5 is recorded, the world gives 1.0",
    end_of_the_episode: "ends as solved with reward 0 in the record, as step_limit with 0 in the world",
    observation: "A key lies here.' is recorded, the world gives",
    goal: "text 'Leave.' is recorded, the world gives 'Leave the house",
    progress: "progress '1.0' is recorded",
    turns_left_out: "has 22 steps and the outcome step_limit; its limit is 25 steps",
    turns_after_the_end: "the world ends the episode after",
    turns_beyond_the_limit: "has 26 steps",
    another_action_than_said: "turn 1: the reply says 'win', the action is",
    a_reply_without_action_that_helps: "a reply without an action changed something",
    a_forced_beginning: "has turns that are not the agent's",
    an_error: "died of an error",
    no_turns: "has turns that are not the agent's",
    a_missing_task: "there are 59 episodes; the split generated/unseen has 60 tasks",
    a_missing_task_that_is_not_counted: "task 'one-key/101' of generated/unseen is missing",
    a_task_twice: "stands twice among the episodes",
    another_order: "stands where the trajectories have",
    the_other_split: "was played with split 'generated/unseen', the submission says 'generated/seen'",
    the_other_split_everywhere: "task 'one-key/80' of generated/seen is missing",
    hash_of_the_split: "hash c218d68403b37e82 and 60 tasks in the submission, but generated/unseen with hash 3fcfed",
    hash_of_the_prompt: "its prompt has the hash",
    version_of_the_environment: "environment.id: Input should be",
    version_of_the_code: "it was made with eto-envs 99.0",
    versions_that_differ: "was played with versions {'eto-envs': '0.0.9'}",
    identity: "step limit is '10' in the submission",
    settings: """step limit is "the tasks' own" in the submission, its settings give '100' here""",
    an_unknown_setting: "its world cannot be set up here: Unknown setting 'easy'",
}


def test_what_was_recorded_is_accepted(submitted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leaderboard", "verify", str(submitted)]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.startswith(f"accepted  {submitted}: generated/unseen, strict reward ")
    assert told.out.endswith("60 of 60 episodes played again\n")


@pytest.mark.parametrize("change", DOCTORED, ids=lambda change: change.__name__)
def test_what_was_doctored_is_refused(
    change: Any, submitted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert DOCTORED[change] in refusal(doctored(submitted, tmp_path, change), capsys)


def test_other_trajectories_than_those_hashed(
    submitted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = doctored(submitted, tmp_path, lambda data, episodes: episodes[0].turns.pop())
    copy.write_bytes(submitted.read_bytes())
    assert "the trajectories have the hash" in refusal(copy, capsys)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda file: file.unlink(), "there are no such trajectories"),
        (lambda file: file.write_bytes(file.read_bytes()[:500]), "cannot be unpacked"),
        (lambda file: file.write_bytes(b"no xz"), "cannot be unpacked"),
    ],
)
def test_damaged_trajectories(
    damage: Any, told: str, submitted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = copied(submitted, tmp_path)
    damage(tmp_path / "random.unseen.jsonl.xz")
    assert main(["leaderboard", "verify", str(copy)]) == 2
    message = capsys.readouterr().err
    assert told in message
    assert message.count("\n") == 1


def test_a_sample_is_chosen_by_its_seed(submitted: Path, tmp_path: Path) -> None:
    """Some samples hold the doctored episode and some do not; the same seed always decides the same."""

    def passes(seed: int) -> bool:
        try:
            return verify(copy, 20, seed)[1] == 20
        except SubmissionError:
            return False

    copy = doctored(submitted, tmp_path, observation)
    verdicts = [passes(seed) for seed in range(12)]
    assert set(verdicts) == {True, False}
    assert verdicts == [passes(seed) for seed in range(12)]


def test_several_at_once(submitted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is judged; who copies another's episodes is refused; nobody can know the sample before."""
    copied(submitted, tmp_path / "a")
    copied(submitted, tmp_path / "b")
    doctored(submitted, tmp_path / "c", reward_in_the_claim)
    assert main(["leaderboard", "verify", str(tmp_path), "--sample", "5"]) == 2
    told = capsys.readouterr()
    first, *verdicts = told.out.splitlines()
    assert first.startswith("Playing 5 episodes of each again, chosen by --seed ")
    assert [line.split()[0] for line in verdicts] == ["accepted", "refused", "refused"]
    assert "it has the trajectories of" in verdicts[1]
    assert told.err == "eto-agent: 2 of 3 are refused.\n"


def test_no_submission(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no submission" in refusal(tmp_path, capsys)
    assert "there is no such submission" in refusal(tmp_path / "x.json", capsys)
