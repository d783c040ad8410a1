"""Episodes in the terminal: a person plays one, or reads a recorded one.

Works on a terminal (colours, line editing, Tab completes admissible actions) and through a pipe (plain lines, nothing
wrapped). Text of a world is shown as text: markup in it is not interpreted, control characters are replaced.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import gymnasium
from rich.console import Console
from rich.text import Text

from eto_envs.core import Snapshot
from eto_envs.errors import EtoEnvError, SimulatorError
from eto_envs.recording import blank_trajectory, text_env
from eto_envs.trajectory import Trajectory, Turn, append_trajectory

__all__ = ["Player", "edit_lines", "open_console", "plain", "print_list", "print_trajectory"]

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_OUTCOME_STYLES = {"solved": "bold green", "failed": "bold red", "error": "bold red", "step_limit": "bold yellow"}


def open_console() -> Console:
    """A console on standard output that shows text as it is: no markup, no guessed colours."""
    return Console(highlight=False, markup=False, emoji=False, tab_size=4)


def plain(text: str) -> str:
    """The text without characters that steer a terminal or cannot be written as UTF-8."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n"))


class Player:
    """Plays episodes of an environment with a person at the keyboard.

    Args:
        env: an environment of the suite.
        console: where to write.
        task: the id of the first task; None samples one.
        seed: seed of the sampling; None takes a fresh one each time.
    """

    def __init__(
        self, env: gymnasium.Env[str, str], console: Console, *, task: str | None = None, seed: int | None = None
    ) -> None:
        self._env, self._console = env, console
        self._base = text_env(env)
        self._snapshots: list[Snapshot] = []
        self._quit = False
        self._commands: dict[str, tuple[Callable[[str], None], str]] = {
            ":actions": (self._show_actions, "actions the world understands here"),
            ":goal": (self._show_goal, "the instruction again"),
            ":subgoals": (self._show_subgoals, "steps towards the goal, and which are done"),
            ":undo": (self._undo, "take back the last action"),
            ":oracle": (self._show_oracle, "a full solution: from here where the world can plan, else from the start"),
            ":new": (self._new, "another task at random, or the one named: :new TASK"),
            ":save": (self._save, "append the episode so far to a file: :save FILE.jsonl"),
            ":quit": (self._leave, "leave (so do Ctrl-D and Ctrl-C)"),
        }
        self._begin(task, seed)

    def run(self) -> None:
        """Plays until the person leaves or the input ends. Ctrl-C leaves too."""
        self._console.print("Type an action, or ? for the commands of the player.", style="dim", soft_wrap=True)
        try:
            while not self._quit:
                if sys.stdin.isatty():
                    self._console.print()
                self._take(input("> " if sys.stdin.isatty() else ""))
        except (EOFError, KeyboardInterrupt):
            self._console.print()
        self._console.print("Bye.", style="dim")

    def complete(self, text: str, state: int) -> str | None:
        """Completes a line for `readline`: commands after a colon, admissible actions otherwise."""
        if state == 0:
            options = list(self._commands) if text.startswith(":") else self._understood()
            self._matches = [option for option in options if option.startswith(text)]
        return self._matches[state] if state < len(self._matches) else None

    # -- the course of the episode ------------------------------------------------------------------------------

    def _begin(self, task: str | None, seed: int | None = None) -> None:
        observation, self._info = self._env.reset(seed=seed, options={"task": task} if task else None)
        base = self._base
        split = self._info["split"].removeprefix(f"{base.manifest.name}/")
        self._trajectory = blank_trajectory(self._env, base.task, split, policy="human").begin(observation, self._info)
        self._snapshots = []
        self._console.print()
        self._print(f"{base.spec.id if base.spec else type(base).__name__}  {base.task.id}", "bold")
        self._print(self._info["goal"], "bold cyan")
        self._console.print()
        self._print(observation)
        self._show_status()

    def _take(self, line: str) -> None:
        """Carries out one line: a command of the player, or an action."""
        line = line.strip()
        if not line:
            return
        if not sys.stdin.isatty():
            self._print(f"> {line}", "bold")  # a transcript through a pipe should read as one on a terminal
        if line in ("?", "help"):
            self._show_help()
        elif line.startswith(":"):
            name, _, argument = line.partition(" ")
            command = self._commands.get(name)
            if command is None:
                self._print(f"Unknown command {name}; type ? for the list.", "yellow")
            else:
                self._attempt(command[0], argument.strip())
        elif self._trajectory.outcome is not None:
            self._print("The episode has ended. :new starts another, :undo takes the last action back.", "yellow")
        else:
            self._act(line)

    def _attempt(self, command: Callable[[str], None], argument: str) -> None:
        """Runs a command; what was asked wrongly is said and the game goes on, but a dead simulator ends it."""
        try:
            command(argument)
        except SimulatorError:
            raise
        except (EtoEnvError, OSError) as error:
            self._print(str(error), "yellow")

    def _act(self, action: str) -> None:
        before = self._info["subgoals"]
        self._snapshots.append(self._base.snapshot())
        observation, reward, _, _, self._info = self._env.step(action)
        self._trajectory.record(action, action, observation, float(reward), self._info)
        self._print(observation)
        if not self._info["valid_action"]:
            self._print("(not understood; :actions lists what is)", "yellow")
        for (_, was), (name, done) in zip(before, self._info["subgoals"], strict=True):
            if done and not was:
                self._print(f"✓ {name}", "green")
        self._show_status()
        if self._trajectory.outcome is not None:
            style = _OUTCOME_STYLES.get(self._trajectory.outcome, "bold")
            self._print(f"{_outcome(self._trajectory)}, reward {_reward(self._trajectory)}", style)

    # -- the commands -------------------------------------------------------------------------------------------

    def _show_help(self) -> None:
        self._print("Anything else you type is an action of the world. Commands of the player:")
        for name, (_, what) in self._commands.items():
            self._print(f"  {name:<11}{what}")

    def _show_status(self) -> None:
        info, base = self._info, self._base
        self._print(
            f"step {info['steps']} of {base.step_limit}, score {info['score']:g} of {base.max_score:g}, "
            f"progress {info['progress']:.0%}",
            "dim",
        )

    def _show_actions(self, _: str) -> None:
        for action in self._base.admissible_actions():
            self._print(f"  {action}")

    def _show_goal(self, _: str) -> None:
        self._print(self._info["goal"], "bold cyan")

    def _show_subgoals(self, _: str) -> None:
        for name, done in self._info["subgoals"]:
            self._print(f"  {'✓' if done else '○'} {name}", "green" if done else "")

    def _show_oracle(self, _: str) -> None:
        plan = self._base.oracle_actions()
        if not plan:
            self._print("The oracle knows no way from here; :undo goes back.", "yellow")
        for number, action in enumerate(plan, 1):
            self._print(f"{number:>4}  {action}")

    def _undo(self, _: str) -> None:
        if not self._snapshots:
            self._print("Nothing to take back.", "yellow")
            return
        observation, self._info = self._base.restore(self._snapshots[-1])
        self._snapshots.pop()
        self._trajectory.turns.pop()
        self._trajectory.outcome, self._trajectory.final_reward = None, None
        self._print(observation)
        self._show_status()

    def _new(self, task: str) -> None:
        self._begin(task or None)

    def _save(self, name: str) -> None:
        if not name:
            self._print("Name the file: :save FILE.jsonl", "yellow")
            return
        append_trajectory(Path(name).expanduser(), self._trajectory)
        self._print(f"Appended the episode so far to {name}.", "dim")

    def _leave(self, _: str) -> None:
        self._quit = True

    def _understood(self) -> list[str]:
        return [] if self._trajectory.outcome is not None else self._base.admissible_actions()

    def _print(self, text: str, style: str = "") -> None:
        _print(self._console, text, style)


