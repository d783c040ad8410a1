"""100,000 random and hostile actions: no exception, and the same bytes in another process and another order."""

from __future__ import annotations

import pytest

from tests.eto_envs.alfworld.hostile import ACTIONS, EPISODES, VARIANTS, play
from tests.eto_envs.hostile import assert_same_elsewhere


@pytest.mark.slow
def test_a_hundred_thousand_actions_show_the_same_bytes_in_another_process_in_another_order() -> None:
    assert EPISODES * ACTIONS == 100_000
    assert EPISODES % len(VARIANTS) == 0
    assert_same_elsewhere("tests.eto_envs.alfworld.hostile", play, EPISODES)
