"""Self-play: every variant without an expert, from a first explorer that is honest about itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eto_agent.config.checks import SettingError
from eto_agent.evaluation.scoring import strict_score
from eto_agent.pipeline import model_of, run, run_method
from eto_agent.report.findings import read_findings
from eto_agent.run_folder import StageError, file_hash
from eto_agent.session import Session
from eto_envs.trajectory import Trajectory, read_trajectories
from tests.eto_agent.toy_runs import CONFIG, Agent, products_of

SELF_PLAY = replace(
    CONFIG,
    methods=("self-play",),
    env=replace(CONFIG.env, train_per_type=6),
    sft=replace(CONFIG.sft, epochs=8),
)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A whole `run` of nothing but self-play."""
    with Session(replace(SELF_PLAY, out=tmp_path_factory.mktemp("self-play") / "run")) as session:
        rows = run(session)
        assert list(rows) == ["random", "self-play-rft", "self-play-eto", "self-play-rft+eto"]
        yield session


def read(session: Session, name: str) -> list[Trajectory]:
    return list(read_trajectories(session.folder.path / name, strict=True))


def facts(session: Session, stage: str) -> dict[str, int]:
    return json.loads((session.folder.path / stage / "stage.json").read_text())["facts"]


def test_no_expert_is_made(played: Session) -> None:
    made = {each.name for each in played.folder.path.iterdir() if each.is_dir()}
    assert made == {"evaluate", "self-play"}
    assert (played.folder.path / "report.html").stat().st_size > 1000
    findings = read_findings(played.folder.path)
    assert findings.missing == []
    assert {"self-play/rft", "self-play/eto/1"} <= set(findings.curves)
    assert {contrast.base for contrast in findings.contrasts("strict")} == {"random"}


def test_the_first_episodes_are_the_random_policy_s_and_differ(played: Session) -> None:
    explored = read(played, "self-play/explore/trajectories.jsonl")
    assert {each.policy for each in explored} == {"random"}
    assert len(explored) == 6 * len(played.train_tasks)
    assert len({(each.task, tuple(each.actions)) for each in explored}) > len(explored) / 2


def test_good_episodes_are_imitated(played: Session) -> None:
    explored = read(played, "self-play/explore/trajectories.jsonl")
    kept = read(played, "self-play/rft/collect/trajectories.jsonl")
    good = {(each.task, tuple(each.actions)) for each in explored if strict_score(each)[0] >= 0.2}
    assert {(each.task, tuple(each.actions)) for each in kept} == good
    assert facts(played, "self-play/rft/collect")["kept"] == len(kept) == len(good)
    assert facts(played, "self-play/rft/sft")["examples"] == len(kept)


@pytest.mark.parametrize(
    ("variant", "explored"), [("eto", "self-play/explore"), ("rft+eto", "self-play/rft+eto/1/explore")]
)
def test_pairs_are_of_one_task_and_the_better_one_is_chosen(played: Session, variant: str, explored: str) -> None:
    place = f"self-play/{variant}/1"
    chosen, rejected = read(played, f"{place}/pairs/chosen.jsonl"), read(played, f"{place}/pairs/rejected.jsonl")
    episodes = read(played, f"{explored}/trajectories.jsonl")
    for better, worse in zip(chosen, rejected, strict=True):
        assert better.task == worse.task
        assert better in episodes
        assert worse in episodes
        assert strict_score(better)[0] > strict_score(worse)[0]
        assert strict_score(better)[0] == max(strict_score(each)[0] for each in episodes if each.task == better.task)
    found = facts(played, f"{place}/pairs")
    assert found["pairs"] == len(chosen) <= 3 * (found["tasks"] - found["alike"])
    assert facts(played, f"{place}/dpo")["pairs"] == len(chosen)
    assert chosen


def test_each_variant_starts_where_it_says(played: Session) -> None:
    folder = played.folder.path / "self-play"

    def inputs(stage: str) -> dict[str, str]:
        return json.loads((folder / stage / "stage.json").read_text())["inputs"]

    base, imitator = file_hash(folder / "base" / "model"), file_hash(folder / "rft" / "sft" / "model")
    assert inputs("rft/sft")["base"] == inputs("eto/1/dpo")["policy"] == base
    assert inputs("rft+eto/1/explore")["policy"] == inputs("rft+eto/1/dpo")["policy"] == imitator
    assert {each.policy for each in read(played, "self-play/rft+eto/1/explore/trajectories.jsonl")} == {"self-play"}


def test_the_models_have_names(played: Session) -> None:
    folder = played.folder.path / "self-play"
    assert model_of(played, "self-play-rft") == folder / "rft" / "sft" / "model"
    assert model_of(played, "self-play-eto") == folder / "eto" / "1" / "dpo" / "model"
    assert model_of(played, "self-play-rft+eto") == folder / "rft+eto" / "1" / "dpo" / "model"
    with pytest.raises(StageError, match="run: eto-agent self-play"):
        model_of(played, "self-play-eto-2")


def test_a_trained_model_explores_for_itself(imitated: Callable[[Agent], Path], tmp_path: Path) -> None:
    """The SFT agent of another run is the base model here; of what it plays, the good is imitated, twice over."""
    model = replace(CONFIG.model, name=str(imitated("by heart") / "sft" / "model"))
    settings = replace(CONFIG.self_play, first="base", variants=("eto",), samples=3, temperature=1.3, iterations=2)
    config = replace(SELF_PLAY, out=tmp_path / "run", model=model, self_play=settings, env=CONFIG.env)
    with Session(config) as session:
        models = products_of(session, "self-play")
        assert list(models) == ["self-play-eto", "self-play-eto-2"]
        assert not (tmp_path / "run" / "self-play" / "base").exists()
        assert facts(session, "self-play/eto/1/dpo")["pairs"] > 0
        second = json.loads((tmp_path / "run" / "self-play" / "eto" / "2" / "explore" / "stage.json").read_text())
        assert second["inputs"]["policy"] == file_hash(models["self-play-eto"])
        again = read(session, "self-play/eto/2/explore/trajectories.jsonl")
        assert again != read(session, "self-play/explore/trajectories.jsonl")


def test_a_scratch_model_cannot_explore_first(tmp_path: Path) -> None:
    refused = replace(SELF_PLAY, out=tmp_path / "run", self_play=replace(CONFIG.self_play, first="base"))
    with pytest.raises(SettingError, match=r"--self-play\.first random"):
        Session(refused)
    assert not refused.out.exists()
    with (
        Session(replace(refused, methods=())) as session,
        pytest.raises(SettingError, match=r"--self-play\.first random"),
    ):
        run_method(session, "self-play")
    assert not (refused.out / "self-play").exists()


def test_nothing_good_is_told(tmp_path: Path) -> None:
    settings = replace(CONFIG.self_play, variants=("rft",), threshold=1.5)
    with (
        Session(replace(SELF_PLAY, out=tmp_path / "run", self_play=settings)) as session,
        pytest.raises(StageError, match="None of 36 episodes reaches"),
    ):
        products_of(session, "self-play")
