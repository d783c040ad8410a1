"""IPR: step rewards are the means of their rollouts, pairs are those on which both rewards agree, and it trains."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eto_agent.data.pairs import build_step_pairs
from eto_agent.methods.ipr import IPR
from eto_agent.pipeline import model_of
from eto_agent.run_folder import file_hash
from eto_agent.session import Session
from eto_envs.trajectory import write_trajectories
from tests.eto_agent.toy_runs import Agent, config, copied, products_of, read


@pytest.fixture(scope="module")
def trained(imitated: Callable[[Agent], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two iterations; the rollouts from expert steps of the first are marked before the second begins."""
    out = copied(imitated("barely"), tmp_path_factory.mktemp("ipr") / "run")
    with Session(config(out)) as session:
        iterations = IPR.run(session, session.config.ipr)
        models = dict([next(iterations)])
        rollouts = out / "ipr-1" / "score" / "expert.jsonl"
        write_trajectories(rollouts, [replace(each, meta={**each.meta, "mark": True}) for each in read(rollouts)])
        models |= dict(iterations)
        assert models == {name: model_of(session, name) for name in ("ipr-1", "ipr-2")}
        assert products_of(session, "ipr") == models
    return out


def test_a_step_is_worth_the_mean_of_its_rollouts(trained: Path) -> None:
    score = trained / "ipr-1" / "score"
    explored = {(each.task, each.meta["start"]): each for each in read(trained / "ipr-1" / "explore" / "steps.jsonl")}
    experts = {each.task: each for each in read(trained / "expert" / "trajectories.jsonl")}
    rollouts: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    for side in ("expert", "agent"):
        for each in read(score / f"{side}.jsonl"):
            rollouts[side, each.task, each.meta["start"]].append(each.final_reward or 0.0)
    rows = json.loads((score / "rewards.json").read_text())
    assert rows
    for row in rows:
        after = row["start"] + 1
        for side, played in (("expert", experts[row["task"]]), ("agent", explored[row["task"], row["start"]])):
            if after == len(played.turns) - 1:
                assert row[side] == played.final_reward
            else:
                found = rollouts[side, row["task"], after]
                assert (len(found), row[side]) == (2, pytest.approx(sum(found) / 2))


def test_rollouts_of_the_agent_s_step_begin_after_it(trained: Path) -> None:
    explored = {(each.task, each.meta["start"]): each for each in read(trained / "ipr-1" / "explore" / "steps.jsonl")}
    for each in read(trained / "ipr-1" / "score" / "agent.jsonl"):
        start = each.meta["start"]
        before = explored[each.task, start - 1]
        assert [turn.text for turn in each.turns[: start + 1]] == [turn.text for turn in before.turns[: start + 1]]
        assert {turn.role for turn in each.turns[1 : start + 1]} == {"prefix"}


def test_pairs_are_those_on_which_both_rewards_agree(trained: Path) -> None:
    folder = trained / "ipr-1" / "pairs"
    rows = json.loads((trained / "ipr-1" / "score" / "rewards.json").read_text())
    explored = read(trained / "ipr-1" / "explore" / "steps.jsonl")
    candidates, _ = build_step_pairs(
        read(trained / "expert" / "trajectories.jsonl"), [each for each in explored if each.meta["start"]], rest=True
    )
    gaps = [row["expert"] - row["agent"] for row in rows]
    agree = [
        pair for pair, gap in zip(candidates, gaps, strict=True) if (gap if pair.winner == "expert" else -gap) > 0.01
    ]
    chosen = read(folder / "chosen.jsonl")
    of_steps = [each for each in chosen if each.meta.get("start")]
    assert [each.turns for each in of_steps] == [pair.chosen.turns for pair in agree]
    audit = json.loads((folder / "audit.json").read_text())
    assert (
        audit["explored"]
        == len(explored)
        == sum(audit[k] for k in ("win", "tie", "lose")) + sum(audit["dropped"].values())
    )
    assert audit["dropped"].get("step rewards disagree", 0) == len(candidates) - len(agree)
    assert len(chosen) == audit["win"] + audit["lose"] > 0
    assert len(of_steps) < len(chosen)  # whole trajectories are among them


def test_few_starts_are_beside_the_start_of_the_task(imitated: Callable[[Agent], Path], tmp_path: Path) -> None:
    out = copied(imitated("barely"), tmp_path / "run")
    (out / "config.yaml").unlink()  # of a run with every start
    given = config(out)
    with Session(replace(given, ipr=replace(given.ipr, iterations=1, max_starts=1))) as session:
        products_of(session, "ipr")
    explored = read(out / "ipr-1" / "explore" / "steps.jsonl")
    starts = {each.task: sorted(e.meta["start"] for e in explored if e.task == each.task) for each in explored}
    assert all(found[0] == 0 < found[1] and len(found) == 2 for found in starts.values())
    chosen = read(out / "ipr-1" / "pairs" / "chosen.jsonl")
    assert any("start" not in each.meta or not each.meta["start"] for each in chosen)


def test_it_trains_with_the_likelihood_of_the_chosen_side(trained: Path) -> None:
    hashes = {file_hash(trained / name / "model") for name in ("sft", "ipr-1/dpo", "ipr-2/dpo")}
    assert len(hashes) == 3
    row = json.loads((trained / "ipr-1" / "dpo" / "metrics.jsonl").read_text().splitlines()[0])
    assert row["loss"] > 0.7  # log 2 at the start, and the negative log-likelihood


def test_what_is_known_of_the_frozen_scorer_is_not_rolled_out_again(trained: Path) -> None:
    """What the first iteration rolled out bears a mark; what the second plays itself does not."""
    one, two = (
        {(e.task, e.meta["start"], e.meta["sample"]): e for e in read(trained / f"ipr-{i}" / "score" / "expert.jsonl")}
        for i in (1, 2)
    )
    known = one.keys() & two.keys()
    assert known
    assert {key for key, each in two.items() if each.meta.get("mark")} == known
