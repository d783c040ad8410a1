"""The command `eto-agent`: the whole line (`run`) and its single stages.

Every command on a run folder takes `--config FILE` (YAML) and every key of it as a flag, which wins over the file;
`compare`, `tables` and `figures` work on finished runs; `import`, `export` and `leaderboard` on files. Exit codes:
0 done; 2 wrong use or a set-up that cannot work, said in one line on standard error; 130 interrupted (run it again to
go on).

With several processes (`accelerate launch -m eto_agent COMMAND ...`) the first does everything, and the others take
part in its trainings.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import tyro

from eto_agent.config.schema import Level, RunConfig, load_config
from eto_agent.formats.commands import ExportArguments, ImportArguments, export_trajectories, import_trajectories
from eto_agent.leaderboard.commands import LeaderboardArguments, leaderboard
from eto_agent.tables.commands import (
    CompareArguments,
    FiguresArguments,
    TablesArguments,
    compare_policies,
    draw_figure,
    write_table,
)
from eto_envs.errors import EtoEnvError, UnknownNameError

__all__ = ["main"]


@dataclass(frozen=True)
class Arguments:
    """What every command takes."""

    config: Path | None = None
    """YAML file with any of the keys below; flags win over it. A run folder's config.yaml is such a file."""
    preset: tuple[str, ...] = ()
    """Presets of that file to lay over it, in this order."""
    run: Annotated[RunConfig, tyro.conf.arg(name="")] = field(default_factory=RunConfig)


@dataclass(frozen=True)
class IterationArguments(Arguments):
    """What the stages of an ETO iteration take."""

    iteration: int = 1
    """Which iteration of ETO, from 1."""
    level: Level = "trajectory"
    """What is contrasted."""


@dataclass(frozen=True)
class PolicyArguments(Arguments):
    """What `evaluate` takes."""

    policy: str = "sft"
    """Which policy: random, oracle, base, sft, eto-N, eto-step-N, eto-mixture-N, eto-careful-step-N, rft, rft-N,
    ppo, ipr-N, eef-N, self-play-VARIANT, the folder of a model, a file of trajectories to replay, or openai:MODEL for
    a model behind the endpoint of the section api."""
    split: tuple[str, ...] = ()
    """Splits to evaluate on: short for --evaluate.splits."""


@dataclass(frozen=True)
class Command:
    """One command: its line of help, what it takes, and what it does; `do` gets a `Session` first with `Arguments`."""

    help: str
    takes: type[Any]
    do: Callable[..., None]


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
    if not issubclass(command.takes, Arguments):
        command.do(tyro.cli(command.takes, prog=f"eto-agent {name}", description=command.help, args=given))
        return
    file, presets, flags = _file_and_flags(given)
    if presets and file is None:
        raise UnknownNameError(f"--preset {' '.join(presets)} needs the file that holds it; give --config FILE.")
    config = RunConfig() if file is None or {"-h", "--help"} & set(given) else load_config(file, presets)
    parsed = tyro.cli(
        command.takes,
        prog=f"eto-agent {name}",
        description=command.help,
        args=given,
        default=command.takes(config=file, run=config),
        config=(tyro.conf.FlagConversionOff,),
    )
    from eto_agent.training import distributed

    if distributed.rank() > 0:
        from eto_agent.training.trl_trainers import train

        distributed.follow(train)
        return
    from eto_agent.config.checks import check_method
    from eto_agent.session import Session

    resolved = _run_config(parsed)
    check_method(name, resolved)
    with distributed.lead(), Session(resolved, flags) as session:
        if name != "report":
            session.folder.note_command(shlex.join(["eto-agent", name, *given]))
        command.do(session, parsed)


