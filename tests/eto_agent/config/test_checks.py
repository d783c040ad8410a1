"""Settings that cannot work end in one line and exit code 2 before anything is made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eto_agent.__main__ import main
from eto_agent.config.checks import SettingError, check_config
from eto_agent.config.schema import trainings
from eto_agent.methods.catalogue import RunConfig, load_config

ROOT = Path(__file__).parents[3]
TOY = str(ROOT / "configs" / "locked_door.yaml")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--eto.dpo.beta 0", "eto.dpo.beta=0.0 has to be positive."),
        ("--eto.later-beta -1", "eto.later_beta=-1.0 has to be positive."),
        ("--eto.iterations 0", "eto.iterations=0 has to be positive."),
        ("--eef.interval 0", "eef.interval=0 has to be positive."),
        ("--ipr.samples 0", "ipr.samples=0 has to be positive."),
        ("--ipr.max-starts 0", "ipr.max_starts=0 has to be positive."),
        ("--ipr.dpo.sft-weight -1", "ipr.dpo.sft_weight=-1.0 must not be negative."),
        ("--evaluate.per-type 0", "evaluate.per_type=0 has to be positive."),
        ("--env.train-per-type 0", "env.train_per_type=0 has to be positive."),
        ("--generation.temperature -1", "generation.temperature=-1.0 must not be negative."),
        ("--sft.batch-size 6 --sft.gradient-accumulation 4", "does not divide sft.batch_size=6"),
        ("--methods best-of-n --best-of-n.samples 1", "Best-of-N with 1 samples at temperature 1"),
        ("--methods rft --rft.temperature 0", "greedy samples of a task are all equal"),
        ("--methods ppo --ppo.gamma 2", "ppo.gamma=2.0 has to lie between 0 and 1."),
        ("--methods self-play", "has random weights"),
        ("--methods self-play --self-play.first random --self-play.temperature 0", "greedy samples"),
        ("--methods eef --eef.temperature 0", "greedy samples"),
        ("--expert.mistakes 1", "expert.mistakes=1.0 has to be 0 or more, and less than 1."),
        ("--expert.break-off -1", "expert.break_off=-1.0 has to lie between 0 and 1."),
        ("--methods ppo --ppo.report-to nowhere", "tracker in report_to"),
        ("--env.settings max_steps=4 --env.types none-such", "none-such"),
    ],
)
def test_one_line_and_nothing_made(
    flags: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert main(["run", "--config", TOY, "--out", str(out), *flags.split()]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not out.exists()


def test_the_command_of_a_method_is_refused_like_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    assert main(["self-play", "--config", TOY, "--out", str(out)]) == 2
    assert "--self-play.first random" in capsys.readouterr().err
    assert not out.exists()


def test_every_training_is_looked_at() -> None:
    config = RunConfig()
    check_config(config)
    assert {name for name, _ in trainings(config)} == {"sft", "eto.dpo", "self_play.dpo", "ipr.dpo"}
    dpo = replace(config.self_play.dpo, epochs=0)
    with pytest.raises(Exception, match=r"self_play\.dpo\.epochs=0 has to be positive"):
        check_config(replace(config, self_play=replace(config.self_play, dpo=dpo)))


def test_a_method_that_is_not_asked_for_is_left_alone() -> None:
    config = RunConfig()
    one = replace(config.best_of_n, samples=1)
    check_config(replace(config, best_of_n=one))
    with pytest.raises(SettingError, match="one greedy episode"):
        check_config(replace(config, best_of_n=one, methods=("best-of-n",)))


OURS = [each for folder in ("configs", "benchmarks/methods") for each in sorted((ROOT / folder).rglob("*.yaml"))]


@pytest.mark.parametrize("path", [each for each in OURS if each.name != "fsdp.yaml"], ids=lambda each: each.stem)
def test_our_own_configurations_pass(path: Path) -> None:
    check_config(load_config(path))
