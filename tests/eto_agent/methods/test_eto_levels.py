"""ETO on single steps and on both, as stages of a run; the release's settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eto_agent.methods.catalogue import load_config
from eto_agent.methods.eto import EtoConfig, Iteration, Level, build, explore, train
from eto_agent.pipeline import model_of
from eto_agent.run_folder import StageError, file_hash
from eto_agent.session import Session
from tests.eto_agent.forks import Fork
from tests.eto_agent.toy_runs import Agent, config, copied, products_of, read


@pytest.fixture(scope="module")
def trained(imitated: Callable[[Agent], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which every level has been trained."""
    out = copied(imitated("barely"), tmp_path_factory.mktemp("levels") / "run")
    with Session(config(out, levels=("step", "trajectory", "mixture"))) as session:
        products_of(session, "eto")
    return out


def test_every_step_of_every_expert_is_explored_from(trained: Path) -> None:
    experts = read(trained / "expert" / "trajectories.jsonl")
    steps = read(trained / "eto-step-1" / "explore" / "steps.jsonl")
    assert [(each.task, each.meta["start"]) for each in steps] == [
        (each.task, start) for each in experts for start in range(len(each.turns) - 1)
    ]
    assert all(each.outcome != "error" for each in steps)


def test_pairs_are_single_turns_and_the_audit_adds_up(trained: Path) -> None:
    folder = trained / "eto-step-1" / "pairs"
    sides = list(zip(read(folder / "chosen.jsonl"), read(folder / "rejected.jsonl"), strict=True))
    audit = json.loads((folder / "audit.json").read_text())
    assert len(sides) == audit["win"] + audit["lose"] > 0
    steps = read(trained / "eto-step-1" / "explore" / "steps.jsonl")
    assert (
        len(steps)
        == audit["explored"]
        == sum(audit[k] for k in ("win", "tie", "lose")) + sum(audit["dropped"].values())
    )
    for better, worse in sides:
        assert better.turns[:-1] == worse.turns[:-1]
        assert {turn.role for turn in better.turns[1:-1]} <= {"prefix"}
        assert better.turns[-1].action != worse.turns[-1].action
        assert (better.final_reward or 0) > (worse.final_reward or 0)


def test_mixture_is_both_sets(trained: Path) -> None:
    for file in ("chosen.jsonl", "rejected.jsonl"):
        one, two, both = (trained / name / "pairs" / file for name in ("eto-1", "eto-step-1", "eto-mixture-1"))
        assert both.read_bytes() == one.read_bytes() + two.read_bytes()
    audits = [
        json.loads((trained / n / "pairs" / "audit.json").read_text()) for n in ("eto-1", "eto-step-1", "eto-mixture-1")
    ]
    for key in ("explored", "win", "tie", "lose"):
        assert audits[2][key] == audits[0][key] + audits[1][key]


def test_each_level_is_a_model_of_its_own(trained: Path) -> None:
    names = ("eto-1", "eto-step-1", "eto-mixture-1")
    with Session(config(trained)) as session:
        models = [model_of(session, name) for name in names]
        assert [Iteration(level, 1).name for level in ("trajectory", "step", "mixture")] == list(names)
        assert Iteration("step", 2).model_before(session) == models[1]
        with pytest.raises(StageError, match="dpo --iteration 2 --level mixture"):
            model_of(session, "eto-mixture-2")
    assert len({file_hash(Path(str(model))) for model in models}) == 3


def test_what_another_level_explored_is_taken_over(trained: Path) -> None:
    """The SFT agent would do the same again: the mixture's files are the other levels'."""
    for name, source in (("trajectories.jsonl", "eto-1"), ("steps.jsonl", "eto-step-1")):
        copy = trained / "eto-mixture-1" / "explore" / name
        assert copy.read_bytes() == (trained / source / "explore" / name).read_bytes()


def explore_from_sft(out: Path, level: Level) -> None:
    with Session(config(out)) as session:
        explore(session, session.config.eto, Iteration(level, 1))


@pytest.mark.slow
@pytest.mark.parametrize(("level", "name"), [("step", "eto-step-1"), ("mixture", "eto-mixture-1")])
def test_killed_over_a_step_it_goes_on_to_the_same_episodes(
    imitated: Callable[[Agent], Path], trained: Path, tmp_path: Path, level: Level, name: str
) -> None:
    """The mixture explores afresh here, and ends with the bytes that were copied in `trained`."""
    out = copied(imitated("barely"), tmp_path / "run")
    file = out / name / "explore" / "steps.jsonl"
    Fork(explore_from_sft, out, level).end_killed(lambda: file.exists() and file.read_bytes().count(b"\n") >= 2)
    whole = trained / name / "explore" / "steps.jsonl"
    assert 2 <= file.read_bytes().count(b"\n") < whole.read_bytes().count(b"\n")
    assert not (file.parent / "stage.json").exists()
    explore_from_sft(out, level)
    for each in file.parent.glob("*.jsonl"):
        assert each.read_bytes() == (trained / name / "explore" / each.name).read_bytes()


@pytest.mark.parametrize("level", ["step", "mixture"])
def test_a_stage_that_is_too_early_names_the_level(tmp_path: Path, level: Level) -> None:
    iteration = Iteration(level, 1)
    with Session(config(tmp_path / "run")) as session:
        settings = session.config.eto
        for stage, told in (
            (lambda: build(session, settings, iteration), f"explore --iteration 1 --level {level}"),
            (lambda: train(session, settings, iteration), f"pairs --iteration 1 --level {level}"),
            (lambda: Iteration(level, 3).model_before(session), f"dpo --iteration 2 --level {level}"),
        ):
            with pytest.raises(StageError, match=told):
                stage()


@pytest.mark.parametrize(
    ("env", "given", "filled"),
    [
        ("eto/WebShop-v0", EtoConfig(), (None, None, None)),
        ("eto/WebShop-v0", EtoConfig(settings="release"), (5, 0.5, 5e-7)),
        ("eto/ALFWorld-v0", EtoConfig(settings="release"), (None, 0.5, 5e-7)),
        ("eto/WebShop-v0", EtoConfig(settings="release", trim_rejected=2, later_beta=0.2), (2, 0.2, 5e-7)),
        ("eto/WebShop-v0", EtoConfig(later_learning_rate=1e-8), (None, None, 1e-8)),
    ],
)
def test_the_release_fills_what_is_not_set(env: str, given: EtoConfig, filled: tuple[object, ...]) -> None:
    found = given.filled(env)
    assert (found.trim_rejected, found.later_beta, found.later_learning_rate) == filled
    assert found.dpo == given.dpo


def test_a_run_notes_what_the_release_s_settings_are(tmp_path: Path) -> None:
    given = config(tmp_path / "run", settings="release")
    with Session(given):
        noted = load_config(tmp_path / "run" / "config.yaml").eto
    assert (noted.settings, noted.trim_rejected, noted.later_beta) == ("release", 5, 0.5)
    with Session(replace(given, eto=noted)):
        pass


def test_later_iterations_train_with_their_own_settings(tmp_path: Path) -> None:
    from eto_agent.methods.eto import _settings

    given = config(tmp_path / "run", settings="release")
    filled = given.eto.filled("eto/LockedDoor-v0")
    later = replace(given.eto.dpo, beta=0.5, learning_rate=5e-7)
    found = [_settings(filled, Iteration("trajectory", number)) for number in (1, 2, 3)]
    assert found == [given.eto.dpo, later, later]
    careful = replace(given.eto.dpo, beta=0.5, learning_rate=1e-7)
    assert [_settings(filled, Iteration("careful-step", number)) for number in (1, 2)] == [careful, careful]
