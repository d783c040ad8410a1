"""The command `eto-envs`.

Exit codes: 0 done; 1 done, but something in it failed (an episode, a check of `doctor`); 2 wrong use or a set-up that
cannot work, said in one line on standard error; 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from eto_envs import ENV_IDS, __version__
from eto_envs.errors import ContractError, EtoEnvError, UnknownNameError
from eto_envs.generating import Made, check_world

if TYPE_CHECKING:
    from eto_envs.tasks import TaskSet
    from eto_envs.trajectory import Trajectory

__all__ = ["main"]

Env = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="ENV")]
Settings = Annotated[list[str], tyro.conf.UseAppendAction, tyro.conf.arg(name="set", metavar="KEY=VALUE")]
Types = Annotated[list[str], tyro.conf.UseAppendAction, tyro.conf.arg(name="type", metavar="TYPE")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code; wrong flags leave through `SystemExit(2)`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:
        print(f"eto-envs {__version__}")
        return 0
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            if given[:1] == ["generate"]:
                given[1:] = check_world(given[1:])
            return tyro.extras.subcommand_cli_from_dict(
                _COMMANDS,
                prog="eto-envs",
                description="Text environments for language agents: look, play, record, replay, serve.",
                args=given or ["--help"],
                config=(tyro.conf.DisallowNone, tyro.conf.FlagCreatePairsOff),
            )
        except BrokenPipeError:
            # The reader (`head`) has gone. What is still buffered must not fail again when the interpreter ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        except (EtoEnvError, OSError) as error:
            _complain(_one_line(error))
            return 2
        except KeyboardInterrupt:
            _complain("interrupted.")
            return 130


def list_environments() -> int:
    """List the environments: what each needs, whether that is installed, and its splits."""
    from eto_envs.doctor import missing_packages, needed_packages
    from eto_envs.making import make_env
    from eto_envs.recording import text_env

    for env_id in ENV_IDS:
        missing = missing_packages(env_id)
        print(f"{env_id}  {'missing: ' + ', '.join(missing) if missing else 'installed'}")
        print(f"    needs   {', '.join(needed_packages(env_id)) or 'nothing else'}")
        if missing:
            print(f"    run     pip install {' '.join(missing)}")
            continue
        with closing(make_env(env_id)) as env:
            manifest = text_env(env).manifest
        sizes = ", ".join(f"{split} {len(tasks)}" for split, tasks in manifest.items())
        print(f"    splits  {sizes} (manifest {manifest.name})")
    return 0


def list_tasks(env: Env, /, split: str | None = None, types: bool = False, settings: Settings = []) -> int:  # noqa: B006
    """List the tasks of an environment: its splits, or the tasks of one split.

    Args:
        env: the environment, for instance eto/ScienceWorld-v0 or just scienceworld.
        split: a split, whose tasks are listed one a line (id and type); without it the splits are.
        types: count the tasks of each type instead.
        settings: an argument of the environment, for instance --set manifest=capped; may be repeated.
    """
    from eto_envs.making import make_env
    from eto_envs.recording import text_env

    with closing(make_env(env, settings, split)) as made:
        manifest = text_env(made).manifest
        if split is not None:
            _print_split(manifest[split], types)
            return 0
        for name, tasks in manifest.items():
            print(f"{tasks.name}  {len(tasks)} tasks  {len({task.type for task in tasks})} types  hash {tasks.hash}")
            if types:
                _print_types(manifest[name])
        for (one, other), shared in manifest.overlaps().items():
            print(f"{one} and {other} share {len(shared)} tasks")
    return 0


def play(
    env: Env,
    /,
    task: str | None = None,
    split: str | None = None,
    seed: int | None = None,
    settings: Settings = [],  # noqa: B006
) -> int:
    """Play an environment in the terminal.

    Args:
        env: the environment, for instance eto/ScienceWorld-v0 or just scienceworld.
        task: the id of a task; without it one is drawn from the split.
        split: the split to draw from; without it the environment's default.
        seed: makes the draw repeatable.
        settings: an argument of the environment, for instance --set simplification=easy; may be repeated.
    """
    from eto_envs.making import make_env
    from eto_envs.viewer.terminal import Player, edit_lines, open_console

    with closing(make_env(env, settings, split)) as made:
        player = Player(made, open_console(), task=task, seed=seed)
        edit_lines(player.complete)
        player.run()
    return 0


def record(
    env: Env,
    /,
    out: Path,
    policy: Literal["oracle", "random"] = "oracle",
    split: str | None = None,
    tasks: int | None = None,
    types: Types = [],  # noqa: B006
    seed: int = 0,
    retry_errors: bool = False,
    settings: Settings = [],  # noqa: B006
) -> int:
    """Record episodes of a policy, one line of JSON each. Tasks that the file already holds are skipped.

    Args:
        env: the environment, for instance eto/ScienceWorld-v0 or just scienceworld.
        out: the JSON Lines file to write or continue.
        policy: who acts: the oracle, or random admissible actions.
        split: the split; without it the environment's default.
        tasks: how many tasks, from the start of the split; without it all.
        types: only tasks of this type; may be repeated.
        seed: seed of the random policy.
        retry_errors: record the tasks again whose episode ended in an error.
        settings: an argument of the environment, for instance --set simplification=easy; may be repeated.
    """
    from eto_envs.making import make_env
    from eto_envs.recording import record_tasks, tasks_left, text_env

    for name, value in (("tasks", tasks), ("seed", seed)):
        if value is not None and value < 0:
            raise UnknownNameError(f"Unusable --{name} {value}; expected a whole number from 0.")
    with closing(make_env(env, settings, split)) as made:
        chosen = text_env(made).tasks
        selected = (chosen.of_types(types) if types else chosen)[:tasks]
        left = tasks_left(made, policy, selected, out, seed=seed, retry_errors=retry_errors)
        outcomes: Counter[str] = Counter()
        for trajectory in record_tasks(made, policy, left, out, seed=seed):
            outcomes[trajectory.outcome or "unfinished"] += 1
            _report(outcomes.total(), len(left), trajectory)
    if len(left) < len(selected):
        print(f"{len(selected) - len(left)} of {len(selected)} tasks were in {out} already.")
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"{out}: {len(left)} episodes recorded" + (f" ({counts})" if counts else ""))
    return 1 if outcomes["error"] else 0


def replay(
    file: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FILE.jsonl")],
    /,
    html: Path | None = None,
    against: Path | None = None,
    episode: int | None = None,
    title: str | None = None,
) -> int:
    """Show recorded episodes: as a page to open in a browser, or in the terminal.

    Args:
        file: a JSON Lines file of trajectories.
        html: the page to write: one file, nothing to install, works offline.
        against: another such file; its episodes of the same tasks stand beside these in the page, turn by turn.
        episode: show this one alone, counted from 1; in the terminal a file of several is listed otherwise.
        title: heading of the page; without it the file's name.
    """
    from eto_envs.viewer.replay import show

    show(file, html, against, episode, title)
    return 0


def download(
    world: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="WORLD")],
    /,
    size: Annotated[str | None, tyro.conf.arg(metavar="1k|full")] = None,
    dialect: Annotated[str | None, tyro.conf.arg(metavar="put|move")] = None,
    source: Annotated[Path | None, tyro.conf.arg(name="from", metavar="PATH")] = None,
) -> int:
    """Get the official data files of a world, check them, and build what is built from them.

    Args:
        world: the world: webshop or alfworld.
        size: of webshop: 1,000 products (some megabytes), or all 1.18 million (several gigabytes).
        dialect: of alfworld: put, the papers' (without it this one), or move, the current release's; 36 megabytes each.
        source: files fetched in a browser, which are copied from there: for webshop a folder that holds them, for
            alfworld the zip file, a tar of games, or a folder in the official layout.
    """
    if world == "webshop":
        if size is None or dialect is not None:
            raise UnknownNameError("A download of webshop takes --size 1k or --size full, and no --dialect.")
        from eto_envs.webshop.download import download as download_webshop

        print(download_webshop(size, source).report())
    elif world == "alfworld":
        if size is not None:
            raise UnknownNameError("A download of alfworld takes --dialect put or --dialect move, and no --size.")
        from eto_envs.alfworld.download import download as download_alfworld

        print(download_alfworld(dialect or "put", source).report())
    else:
        raise UnknownNameError.of("world to download", world, ("webshop", "alfworld"))
    return 0


def generate(world: Made) -> int:
    """Generate synthetic data of a world, in the format of its official files."""
    return world


def serve(
    env: Env,
    /,
    port: int = 3000,
    catalogue: str = "mini",
    host: str = "127.0.0.1",
    out: Path | None = None,
    goals: str | None = None,
    split: str | None = None,
    settings: Settings = [],  # noqa: B006
) -> int:
    """Open the shop to people: a web site on this machine. Needs Flask: pip install 'eto-envs[web]'.

    Args:
        env: the environment; webshop has a site.
        port: the port; 0 takes a free one.
        catalogue: the products: mini, mini:N, 1k, full, or a folder with files in WebShop's format.
        host: the address to listen at; 0.0.0.0 lets other machines in.
        out: a JSON Lines file that every ended episode is appended to, as a trajectory of the policy "human".
        goals: human or synthetic; without it the catalogue's own.
        split: the split that random tasks are drawn from; without it the environment's default.
        settings: a further argument of the environment, for instance --set max_steps=30; may be repeated.
    """
    from eto_envs.making import full_id
    from eto_envs.serving import serve_site

    chosen = [f"catalogue={json.dumps(catalogue)}", *([f"goals={goals}"] if goals else []), *settings]
    serve_site(full_id(env), chosen, split=split, host=host, port=port, out=out)
    return 0


def check(env: Env, /, task: str | None = None, settings: Settings = []) -> int:  # noqa: B006
    """Check that an environment keeps the contract of the suite; for environments of your own.

    Args:
        env: the environment, for instance my_world:Tower-v0, whose module may lie in the current folder.
        task: the id of the task to play; without it the one with the fewest steps.
        settings: an argument of the environment, for instance --set max_steps=30; may be repeated.
    """
    from eto_envs.checker import check_text_env
    from eto_envs.making import make_env

    with closing(make_env(env, settings)) as made:
        try:
            check_text_env(made, task)
        except ContractError as error:
            _complain(_one_line(error))
            return 1
    print(f"{env} keeps the contract.")
    return 0


def doctor() -> int:
    """Check what is installed, start every environment once, and name the command that mends what is missing."""
    from eto_envs.doctor import run_checks
    from eto_envs.viewer.terminal import open_console

    console, broken = open_console(), False
    for check in run_checks():
        broken = broken or (check.core and not check.ok)
        state = "ok" if check.ok else "missing" if check.core else "absent"
        style = "green" if check.ok else "bold red" if check.core else "yellow"
        console.print(f"{state:<8}", style=style, end="")
        console.print(f"{check.name:<22}{check.detail}", soft_wrap=True)
        if not check.ok:
            console.print(f"{'':<30}{check.fix}", soft_wrap=True)
    console.print("The core is broken." if broken else "The core works.", style="bold")
    return 1 if broken else 0


_COMMANDS: dict[str, Callable[..., Any]] = {
    "list": list_environments,
    "tasks": list_tasks,
    "play": play,
    "record": record,
    "replay": replay,
    "download": download,
    "generate": generate,
    "serve": serve,
    "check": check,
    "doctor": doctor,
}


def _print_split(tasks: TaskSet, types: bool) -> None:
    if types:
        _print_types(tasks)
    else:
        for task in tasks:
            print(f"{task.id}\t{task.type}")
    print(f"{tasks.name}: {len(tasks)} tasks, hash {tasks.hash}", file=sys.stderr)


def _print_types(tasks: TaskSet) -> None:
    for name, count in Counter(task.type for task in tasks).items():
        print(f"{count:>6}  {name}")


def _report(number: int, total: int, trajectory: Trajectory) -> None:
    """The progress line: one that renews itself on a terminal, one per episode elsewhere."""
    reward = "" if trajectory.final_reward is None else f" reward {trajectory.final_reward:.2f}"
    line = f"{number}/{total} {trajectory.task} {trajectory.outcome or 'unfinished'}{reward}"
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.write("\n" if number == total else "")
    else:
        print(line, file=sys.stderr)
    sys.stderr.flush()


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and not isinstance(error, EtoEnvError):
        return f"{error.strerror or error}: {error.filename}" if error.filename else str(error)
    return str(error)


def _complain(message: str) -> None:
    from eto_envs.viewer.terminal import plain

    fresh = "\r\x1b[K" if sys.stderr.isatty() else ""  # a progress line may stand there
    print(f"{fresh}eto-envs: {plain(' '.join(message.split()))}", file=sys.stderr)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    _complain(f"warning: {message}")
