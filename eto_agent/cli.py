"""The command `eto-agent`: the whole line (`run`) and its single stages.

Every command on a run folder takes `--config FILE` (YAML) and every key of it as a flag, which wins over the file;
`compare`, `tables` and `figures` work on finished runs; `import`, `export` and `leaderboard` on files. A method's name
is a command; so is MODULE:NAME, for a method of one's own. Exit codes: 0 done; 2 wrong use or a set-up that cannot
work, said in one line on standard error; 130 interrupted (run it again to go on).

With several processes (`accelerate launch -m eto_agent COMMAND ...`) the first does everything, and the others take
part in its trainings.
"""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, make_dataclass, replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import tyro

from eto_agent.command import Command
from eto_agent.config.loading import read_config, typed_config
from eto_agent.config.schema import BaseConfig
from eto_agent.formats.commands import ExportArguments, ImportArguments, export_trajectories, import_trajectories
from eto_agent.leaderboard.commands import LeaderboardArguments, leaderboard
from eto_agent.methods.catalogue import METHODS, announced, config_type, method_of, methods_named
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
class FileFlags:
    """What every command on a run folder takes, beside the keys of a configuration."""

    config: Path | None = None
    """YAML file with any of the keys below; flags win over it. A run folder's config.yaml is such a file."""
    preset: tuple[str, ...] = ()
    """Presets of that file to lay over it, in this order."""


@dataclass(frozen=True)
class PolicyFlags:
    """What `evaluate` takes."""

    policy: str = "sft"
    """Which policy: random, oracle, base, sft, what a method makes (a wrong name lists them), the folder of a model, a
    file of trajectories to replay, openai:MODEL for a model behind the endpoint of the section api, or MODULE:NAME."""
    split: tuple[str, ...] = ()
    """Splits to evaluate on: short for --evaluate.splits."""


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
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            command = _command(given[0])
            if command is None:
                names = ", ".join(_commands())
                return _complain(f"unknown command {given[0]!r}; expected one of {names}, or MODULE:NAME.")
            _run(given[0], command, given[1:])
        except (EtoEnvError, OSError) as error:
            return _complain(str(error))
        except KeyboardInterrupt:
            _complain("interrupted; the same command goes on from here.")
            return 130
    return 0


def _run(name: str, command: Command, given: list[str]) -> None:
    if not command.on_run:
        command.do(tyro.cli(command.flags, prog=f"eto-agent {name}", description=command.help, args=given))
        return
    parsed, flags = _parsed(name, command, given)
    from eto_agent.training import distributed

    if distributed.rank() > 0:
        from eto_agent.training.trl_trainers import train

        distributed.follow(train)
        return
    from eto_agent.config.checks import check_method
    from eto_agent.session import Session

    config: BaseConfig = parsed.run
    if isinstance(parsed.own, PolicyFlags) and parsed.own.split:
        config = replace(config, evaluate=replace(config.evaluate, splits=parsed.own.split))
    if name in {each.name for each in config.known_methods} or ":" in name:
        check_method(name, config)
    with distributed.lead(), Session(config, flags) as session:
        if name != "report":
            session.folder.note_command(shlex.join(["eto-agent", name, *given]))
        command.do(session, parsed.own)


# The flags of a command on a run folder


class _Scan(NamedTuple):
    """What has to be known before the flags can be parsed: the file, and the methods whose sections there are."""

    file: Path | None
    presets: list[str]
    methods: list[str]
    rest: list[str]


def _parsed(name: str, command: Command, given: list[str]) -> tuple[Any, str]:
    """The flags of a command, and all that was given but the command's own, to be repeated in messages.

    Returns:
        an object with `own` (`command.flags`) and `run` (the configuration), and the flags as text.
    """
    scan = _scan(given, command.flags)
    if scan.presets and scan.file is None:
        raise UnknownNameError(f"--preset {' '.join(scan.presets)} needs the file that holds it; give --config FILE.")
    asks_help = bool({"-h", "--help"} & set(given))
    keys = {} if scan.file is None or asks_help else read_config(scan.file, scan.presets)
    named = [*scan.methods, *(each for each in keys.get("methods") or () if isinstance(each, str))]
    kind = config_type(methods_named([name, *named]))
    config = kind() if scan.file is None or asks_help else typed_config(keys, kind, scan.file)
    if ":" in name and name not in config.methods:
        config = replace(config, methods=(*config.methods, name))  # so that its rows are found later
    flat = tyro.conf.arg(name="")
    arguments = make_dataclass(
        "Arguments",
        [
            ("file", Annotated[FileFlags, flat], field(default_factory=FileFlags)),
            ("own", Annotated[command.flags, flat], field(default_factory=command.flags)),
            ("run", Annotated[kind, flat], field(default_factory=kind)),
        ],
        frozen=True,
    )
    parsed = tyro.cli(
        arguments,
        prog=f"eto-agent {name}",
        description=command.help,
        args=given,
        default=arguments(file=FileFlags(scan.file), run=config),
        config=(tyro.conf.FlagConversionOff,),
    )
    presets = ["--preset", *scan.presets] if scan.presets else []
    file = [] if scan.file is None else ["--config", str(scan.file)]
    return parsed, shlex.join([*file, *presets, *scan.rest])


