"""Random and hostile actions: no exception, and the same bytes in another process and another order."""

from __future__ import annotations

import pytest

from tests.eto_envs.hostile import assert_same_elsewhere
from tests.eto_envs.webshop.hostile import ACTIONS, play


@pytest.mark.slow
@pytest.mark.parametrize("actions", [16_000, pytest.param(100_000, marks=pytest.mark.nightly)])
def test_hostile_actions_show_the_same_bytes_in_another_process_in_another_order(actions: int) -> None:
    assert_same_elsewhere("tests.eto_envs.webshop.hostile", play, actions // ACTIONS)
