"""`TextEnv`, on a world of one number: prefixes, snapshots, pickles."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from eto_envs.core import HistoryStep
from eto_envs.errors import (
    DivergenceError,
    EpisodeError,
    PrefixError,
    UnknownNameError,
)
from tests.eto_envs.sums import CapturingSumEnv, SumEnv, begin, play

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
