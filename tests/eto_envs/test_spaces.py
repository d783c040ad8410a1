"""`UnicodeText`: every string is a member, and comes through shared memory as it was."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_observation_space
from gymnasium.vector.utils import create_shared_memory, read_from_shared_memory, write_to_shared_memory
from hypothesis import given
from hypothesis import strategies as st

from eto_envs.core import WorldStep
from eto_envs.spaces import UnicodeText
from eto_envs.toy.locked_door import LockedDoorEnv

ANY_CHARACTER = st.characters(exclude_categories=())  # surrogates too
texts = st.text(ANY_CHARACTER, max_size=50)


class EchoEnv(LockedDoorEnv):
    """Answers with the action."""

    def _apply(self, action: str) -> WorldStep:
        return WorldStep(action)


@given(st.lists(texts, min_size=1, max_size=4))
def test_texts_come_back_from_shared_memory(values: list[str]) -> None:
    space = UnicodeText(max_length=50)
    memory: Any = create_shared_memory(space, n=len(values), ctx=multiprocessing)
    shared: Any = read_from_shared_memory(space, memory, n=len(values))
    for index, value in enumerate(values):
        write_to_shared_memory(space, index, value, memory)
    assert list(shared) == values
    assert copy.deepcopy(shared) == tuple(values)
    assert (shared[-1], shared[:2], len(shared)) == (values[-1], tuple(values[:2]), len(values))
    write_to_shared_memory(space, 0, "", memory)
    assert list(shared) == ["", *values[1:]]


def test_a_copy_of_shared_texts_does_not_change() -> None:
    space = UnicodeText(max_length=10)
    memory: Any = create_shared_memory(space, n=1, ctx=multiprocessing)
    shared: Any = read_from_shared_memory(space, memory, n=1)
    write_to_shared_memory(space, 0, "before", memory)
    kept = copy.deepcopy(shared)
    write_to_shared_memory(space, 0, "after", memory)
    assert (kept, tuple(shared)) == (("before",), ("after",))
    with pytest.raises(IndexError):
        shared[1]


def test_the_longest_and_widest_member_fits_and_no_longer_text() -> None:
    space = UnicodeText(max_length=1000)
    memory: Any = create_shared_memory(space, n=2, ctx=multiprocessing)
    shared: Any = read_from_shared_memory(space, memory, n=2)
    widest = "🔬" * 1000
    assert widest in space
    write_to_shared_memory(space, 1, "neighbour", memory)
    write_to_shared_memory(space, 0, widest, memory)
    assert list(shared) == [widest, "neighbour"]
    with pytest.raises(ValueError, match="1001 characters exceeds"):
        write_to_shared_memory(space, 0, widest + "🔬", memory)


@pytest.mark.parametrize("shared_memory", [True, False])
def test_vector_environments_carry_any_text(shared_memory: bool) -> None:
    said = ("", "🔬 捨てる\n", "\ud800 alone", "x" * 60_000)
    env = gymnasium.vector.AsyncVectorEnv([EchoEnv] * len(said), shared_memory=shared_memory)
    try:
        env.reset(seed=0)
        assert tuple(env.step(said)[0]) == said
        assert tuple(env.step(said[::-1])[0]) == said[::-1]
    finally:
        env.close()


@given(texts)
def test_every_text_is_a_member_up_to_the_limit(text: str) -> None:
    space = UnicodeText(max_length=50)
    assert text in space
    assert (text + "x" * 51) not in space
    assert space.from_jsonable(space.to_jsonable([text])) == [text]


@pytest.mark.parametrize("other", [3, None, b"bytes", ["a"], np.array("text")])
def test_nothing_else_is_a_member(other: object) -> None:
    assert other not in UnicodeText()


def test_samples_are_members_and_depend_on_the_seed_alone() -> None:
    space, same, another = UnicodeText(seed=3), UnicodeText(seed=3), UnicodeText(seed=4)
    samples = [space.sample() for _ in range(100)]
    assert all(sample in space for sample in samples)
    assert samples == [same.sample() for _ in range(100)]
    assert samples != [another.sample() for _ in range(100)]
    assert len(UnicodeText(max_length=1, seed=0).sample()) == 1
    with pytest.raises(ValueError, match="neither a mask"):
        space.sample(mask=1)


def test_it_behaves_as_a_gymnasium_space() -> None:
    space = UnicodeText(max_length=7)
    check_observation_space(space)
    assert pickle.loads(pickle.dumps(space)) == space == copy.deepcopy(space)
    assert space != UnicodeText(max_length=8)
    assert repr(space) == "UnicodeText(max_length=7)"
    assert not space.is_np_flattenable
    with pytest.raises(ValueError, match="at least 1"):
        UnicodeText(max_length=0)
    batched: Sequence[Any] = gymnasium.vector.utils.batch_space(space, 2).sample()
    assert len(batched) == 2
