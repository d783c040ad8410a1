"""Random and hostile actions: no exception, and the same bytes in another process and in another order."""

from __future__ import annotations

import pytest

from tests.eto_envs.alfworld.hostile import ACTIONS, EPISODES, VARIANTS, play
from tests.eto_envs.hostile import assert_same_elsewhere


@pytest.mark.slow
@pytest.mark.parametrize("episodes", [EPISODES // 5, pytest.param(EPISODES, marks=pytest.mark.nightly)])
def test_actions_show_the_same_bytes_in_another_process_in_another_order(episodes: int) -> None:
    assert EPISODES * ACTIONS == 100_000
    assert episodes % len(VARIANTS) == 0
    assert_same_elsewhere("tests.eto_envs.alfworld.hostile", play, episodes)
