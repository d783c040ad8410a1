"""The command `eto-agent`: the whole line (`run`) and its single stages.

Every command takes `--config FILE` (YAML) and every key of it as a flag, which wins over the file. Exit codes: 0 done;
2 wrong use or a set-up that cannot work, said in one line on standard error; 130 interrupted (run it again to go on).

With several processes (`accelerate launch -m eto_agent COMMAND ...`) the first does everything, and the others take
part in its trainings.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import tyro

from eto_agent.config import RunConfig, load_config
from eto_envs.errors import EtoEnvError

__all__ = ["main"]


@dataclass(frozen=True)
class Arguments:
    """What every command takes."""

    config: Path | None = None
    """YAML file with any of the keys below; flags win over it. A run folder's config.yaml is such a file."""
    run: Annotated[RunConfig, tyro.conf.arg(name="")] = field(default_factory=RunConfig)


@dataclass(frozen=True)
class IterationArguments(Arguments):
    """What the stages of an ETO iteration take."""

    iteration: int = 1
    """Which iteration of ETO, from 1."""


@dataclass(frozen=True)
class PolicyArguments(Arguments):
    """What `evaluate` takes."""

    policy: str = "sft"
    """Which policy: random, oracle, base, sft, eto-N, or the folder of a model."""


@dataclass(frozen=True)
class Command:
    """One command: its line of help, what it takes, and what it does."""

    help: str
    takes: type[Arguments]
    do: Callable[[Any, Any], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code; wrong flags leave through `SystemExit(2)`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in ([], ["-h"], ["--help"]):
        print(_overview())
        return 0 if given else 2
    if given == ["--version"]:
        from eto_envs import __version__

        print(f"eto-agent {__version__}")
        return 0
    command = COMMANDS.get(given[0])
    if command is None:
        return _complain(f"unknown command {given[0]!r}; expected one of {', '.join(COMMANDS)}.")
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            _run(given[0], command, given[1:])
        except (EtoEnvError, OSError) as error:
            return _complain(str(error))
        except KeyboardInterrupt:
            _complain("interrupted; the same command goes on from here.")
            return 130
    return 0


def _run(name: str, command: Command, given: list[str]) -> None:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config", type=Path)
    file = parser.parse_known_args(given)[0].config
    config = RunConfig() if file is None or {"-h", "--help"} & set(given) else load_config(file)
    parsed = tyro.cli(
        command.takes,
        prog=f"eto-agent {name}",
        description=command.help,
        args=given,
        default=command.takes(config=file, run=config),
        config=(tyro.conf.FlagConversionOff,),
    )
    from eto_agent import distributed

    if distributed.rank() > 0:
        from eto_agent._trl import train

        distributed.follow(train)
        return
    from eto_agent.lab import Lab

    with distributed.lead(), Lab(parsed.run) as lab:
        command.do(lab, parsed)


def _overview() -> str:
    lines = [f"  {name:<9} {command.help}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "usage: eto-agent COMMAND [--config FILE] [OPTIONS]",
            "",
            "Train language agents by exploration on the environments of eto_envs.",
            "",
            *lines,
            "",
            "eto-agent COMMAND --help explains every option.",
        ]
    )


def _expert(lab: Any, _: Arguments) -> None:
    from eto_agent.methods.expert import expert

    print(expert(lab))


def _sft(lab: Any, _: Arguments) -> None:
    from eto_agent.methods.sft import sft

    print(sft(lab))


def _explore(lab: Any, arguments: IterationArguments) -> None:
    from eto_agent.methods.eto import explore, policy_before

    print(explore(lab, policy_before(lab, arguments.iteration), arguments.iteration))


def _pairs(lab: Any, arguments: IterationArguments) -> None:
    from eto_agent.methods.eto import pairs

    print(pairs(lab, arguments.iteration))


def _dpo(lab: Any, arguments: IterationArguments) -> None:
    from eto_agent.methods.eto import dpo, policy_before

    print(dpo(lab, policy_before(lab, arguments.iteration), arguments.iteration))


def _evaluate(lab: Any, arguments: PolicyArguments) -> None:
    from eto_agent.console import print_table
    from eto_agent.methods.evaluation import evaluate
    from eto_agent.pipeline import model_of

    model = model_of(lab, arguments.policy)
    name = Path(arguments.policy).name
    print_table({name: evaluate(lab, name, model)}, lab.config.evaluate.protocol)


def _report(lab: Any, _: Arguments) -> None:
    from eto_agent.report import write_report

    print(write_report(lab.run.folder))


def _whole(lab: Any, _: Arguments) -> None:
    from eto_agent.pipeline import run

    run(lab)


COMMANDS: dict[str, Command] = {
    "run": Command("Everything: experts, SFT, ETO iterations, evaluation, report.", Arguments, _whole),
    "expert": Command("Record the environment's own solutions as expert trajectories.", Arguments, _expert),
    "sft": Command("Fine-tune the base model on the experts.", Arguments, _sft),
    "explore": Command("Let the agent act once on every training task.", IterationArguments, _explore),
    "pairs": Command("Pair expert and explored trajectories.", IterationArguments, _pairs),
    "dpo": Command("Train on the pairs of an iteration.", IterationArguments, _dpo),
    "evaluate": Command("Evaluate a policy on the evaluation splits.", PolicyArguments, _evaluate),
    "report": Command("Write the report of a run folder again.", Arguments, _report),
}


def _complain(message: str) -> int:
    print(f"eto-agent: {' '.join(message.split())}", file=sys.stderr)
    return 2


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    _complain(f"warning: {message}")