def edit_lines(complete: Callable[[str, int], str | None]) -> None:
    """Gives `input` line editing, history and Tab completion of whole lines, where the terminal has them."""
    if not sys.stdin.isatty():
        return
    try:
        import readline
    except ImportError:  # not on Windows
        return
    readline.set_completer_delims("")  # actions hold spaces
    readline.set_completer(complete)
    readline.parse_and_bind("tab: complete")


def print_list(console: Console, trajectories: Iterable[Trajectory]) -> None:
    """Prints one line for each trajectory: number, task, outcome, reward, steps, policy."""
    listed = list(trajectories)
    width = max((len(plain(trajectory.task)) for trajectory in listed), default=0)
    for number, trajectory in enumerate(listed, 1):
        steps = sum(turn.role != "task" for turn in trajectory.turns)
        line = Text(f"{number:>5}  {plain(trajectory.task):<{width}}  ")
        line.append(f"{_outcome(trajectory):<10}", _OUTCOME_STYLES.get(trajectory.outcome or "", "dim"))
        line.append(f"  reward {_reward(trajectory):<4}  {steps:>4} steps  {plain(trajectory.policy)}")
        console.print(line, soft_wrap=True)


def print_trajectory(console: Console, trajectory: Trajectory) -> None:
    """Prints an episode: the goal, every turn with what changed, and the outcome."""
    settings = "".join(f" {key}={value}" for key, value in trajectory.env_kwargs.items())
    _print(console, f"{trajectory.env}{settings}  {trajectory.task}  {trajectory.split}  {trajectory.policy}", "bold")
    before: Sequence[bool] = [False] * len(trajectory.subgoals)
    for number, turn in enumerate(trajectory.turns):
        _print_turn(console, trajectory, number, turn, before)
        before = turn.subgoals if len(turn.subgoals) == len(before) else before
    console.print()
    style = _OUTCOME_STYLES.get(trajectory.outcome or "", "bold")
    _print(console, f"{_outcome(trajectory)}, reward {_reward(trajectory)}", style)
    if trajectory.error:
        _print(console, trajectory.error, "red")


