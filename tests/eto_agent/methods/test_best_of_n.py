"""Best-of-N: the best of samples that really differ, and what they cost together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from eto_agent.config.checks import SettingError
from eto_agent.config.schema import GenerationConfig
from eto_agent.methods.best_of_n import BestOfNConfig
from eto_agent.pipeline import run_method
from eto_agent.run_folder import StageError
from eto_agent.session import Session
from eto_envs.trajectory import read_trajectories


def test_the_best_of_each_task_and_the_cost_of_all(opened: Callable[..., Session]) -> None:
    session = opened()
    results = run_method(session, "best-of-n")["best-of-3"]
    folder = session.folder.path / "evaluate" / "best-of-3"
    for split, figures in results.items():
        samples = list(read_trajectories(folder / f"{split}.samples.jsonl", strict=True))
        best = list(read_trajectories(folder / f"{split}.jsonl", strict=True))
        assert len(samples) == 3 * len(best) == 6
        of_task = {each.task: [] for each in best}
        for each in samples:
            of_task[each.task].append(each)
        for each in best:
            assert each.final_reward == max(sample.final_reward or 0.0 for sample in of_task[each.task])
        mean = sum(each.final_reward or 0.0 for each in best) / len(best)
        assert figures["protocols"]["strict"]["reward"][0] == pytest.approx(mean, abs=1e-6)
        assert (figures["episodes"], figures["samples"], figures["broken"]) == (2, 3, 0)
        turns = [turn for each in samples for turn in each.turns[1:]]
        assert figures["steps"] == pytest.approx(len(turns) / 2)
        assert figures["tokens"] == pytest.approx(sum(len(turn.meta.get("token_ids", ())) for turn in turns) / 2)
        distinct = [len({tuple(each.actions) for each in group}) for group in of_task.values()]
        assert figures["distinct"] == pytest.approx(sum(distinct) / len(distinct))
        assert 0 <= figures["differing"] <= 1
    assert any(figures["differing"] > 0 for figures in results.values())


def test_it_is_not_sampled_again(opened: Callable[..., Session]) -> None:
    session = opened()
    first = run_method(session, "best-of-n")
    (session.folder.path / "evaluate" / "best-of-3" / "seen.samples.jsonl").unlink()  # a done stage does not look
    assert run_method(session, "best-of-n") == first


@pytest.mark.parametrize(("samples", "temperature"), [(3, 0.0), (1, 1.0)])
def test_equal_samples_are_refused_before_any_is_made(
    opened: Callable[..., Session], samples: int, temperature: float
) -> None:
    session = opened(best_of_n=BestOfNConfig(samples, temperature))
    with pytest.raises(SettingError, match=r"best_of_n\.temperature above 0"):
        run_method(session, "best-of-n")
    assert not (session.folder.path / "evaluate").exists()


def test_samples_that_turn_out_equal_are_refused(opened: Callable[..., Session], tmp_path: Path) -> None:
    """So cold that sampling is greedy in effect."""
    session = opened(best_of_n=BestOfNConfig(2, 1e-6), generation=GenerationConfig(max_new_tokens=8))
    with pytest.raises(StageError, match="in no task do two samples differ"):
        run_method(session, "best-of-n")
    assert not (tmp_path / "run" / "evaluate" / "best-of-2" / "stage.json").exists()
