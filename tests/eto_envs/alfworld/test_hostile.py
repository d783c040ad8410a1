"""Random and hostile actions: no exception, and the same bytes in another process and another order."""

from __future__ import annotations

import pytest

from tests.eto_envs.alfworld.hostile import ACTIONS, VARIANTS, play
from tests.eto_envs.hostile import assert_same_elsewhere


@pytest.mark.slow
@pytest.mark.parametrize("actions", [16_000, pytest.param(100_000, marks=pytest.mark.nightly)])
def test_hostile_actions_show_the_same_bytes_in_another_process_in_another_order(actions: int) -> None:
    episodes = actions // ACTIONS
    assert episodes % len(VARIANTS) == 0
    assert_same_elsewhere("tests.eto_envs.alfworld.hostile", play, episodes)