def _print_turn(console: Console, trajectory: Trajectory, number: int, turn: Turn, before: Sequence[bool]) -> None:
    if turn.role == "task":
        _print(console, turn.text, "bold cyan")
        console.print()
        _print(console, turn.observation)
        return
    console.print()
    marks = [*(["prefix"] if turn.role == "prefix" else []), *([] if turn.valid else ["not understood"])]
    _print(console, f"turn {number}" + "".join(f" [{mark}]" for mark in marks), "dim")
    if turn.action is None or turn.text != turn.action:
        _print(console, _thought(turn), "italic")
    _print(console, f"> {turn.action}" if turn.action is not None else "(the reply held no action)", "bold")
    _print(console, turn.observation)
    for name, was, done in zip(trajectory.subgoals, before, turn.subgoals, strict=False):
        if done and not was:
            _print(console, f"✓ {name}", "green")
    if turn.role == "agent":
        _print(console, f"score {turn.score:g} of {trajectory.max_score:g}, progress {turn.progress:.0%}", "dim")


def _thought(turn: Turn) -> str:
    """The reply without its action, which is shown by itself; the whole reply where it holds none."""
    before, marker, _ = turn.text.rpartition("Action:")
    return before.strip() if marker and turn.action is not None else turn.text


def _print(console: Console, text: str, style: str = "") -> None:
    # On a terminal long lines wrap at words; through a pipe every line stays whole.
    console.print(Text(plain(text)), style=style, soft_wrap=not console.is_terminal)


def _outcome(trajectory: Trajectory) -> str:
    return (trajectory.outcome or "unfinished").replace("_", " ")


def _reward(trajectory: Trajectory) -> str:
    return "none" if trajectory.final_reward is None else f"{trajectory.final_reward:.2f}"
