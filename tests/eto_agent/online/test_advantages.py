"""Advantages and value targets against numbers computed by hand."""

from __future__ import annotations

import pytest

from eto_agent.online.advantages import explained_variance, gae, normalized, rewards_at_the_end


def test_gae_by_hand() -> None:
    """Three turns, reward 1 at the end, gamma 0.9, lambda 0.5."""
    error_2 = 1.0 + 0.9 * 0.0 - 0.3
    error_1 = 0.0 + 0.9 * 0.3 - 0.4
    error_0 = 0.0 + 0.9 * 0.4 - 0.5
    third = error_2
    second = error_1 + 0.45 * third
    first = error_0 + 0.45 * second
    advantages, targets = gae(rewards_at_the_end(3, 1.0), [0.5, 0.4, 0.3], gamma=0.9, gae_lambda=0.5)
    assert advantages == pytest.approx([first, second, third], abs=1e-12)
    assert advantages == pytest.approx([-0.056750, 0.185, 0.7], abs=1e-12)  # the same, multiplied out
    assert targets == pytest.approx([0.443250, 0.585, 1.0], abs=1e-12)


def test_the_two_ends_of_lambda() -> None:
    values = [0.2, 0.6, 0.1, 0.4]
    whole, targets = gae(rewards_at_the_end(4, 0.5), values, gamma=1.0, gae_lambda=1.0)
    assert whole == pytest.approx([0.3, -0.1, 0.4, 0.1])  # the final reward minus the value
    assert targets == pytest.approx([0.5] * 4)
    one_step, _ = gae(rewards_at_the_end(4, 0.5), values, gamma=1.0, gae_lambda=0.0)
    assert one_step == pytest.approx([0.4, -0.5, 0.3, 0.1])


def test_rewards_on_the_way_count() -> None:
    advantages, _ = gae([1.0, 0.0, 2.0], [0.0, 0.0, 0.0], gamma=0.5, gae_lambda=1.0)
    assert advantages == pytest.approx([1.5, 1.0, 2.0])


def test_normalized_over_all_steps_of_all_episodes() -> None:
    found = normalized([[1.0, 2.0], [3.0, 6.0]])  # mean 3, variance (4 + 1 + 0 + 9) / 4
    scale = 3.5**0.5
    assert found[0] == pytest.approx([-2 / scale, -1 / scale])
    assert found[1] == pytest.approx([0.0, 3 / scale])
    assert normalized([[0.5, 0.5], [0.5]]) == [[0.0, 0.0], [0.0]]


def test_explained_variance() -> None:
    assert explained_variance([0.0, 1.0, 2.0], [0.0, 1.0, 2.0]) == 1.0
    assert explained_variance([1.0, 1.0, 1.0], [0.0, 1.0, 2.0]) == 0.0
    assert explained_variance([2.0, 1.0, 0.0], [0.0, 1.0, 2.0]) == pytest.approx(-3.0)
    assert explained_variance([0.3, 0.1], [1.0, 1.0]) == 0.0
