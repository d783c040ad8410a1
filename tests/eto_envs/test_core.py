"""`TextEnv`, on a world of one number: scores, limits, prefixes, snapshots, errors."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from eto_envs.core import HistoryStep, TextEnv, WorldStep
from eto_envs.errors import (
    DivergenceError,
    EpisodeError,
    InvalidActionTypeError,
    PrefixError,
    SimulatorError,
    UnknownNameError,
)
from eto_envs.progress import Subgoal, completed_share
from eto_envs.tasks import Manifest, Task

MANIFEST = Manifest(
    "sums",
    {
        "train": [Task(f"to-10/{n}", "to-10", 6, {"start": n}) for n in range(8)],
        "test": [Task("to-10/90", "to-10", 6, {"start": 90}), Task("broken/0", "broken", 6)],
    },
)


class SumEnv(TextEnv):
    """The agent says numbers; their sum is the score. It is replayed, for it captures nothing."""

    max_score: ClassVar[float] = 10.0
    offset = 0

    def __init__(self, split: str = "train", *, unit: str = "", sizes: Sequence[int] = (), **settings: Any) -> None:
        super().__init__(MANIFEST, split, **settings)
        self.unit, self.sizes = unit, sizes
        self.total, self.closed = 0, 0

    @property
    def settings(self) -> dict[str, Any]:
        return {"unit": self.unit}

    def _start(self, task: Task) -> WorldStep:
        if task.type == "broken":
            raise SimulatorError("It does not start.")
        self.total = task.data["start"] + self.offset
        return WorldStep(f"{self.total}{self.unit}", self.total)

    def _apply(self, action: str) -> WorldStep:
        try:
            self.total += int(action)
        except ValueError:
            return WorldStep("Pardon?", self.total, valid=False)
        return WorldStep(f"{self.total}{self.unit}", self.total, action == "0", self.total == 10)

    def _goal(self) -> str:
        return "Make 10 and say 0."

    def _subgoals(self) -> tuple[Subgoal, ...]:
        return Subgoal("make 5", self.total >= 5), Subgoal("make 10", self.total >= 10)

    def _admissible_actions(self) -> Sequence[str]:
        return "0", "1"

    def _oracle_actions(self) -> Sequence[str]:
        return str(10 - self.total), "0"

    def _shut_down(self) -> None:
        self.closed += 1


class CapturingSumEnv(SumEnv):
    def _capture(self) -> Any:
        return self.total

    def _reinstate(self, task: Task, world: Any) -> None:
        self.total = world


def begin(env: TextEnv, task: str = "to-10/0", **options: Any) -> tuple[str, dict[str, Any]]:
    return env.reset(options={"task": task, **options})


def play(env: TextEnv, *actions: str) -> list[tuple[str, float, bool, bool, dict[str, Any]]]:
    return [env.step(action) for action in actions]


# -- episodes --------------------------------------------------------------------------------------------------


def test_an_episode_from_start_to_end() -> None:
    env = SumEnv()
    assert begin(env, "to-10/3") == (
        "3",
        {
            "task": "to-10/3",
            "goal": "Make 10 and say 0.",
            "split": "sums/train",
            "steps": 0,
            "score": 3.0,
            "progress": 0.0,
            "subgoals": (("make 5", False), ("make 10", False)),
            "success": False,
            "valid_action": True,
            "outcome": None,
        },
    )
    observation, reward, terminated, truncated, info = env.step("4")
    assert (observation, reward, terminated, truncated) == ("7", 0.0, False, False)
    assert (info["steps"], info["score"], info["progress"]) == (1, 7.0, 0.5)
    assert info["subgoals"] == (("make 5", True), ("make 10", False))
    assert env.step("?")[4]["valid_action"] is False
    env.step("3")
    assert play(env, "0")[0][1:4] == (1.0, True, False)


@pytest.mark.parametrize(
    ("said", "outcome", "success"),
    [(["10", "0"], "solved", True), (["9", "0"], "failed", False), (["1"] * 6, "step_limit", False)],
)
def test_outcomes(said: list[str], outcome: str, success: bool) -> None:
    env = SumEnv()
    begin(env)
    results = play(env, *said)
    assert [result[4]["outcome"] for result in results] == [None] * (len(said) - 1) + [outcome]
    assert results[-1][4]["success"] is success
    assert results[-1][2:4] == (outcome != "step_limit", outcome == "step_limit")


def test_a_world_that_ends_with_the_last_step_is_terminated_not_truncated() -> None:
    env = SumEnv(max_steps=2)
    begin(env)
    assert play(env, "10", "0")[-1][2:4] == (True, False)


@pytest.mark.parametrize(
    ("said", "final", "delta"),
    [
        (["4", "-2", "0"], [0.0, 0.0, 0.2], [0.4, -0.2, 0.0]),
        (["-50", "0"], [0.0, 0.0], [0.0, 0.0]),  # below nothing counts as nothing
        (["25", "-5", "-12", "0"], [0.0, 0.0, 0.0, 0.8], [1.0, 0.0, -0.2, 0.0]),  # above the full mark as full
    ],
)
def test_rewards_sum_to_the_final_score_in_both_modes(said: list[str], final: list[float], delta: list[float]) -> None:
    for mode, expected in (("final", final), ("delta", delta)):
        env = SumEnv(reward_mode=mode)  # type: ignore[arg-type]
        begin(env)
        results = play(env, *said)
        assert [result[1] for result in results] == pytest.approx(expected)
        assert results[-1][4]["score"] == sum(map(int, said))  # the world's own score is not clipped


def test_a_score_at_the_start_is_not_a_reward_of_the_first_step() -> None:
    env = SumEnv(reward_mode="delta")
    begin(env, "to-10/4")
    assert [result[1] for result in play(env, "1", "0")] == pytest.approx([0.1, 0.0])


def test_the_limit_is_the_tasks_or_the_environments() -> None:
    for env, limit in ((SumEnv(), 6), (SumEnv(max_steps=3), 3)):
        begin(env)
        assert env.step_limit == limit
        assert [result[3] for result in play(env, *["1"] * limit)] == [False] * (limit - 1) + [True]


def test_admissible_actions_are_in_info_where_asked_for() -> None:
    env = SumEnv(admissible_actions=True)
    assert begin(env)[1]["admissible_actions"] == ("0", "1") == tuple(env.admissible_actions())
    assert play(env, "0")[0][4]["admissible_actions"] == ()


def test_the_last_observation_is_rendered_where_asked_for() -> None:
    env = SumEnv(render_mode="ansi")
    begin(env)
    env.step("3")
    assert env.render() == "3"
    quiet = SumEnv()
    begin(quiet)
    assert quiet.render() is None


def test_progress_of_nothing_is_nothing() -> None:
    assert completed_share(()) == 0.0


# -- which task ------------------------------------------------------------------------------------------------


def test_the_seed_samples_tasks_of_the_split() -> None:
    env, same = SumEnv(), SumEnv()
    sampled = [env.reset(seed=3)[1]["task"], *(env.reset()[1]["task"] for _ in range(40))]
    assert sampled == [same.reset(seed=3)[1]["task"], *(same.reset()[1]["task"] for _ in range(40))]
    assert set(sampled) == set(env.tasks.ids)


def test_a_named_task_does_not_disturb_the_sampling() -> None:
    env, same = SumEnv(), SumEnv()
    env.reset(seed=3)
    begin(env)
    same.reset(seed=3)
    assert env.reset()[1]["task"] == same.reset()[1]["task"]


def test_tasks_of_other_splits_can_be_named_and_say_where_they_are_from() -> None:
    env = SumEnv("train")
    assert begin(env, "to-10/90")[1]["split"] == "sums/test"
    assert begin(env, "to-10/1")[1]["split"] == "sums/train"


# -- wrong use -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"split": "tran"}, "split 'tran' of manifest 'sums'; expected one of train, test"),
        ({"reward_mode": "sparse"}, "reward_mode 'sparse'; expected one of final, delta"),
        ({"render_mode": "human"}, "render_mode 'human'; expected one of None, ansi"),
        *(({"max_steps": given}, f"max_steps {given!r}; expected a whole number") for given in (0, -1, 1.5, True, "9")),
    ],
)
def test_unknown_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        SumEnv(**settings)


def test_unknown_tasks_and_options_are_refused() -> None:
    env = SumEnv()
    with pytest.raises(UnknownNameError, match="task 'to-10/77' in manifest 'sums'"):
        begin(env, "to-10/77")
    with pytest.raises(UnknownNameError, match="reset option 'tsk'; expected one of task, prefix, expected_obs"):
        env.reset(options={"tsk": "to-10/1"})


def test_nothing_can_be_asked_without_an_episode() -> None:
    env = SumEnv()
    for ask in (env.admissible_actions, env.oracle_actions, env.snapshot, lambda: env.step("1"), lambda: env.task):
        with pytest.raises(EpisodeError, match=r"call reset\(\) first"):
            ask()


def test_an_episode_that_ended_takes_no_step_but_tells_its_solution() -> None:
    env = SumEnv()
    begin(env)
    env.step("0")
    for ask in (env.admissible_actions, lambda: env.step("1")):
        with pytest.raises(EpisodeError, match="task 'to-10/0' has ended"):
            ask()
    assert env.oracle_actions() == ["10", "0"]


@pytest.mark.parametrize("action", [3, None, b"1", ["1"]])
def test_an_action_is_a_string(action: Any) -> None:
    env = SumEnv()
    begin(env)
    with pytest.raises(InvalidActionTypeError, match=f"is a {type(action).__name__}; expected a str"):
        env.step(action)
    with pytest.raises(TypeError):
        env.step(action)
    assert env.step("1")[4]["steps"] == 1


def test_a_world_that_does_not_start_leaves_no_episode() -> None:
    env = SumEnv()
    begin(env)
    with pytest.raises(SimulatorError):
        begin(env, "broken/0")
    with pytest.raises(EpisodeError, match="no episode"):
        env.step("1")


def test_close_ends_the_episode_and_reset_starts_afresh() -> None:
    env = SumEnv()
    begin(env)
    env.close()
    env.close()
    assert env.closed == 2
    with pytest.raises(EpisodeError):
        env.step("1")
    assert begin(env, "to-10/2")[0] == "2"


# -- prefixes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["final", "delta"])
def test_a_prefix_is_played_and_told(mode: Any) -> None:
    env = SumEnv(reward_mode=mode)
    observation, info = begin(env, "to-10/1", prefix=["2", "?"], expected_observations=["3", "Pardon?"])
    assert (observation, info["steps"], info["valid_action"], info["first_observation"]) == ("Pardon?", 2, False, "1")
    rewards = [0.2, 0.0] if mode == "delta" else [0.0, 0.0]
    assert info["history"] == (
        HistoryStep("2", "3", pytest.approx(rewards[0])),  # type: ignore[arg-type]
        HistoryStep("?", "Pardon?", rewards[1]),
    )
    assert "history" not in env.step("1")[4]


@pytest.mark.parametrize("prefix", [None, [], ()])
def test_an_empty_prefix_is_none(prefix: Any) -> None:
    env = SumEnv()
    assert begin(env, prefix=prefix) == begin(env)


def test_a_prefix_that_ends_the_episode_names_the_part_that_does_not() -> None:
    env = SumEnv()
    said = ["1", "0", "1"]
    with pytest.raises(PrefixError, match=r"Action 1 \('0'\) of a prefix of 3 ended the episode; .*first 1 actions"):
        begin(env, prefix=said)
    assert begin(env, prefix=said[:1])[1]["steps"] == 1
    with pytest.raises(PrefixError, match=r"Action 5 .* reached the limit of 6 steps; give at most the first 5"):
        begin(env, prefix=["1"] * 8)


def test_a_prefix_that_leads_elsewhere_tells_both_texts() -> None:
    env = SumEnv()
    with pytest.raises(DivergenceError) as caught:
        begin(env, prefix=["1", "2", "3"], expected_observations=["1", "4", "6"])
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.index, error.action, error.expected, error.observed) == (1, "2", "4", "3")
    assert "action 1 ('2'): expected '4', observed '3'" in str(error)


def test_a_prefix_that_fails_leaves_no_episode() -> None:
    env = SumEnv()
    for options in ({"prefix": ["0"]}, {"prefix": ["1"], "expected_observations": ["?"]}):
        with pytest.raises(PrefixError):
            begin(env, **options)
        with pytest.raises(EpisodeError, match="no episode"):
            env.step("1")


@pytest.mark.parametrize(
    "options",
    [
        {"prefix": "look"},
        {"prefix": ["1", 2]},
        {"prefix": ["1"], "expected_observations": []},
        {"expected_observations": ["1"]},
    ],
)
def test_a_prefix_is_a_sequence_of_strings_with_an_observation_for_each(options: dict[str, Any]) -> None:
    with pytest.raises(PrefixError):
        begin(SumEnv(), **options)


# -- snapshots and pickles -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SumEnv, CapturingSumEnv])
def test_a_snapshot_brings_a_state_back_here_and_elsewhere(kind: type[SumEnv]) -> None:
    env = kind(reward_mode="delta")
    begin(env, "to-10/90")
    state_now = env.step("2")
    snapshot = env.snapshot()
    after = play(env, "3", "0")
    assert env.restore(snapshot) == (state_now[0], state_now[4])
    assert play(env, "3", "0") == after
    other = kind(reward_mode="delta")
    assert other.restore(pickle.loads(pickle.dumps(snapshot))) == (state_now[0], state_now[4])
    assert play(other, "3", "0") == after


@pytest.mark.parametrize("kind", [SumEnv, CapturingSumEnv])
def test_a_snapshot_of_the_end_is_an_end(kind: type[SumEnv]) -> None:
    for settings, said in (({}, ["0"]), ({"max_steps": 2}, ["1", "1"])):
        env = kind(**settings)
        begin(env)
        last = play(env, *said)[-1]
        snapshot = env.snapshot()
        begin(env)
        assert env.restore(snapshot) == (last[0], last[4])
        with pytest.raises(EpisodeError, match="has ended"):
            env.step("1")


@pytest.mark.parametrize(
    "other", [CapturingSumEnv(), SumEnv(unit=" apples")], ids=["another environment", "other settings"]
)
def test_a_snapshot_fits_the_same_environment_with_the_same_settings_only(other: SumEnv) -> None:
    env = SumEnv()
    begin(env)
    with pytest.raises(UnknownNameError, match=r"The snapshot is of SumEnv \{'unit': ''\}; this is"):
        other.restore(env.snapshot())


def test_a_snapshot_whose_replay_leads_elsewhere_is_refused() -> None:
    env = SumEnv()
    begin(env)
    env.step("1")
    snapshot = env.snapshot()
    changed = SumEnv()
    changed.offset = 5
    with pytest.raises(DivergenceError, match="expected '1', observed '6'"):
        changed.restore(snapshot)


@pytest.mark.parametrize("kind", [SumEnv, CapturingSumEnv])
def test_a_pickled_environment_goes_on(kind: type[SumEnv]) -> None:
    env = kind(reward_mode="delta", unit="!")
    env.reset(seed=4)
    env.step("1")
    copy = pickle.loads(pickle.dumps(env))
    assert play(copy, "2", "0") == play(env, "2", "0")
    assert [copy.reset()[1]["task"] for _ in range(5)] == [env.reset()[1]["task"] for _ in range(5)]
    assert copy.np_random_seed == env.np_random_seed == 4


def test_an_environment_without_an_episode_pickles() -> None:
    copy = pickle.loads(pickle.dumps(SumEnv("test", max_steps=3)))
    assert (copy.split, copy.max_steps) == ("test", 3)
    with pytest.raises(EpisodeError):
        copy.step("1")


def test_a_pickle_holds_the_arguments_as_they_were_given() -> None:
    sizes = [1, 2]
    env = SumEnv(sizes=sizes)
    sizes.append(3)
    assert pickle.loads(pickle.dumps(env)).sizes == [1, 2]


def test_versions_name_the_package() -> None:
    from eto_envs import __version__

    assert SumEnv().versions == {"eto-envs": __version__}
