"""python benchmarks/throughput/scienceworld.py [--quick]

`eto/ScienceWorld-v0` beside `scienceworld.ScienceWorldEnv` as shipped, in one run: steps per second, time of a reset,
memory after the gold paths of all 30 task types were asked for. Both use the same Java, and take the same actions in
the same tasks: the beginning of a gold path of each type, task by task in turns, after rounds that do not count (Java
compiles while it runs; what they measured is printed). Texts are not compared here (the
package prints lists in another order each time; the tests compare texts).

Exits with 1 where a goal is missed: 5 times the steps per second, a third of the time of a reset, under 400 MB for
the Java process of an environment, and no gold path that runs out of memory. Needs the extra `dev` (psutil).
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import Any, cast

import gymnasium
import psutil
from rich.console import Console
from rich.table import Table

import eto_envs
from eto_envs.scienceworld.env import ScienceWorldEnv
from eto_envs.scienceworld.jvm import find_java
from eto_envs.scienceworld.tasks import load_manifest
from eto_envs.tasks import Task

STEP_GOAL, RESET_GOAL, MEMORY_GOAL_MB = 5.0, 3.0, 400.0


@dataclass
class Side:
    """What is measured of one of the two."""

    name: str
    start: Callable[[Task], Any]
    step: Callable[[str], bool]
    gold_path: Callable[[Task], Sequence[str]]
    java: Callable[[], int]
    reset_s: list[float] = field(default_factory=list[float])
    step_s: list[float] = field(default_factory=list[float])
    memory_mb: float = float("nan")
    most_memory_mb: float = float("nan")

    def play(self, task: Task, actions: Sequence[str]) -> None:
        begun = time.perf_counter()
        self.start(task)
        self.reset_s.append(time.perf_counter() - begun)
        for action in actions:
            begun = time.perf_counter()
            ended = self.step(action)
            self.step_s.append(time.perf_counter() - begun)
            if ended:
                break

    def measure_memory(self, tasks: Sequence[Task]) -> None:
        """Asks for the gold path of every task, then reads the resident memory of the Java process, now and at most."""
        for task in tasks:
            assert self.gold_path(task)
        self.memory_mb = psutil.Process(self.java()).memory_info().rss / 1e6
        self.most_memory_mb = peak_memory_mb(self.java())


def peak_memory_mb(pid: int) -> float:
    """The largest resident memory so far (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))


def our_side() -> tuple[Side, Callable[[], None]]:
    made = gymnasium.make("eto/ScienceWorld-v0", manifest="official", split="test", max_steps=1_000_000)
    env = cast(ScienceWorldEnv, made.unwrapped)

    def start(task: Task) -> None:
        made.reset(options={"task": task.id})

    def step(action: str) -> bool:
        return made.step(action)[2]

    def gold_path(task: Task) -> Sequence[str]:
        start(task)
        return env.oracle_actions()

    def java() -> int:
        assert env.java_pid is not None
        return env.java_pid

    return Side("eto/ScienceWorld-v0", start, step, gold_path, java), made.close


def shipped_side() -> tuple[Side, Callable[[], None]]:
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]
    from scienceworld import ScienceWorldEnv as Shipped  # the package, not this file of the same name

    env: Any = Shipped("", envStepLimit=1_000_000)

    def start(task: Task) -> None:
        env.load(task.type, task.data["variation"], "easy")
        env.reset()

    def step(action: str) -> bool:
        return env.step(action)[2]

    def gold_path(task: Task) -> Sequence[str]:
        env.load(task.type, task.data["variation"], "easy", generateGoldPath=True)
        return env.get_gold_action_sequence()

    return Side("scienceworld as shipped", start, step, gold_path, lambda: env._gateway.java_process.pid), env.close


def gold_beginnings(tasks: Sequence[Task], length: int) -> dict[str, list[str]]:
    """The actions to play, from a process of their own: both sides start cold."""
    side, close = our_side()
    try:
        return {task.id: list(side.gold_path(task))[:length] for task in tasks}
    finally:
        close()


def play_rounds(sides: Sequence[Side], tasks: Sequence[Task], plans: dict[str, list[str]], rounds: int) -> None:
    """Plays all tasks on both sides, task by task; the last round counts, the ones before warm Java up."""
    for number in range(1, rounds + 1):
        for side in sides:
            side.step_s.clear()
            side.reset_s.clear()
        for task in tasks:
            for side in sides:
                side.play(task, plans[task.id])
        for side in sides:
            steps, reset = 1 / fmean(side.step_s), fmean(side.reset_s)
            print(f"round {number}/{rounds}, {side.name}: {steps:.1f} steps/s, {1e3 * reset:.0f} ms/reset", flush=True)


def report(ours: Side, shipped: Side) -> bool:
    """Prints the table; whether every goal is met."""
    table = Table(title=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for column in ("", ours.name, shipped.name, "ratio", "goal", "met"):
        table.add_column(column, justify="left" if not column else "right")
    steps, resets = fmean(shipped.step_s) / fmean(ours.step_s), fmean(shipped.reset_s) / fmean(ours.reset_s)
    met = {"steps": steps >= STEP_GOAL, "resets": resets >= RESET_GOAL, "memory": ours.memory_mb < MEMORY_GOAL_MB}

    def row(name: str, mine: str, theirs: str, ratio: str = "", goal: str = "", key: str = "") -> None:
        table.add_row(name, mine, theirs, ratio, goal, ("yes" if met[key] else "NO") if key else "")

    row("steps", str(len(ours.step_s)), str(len(shipped.step_s)))
    row("steps / s", *(f"{1 / fmean(s.step_s):.1f}" for s in (ours, shipped)), f"{steps:.1f}x", ">= 5x", "steps")
    row("median step, ms", *(f"{1e3 * median(s.step_s):.1f}" for s in (ours, shipped)))
    row(
        "mean reset, ms",
        *(f"{1e3 * fmean(s.reset_s):.0f}" for s in (ours, shipped)),
        f"{resets:.1f}x",
        ">= 3x",
        "resets",
    )
    memory = (f"{s.memory_mb:.0f}" for s in (ours, shipped))
    ratio = f"{shipped.memory_mb / ours.memory_mb:.1f}x"
    row("Java memory after 30 gold paths, MB", *memory, ratio, "< 400", "memory")
    row("Java memory at most, MB", *(f"{s.most_memory_mb:.0f}" for s in (ours, shipped)))
    Console(width=120).print(table)
    return all(met.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 task types, 12 actions each; memory of ours only")
    quick: bool = parser.parse_args().quick
    os.environ["JAVA_HOME"] = str(find_java().parent.parent)  # the package would look for another one
    tasks = [next(task for task in load_manifest("official")["test"] if task.type == kind) for kind in kinds()]
    played, length = (tasks[::3], 12) if quick else (tasks, 40)
    plans = gold_beginnings(played, length)
    ours, close_ours = our_side()
    shipped, close_shipped = shipped_side()
    try:
        play_rounds((ours, shipped), played, plans, rounds=2 if quick else 3)
        ours.measure_memory(tasks)
        if not quick:
            shipped.measure_memory(tasks)
    except eto_envs.EtoEnvError as error:
        raise SystemExit(f"Goal missed: {error}") from error
    finally:
        close_ours()
        close_shipped()
    raise SystemExit(0 if report(ours, shipped) else 1)


def kinds() -> list[str]:
    return list(dict.fromkeys(task.type for task in load_manifest("official")["test"]))


if __name__ == "__main__":
    main()