def _scan(given: list[str], own: type[Any]) -> _Scan:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config")
    parser.add_argument("--preset", nargs="*", default=[])
    for each in dataclasses.fields(own):
        parser.add_argument(f"--{each.name}", nargs="*")
    found, rest = parser.parse_known_args(given)
    methods = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    methods.add_argument("--methods", nargs="*", default=[])
    named = methods.parse_known_args(rest)[0].methods
    return _Scan(None if found.config is None else Path(found.config), found.preset, named, rest)


# The commands


def _expert(session: Any, _: Any) -> None:
    from eto_agent.stages.experts import expert

    print(expert(session))


def _annotate(session: Any, _: Any) -> None:
    from eto_agent.stages.annotate import annotate

    print(annotate(session))


def _sft(session: Any, _: Any) -> None:
    from eto_agent.methods.sft import sft

    print(sft(session))


def _evaluate(session: Any, flags: PolicyFlags) -> None:
    from eto_agent.evaluation.table import print_evaluation
    from eto_agent.pipeline import label_of, model_of
    from eto_agent.stages.evaluation import evaluate

    model = model_of(session, flags.policy)
    name = label_of(flags.policy)
    print_evaluation(name, evaluate(session, name, model))


def _report(session: Any, _: Any) -> None:
    from eto_agent.report import write_report

    print(write_report(session.folder.path))


def _whole(session: Any, _: Any) -> None:
    from eto_agent.pipeline import run

    run(session)


def _method(name: str) -> Callable[[Any, Any], None]:
    """What the command of a method does: runs it on a run folder, evaluates it and prints its rows of the table."""

    def do(session: Any, _: Any) -> None:
        from eto_agent.console import print_table
        from eto_agent.pipeline import run_method

        print_table(run_method(session, name), session.config.evaluate.protocol)

    return do


_FIRST = {
    "run": Command("Everything: experts, SFT, the methods, evaluation, report.", _whole),
    "expert": Command("Record the environment's own solutions as expert trajectories.", _expert),
    "annotate": Command("Let a teacher write the thoughts of the expert trajectories.", _annotate),
    "sft": Command("Fine-tune the base model on the experts.", _sft),
}
_LAST = {
    "evaluate": Command("Evaluate a policy on the evaluation splits.", _evaluate, PolicyFlags),
    "compare": Command(
        "Compare two policies on the same tasks, with replays of what flipped.",
        compare_policies,
        CompareArguments,
        on_run=False,
    ),
    "tables": Command(
        "Write a table of the paper from run folders, beside its numbers.", write_table, TablesArguments, on_run=False
    ),
    "figures": Command(
        "Draw score over steps, or reward by iteration, from run folders.", draw_figure, FiguresArguments, on_run=False
    ),
    "report": Command("Write the report of a run folder again.", _report),
    "import": Command(
        "Read other projects' demonstrations as trajectories.", import_trajectories, ImportArguments, on_run=False
    ),
    "export": Command(
        "Write trajectories as conversations for other tools.", export_trajectories, ExportArguments, on_run=False
    ),
    "leaderboard": Command(
        "Submit an evaluation, verify submissions, write the leaderboard's site.",
        leaderboard,
        LeaderboardArguments,
        on_run=False,
    ),
}


def _commands() -> dict[str, Command]:
    """Every command: those before the methods, what the methods bring, and those after them."""
    methods = [*METHODS, *announced()]
    further = {name: command for method in methods for name, command in method.commands.items()}
    own = {method.name: Command(method.help, _method(method.name)) for method in methods}
    return {**_FIRST, **further, **own, **_LAST}


def _command(name: str) -> Command | None:
    """The command of a name; None where there is none.

    Raises:
        UnknownNameError: it is MODULE:NAME, and there is no such method.
    """
    found = _commands().get(name)
    if found is not None or ":" not in name:
        return found
    return Command(method_of(name).help, _method(name))


def _overview() -> str:
    lines = [f"  {name:<11} {command.help}" for name, command in _commands().items()]
    return "\n".join(
        [
            "usage: eto-agent COMMAND [--config FILE] [OPTIONS]",
            "",
            "Train language agents by exploration on the environments of eto_envs.",
            "",
            *lines,
            "  MODULE:NAME A method of your own.",
            "",
            "eto-agent COMMAND --help explains every option.",
        ]
    )


def _complain(message: str) -> int:
    print(f"eto-agent: {' '.join(message.split())}", file=sys.stderr)
    return 2


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    _complain(f"warning: {message}")