def _file_and_flags(given: list[str]) -> tuple[Path | None, list[str], str]:
    """The file of `--config`, its presets, and all that was given but a stage's own, to be repeated in messages."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("--config", "--iteration", "--level", "--policy"):
        parser.add_argument(name)
    parser.add_argument("--split", nargs="*")
    parser.add_argument("--preset", nargs="*", default=[])
    own, others = parser.parse_known_args(given)
    if own.config is None:
        return None, own.preset, shlex.join(others)
    presets = ["--preset", *own.preset] if own.preset else []
    return Path(own.config), own.preset, shlex.join(["--config", own.config, *presets, *others])


def _run_config(parsed: Arguments) -> RunConfig:
    """The configuration, with the short flags of a command in their places."""
    if isinstance(parsed, PolicyArguments) and parsed.split:
        return replace(parsed.run, evaluate=replace(parsed.run.evaluate, splits=parsed.split))
    return parsed.run


def _overview() -> str:
    lines = [f"  {name:<11} {command.help}" for name, command in COMMANDS.items()]
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


def _expert(session: Any, _: Arguments) -> None:
    from eto_agent.stages.experts import expert

    print(expert(session))


def _annotate(session: Any, _: Arguments) -> None:
    from eto_agent.stages.annotate import annotate

    print(annotate(session))


def _sft(session: Any, _: Arguments) -> None:
    from eto_agent.methods.sft import sft

    print(sft(session))


def _explore(session: Any, arguments: IterationArguments) -> None:
    from eto_agent.methods.eto import explore, policy_before

    iteration, level = arguments.iteration, arguments.level
    print(explore(session, policy_before(session, iteration, level), iteration, level))


def _pairs(session: Any, arguments: IterationArguments) -> None:
    from eto_agent.methods.eto import pairs

    print(pairs(session, arguments.iteration, arguments.level))


def _dpo(session: Any, arguments: IterationArguments) -> None:
    from eto_agent.methods.eto import dpo, policy_before

    iteration, level = arguments.iteration, arguments.level
    print(dpo(session, policy_before(session, iteration, level), iteration, level))


def _evaluate(session: Any, arguments: PolicyArguments) -> None:
    from eto_agent.evaluation.table import print_evaluation
    from eto_agent.pipeline import label_of, model_of
    from eto_agent.stages.evaluation import evaluate

    model = model_of(session, arguments.policy)
    name = label_of(arguments.policy)
    print_evaluation(name, evaluate(session, name, model))


def _report(session: Any, _: Arguments) -> None:
    from eto_agent.report import write_report

    print(write_report(session.folder.path))


def _whole(session: Any, _: Arguments) -> None:
    from eto_agent.pipeline import run

    run(session)


def _method(name: str) -> Callable[[Any, Arguments], None]:
    """The command that runs one method on a run folder, evaluates it and prints its rows of the table."""

    def do(session: Any, _: Arguments) -> None:
        from eto_agent.console import print_table
        from eto_agent.pipeline import run_method

        print_table(run_method(session, name), session.config.evaluate.protocol)

    return do


COMMANDS: dict[str, Command] = {
    "run": Command("Everything: experts, SFT, the methods, evaluation, report.", Arguments, _whole),
    "expert": Command("Record the environment's own solutions as expert trajectories.", Arguments, _expert),
    "annotate": Command("Let a teacher write the thoughts of the expert trajectories.", Arguments, _annotate),
    "sft": Command("Fine-tune the base model on the experts.", Arguments, _sft),
    "explore": Command(
        "Let the agent act on the training tasks, or from every step of the experts.", IterationArguments, _explore
    ),
    "pairs": Command("Pair expert and explored trajectories.", IterationArguments, _pairs),
    "dpo": Command("Train on the pairs of an iteration.", IterationArguments, _dpo),
    "eto": Command("ETO after SFT: all iterations, evaluated.", Arguments, _method("eto")),
    "best-of-n": Command("Best-of-N after SFT: the best of several samples.", Arguments, _method("best-of-n")),
    "rft": Command("RFT after SFT: learn from the agent's own successes.", Arguments, _method("rft")),
    "ppo": Command("PPO after SFT: learn online, from episodes as they are played.", Arguments, _method("ppo")),
    "ipr": Command("IPR after SFT: contrast steps that Monte-Carlo rollouts tell apart.", Arguments, _method("ipr")),
    "eef": Command("EEF after SFT: learn from what was good in failed experts.", Arguments, _method("eef")),
    "self-play": Command("Learn without experts, from own episodes only.", Arguments, _method("self-play")),
    "evaluate": Command("Evaluate a policy on the evaluation splits.", PolicyArguments, _evaluate),
    "compare": Command(
        "Compare two policies on the same tasks, with replays of what flipped.", CompareArguments, compare_policies
    ),
    "tables": Command("Write a table of the paper from run folders, beside its numbers.", TablesArguments, write_table),
    "figures": Command(
        "Draw score over steps, or reward by iteration, from run folders.", FiguresArguments, draw_figure
    ),
    "report": Command("Write the report of a run folder again.", Arguments, _report),
    "import": Command("Read other projects' demonstrations as trajectories.", ImportArguments, import_trajectories),
    "export": Command("Write trajectories as conversations for other tools.", ExportArguments, export_trajectories),
    "leaderboard": Command(
        "Submit an evaluation, verify submissions, write the leaderboard's site.", LeaderboardArguments, leaderboard
    ),
}


def _complain(message: str) -> int:
    print(f"eto-agent: {' '.join(message.split())}", file=sys.stderr)
    return 2


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    _complain(f"warning: {message}")
