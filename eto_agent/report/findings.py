"""What a run folder holds, read and compared; `page.py` shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from eto_agent.runs import StageError
from eto_agent.scoring import PROTOCOLS
from eto_agent.stats import Estimate, difference_interval
from eto_envs.trajectory import Trajectory, read_trajectories

__all__ = ["Contrast", "Findings", "read_findings"]


_UNTRAINED = ("random", "oracle", "base")
STAGES = {
    "eto": ("explore", "pairs", "dpo"),
    "ipr": ("explore", "score", "pairs", "dpo"),
    "eef": ("explore", "select", "sft"),
}
"""Method -> the stages of an iteration, in order."""


class Contrast(NamedTuple):
    """Two policies on the same tasks: the mean of the per-task differences of reward, with its interval."""

    split: str
    better: str
    base: str
    difference: Estimate

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.difference.low > 0 or self.difference.high < 0

    def __str__(self) -> str:
        mean, low, high = (f"{100 * value:+.1f}" for value in self.difference[:3])
        verdict = "" if self.shown else ": no difference shown"
        return f"{self.split}: {self.better} − {self.base} = {mean} [{low}, {high}]{verdict}"


@dataclass
class Findings:
    """A run folder's results.

    Attributes:
        folder: the run folder.
        config: the resolved configuration.
        results: policy -> split -> figures of `evaluate.summarise`.
        audits: ETO or IPR iteration -> audit of its pairs.
        curves: training (`sft`, `eto-1`, `eto-step-1`, `rft-1`, `self-play/rft`, ...) -> rows of metrics, one a step.
        stages: stage -> its `stage.json`.
    """

    folder: Path
    config: dict[str, Any]
    results: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    audits: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    curves: dict[str, list[dict[str, float]]] = field(default_factory=dict[str, list[dict[str, float]]])
    stages: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    @property
    def splits(self) -> list[str]:
        return list(dict.fromkeys(split for figures in self.results.values() for split in figures))

    @property
    def missing(self) -> list[str]:
        """Stages that a whole run has and this folder has not."""
        methods = self.config.get("methods", ["eto"])
        wanted = ["evaluate/random"]
        if methods != ["self-play"]:
            wanted = ["expert", "evaluate/random", "sft", "evaluate/sft"]
        names = [name for method in methods for name in self._iterations(method)]
        wanted += [f"{name}/{stage}" for name in names for stage in STAGES[name.partition("-")[0]]]
        wanted += [f"evaluate/{name}" for name in names]
        return [stage for stage in wanted if stage not in self.stages]

    def _iterations(self, method: str) -> list[str]:
        """The folders of a method that trains in iterations."""
        if method not in STAGES:
            return []
        levels = self.config[method].get("levels", ["trajectory"])
        names = [method if level == "trajectory" else f"{method}-{level}" for level in levels]
        return [f"{name}-{i}" for name in names for i in range(1, int(self.config[method]["iterations"]) + 1)]

    @cached_property
    def episodes(self) -> dict[str, dict[str, list[Trajectory]]]:
        """Policy -> split -> evaluation episodes."""
        return {
            policy: {
                split: list(read_trajectories(self.folder / "evaluate" / policy / f"{split}.jsonl"))
                for split in figures
            }
            for policy, figures in self.results.items()
        }

    def rewards(self, policy: str, split: str, protocol: str) -> dict[str, float]:
        """Task -> reward in [0, 1]; episodes that died of an error are left out."""
        sound = [each for each in self.episodes[policy].get(split, []) if each.outcome != "error"]
        return {each.task: PROTOCOLS[protocol](each)[0] for each in sound}

    def contrasts(self, protocol: str) -> list[Contrast]:
        """SFT against random, every other trained policy against SFT, and self-play against random, on every split."""
        rest = [policy for policy in self.results if _is_trained(policy) and policy != "sft"]
        pairs = [("sft", "random")]
        pairs += [(policy, "random" if policy.startswith("self-play") else "sft") for policy in rest]
        return [
            each
            for split in self.splits
            for better, base in pairs
            if (each := self._contrast(split, better, base, protocol)) is not None
        ]

    def _contrast(self, split: str, better: str, base: str, protocol: str) -> Contrast | None:
        if better not in self.results or base not in self.results:
            return None
        one, other = self.rewards(better, split, protocol), self.rewards(base, split, protocol)
        differences = [one[task] - other[task] for task in one if task in other]
        return Contrast(split, better, base, difference_interval(differences)) if differences else None

    def most_telling_task(self, split: str) -> str | None:
        """The task on which the first and the last trained policy differ most; the first such task."""
        trained = [policy for policy, of in self.results.items() if _is_trained(policy) and split in of]
        if not trained:
            return None
        first, last = (self.rewards(trained[i], split, "strict") for i in (0, -1))
        shared = [task for task in first if task in last]
        return max(shared, key=lambda task: abs(last[task] - first[task]), default=None)


def read_findings(folder: Path) -> Findings:
    """Reads a run folder, whole or not.

    Raises:
        StageError: the folder is no run folder.
    """
    config = folder / "config.yaml"
    if not config.is_file():
        raise StageError(f"{str(folder)!r} is no run folder (no config.yaml); give the --out of an eto-agent run.")
    findings = Findings(folder, yaml.safe_load(config.read_text(encoding="utf-8")))
    for name, record in _stages(folder):
        findings.stages[name] = record
        kind, _, rest = name.partition("/")
        if kind == "evaluate":
            findings.results[rest] = json.loads((folder / name / "results.json").read_text(encoding="utf-8"))
        elif rest == "pairs":
            findings.audits[kind] = json.loads((folder / name / "audit.json").read_text(encoding="utf-8"))
        elif name == "sft" or name.endswith(("/sft", "/dpo")):
            findings.curves[name.rpartition("/")[0] or name] = _rows(folder / name / "metrics.jsonl")
    findings.results = {policy: findings.results[policy] for policy in sorted(findings.results, key=_policy_order)}
    return findings


def _stages(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    found = {str(path.parent.relative_to(folder)): path for path in folder.rglob("stage.json")}
    for name in sorted(found, key=_stage_order):
        yield name, json.loads(found[name].read_text(encoding="utf-8"))


def _rows(path: Path) -> list[dict[str, float]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _is_trained(policy: str) -> bool:
    return policy not in _UNTRAINED and not policy.startswith(("openai-", "replay-"))


def _policy_order(policy: str) -> tuple[int, str]:
    known = ("random", "base", "sft")
    if policy in known:
        return known.index(policy), policy
    return (4 if policy.startswith(("oracle", "openai-", "replay-")) else 3), policy


def _stage_order(name: str) -> tuple[int, str, int, int, str]:
    """First come experts and SFT, then the methods, iteration by iteration, then evaluation."""
    kind, _, rest = name.partition("/")
    method, _, iteration = kind.rpartition("-")
    stages = STAGES.get(method.partition("-")[0], ())
    if iteration.isdecimal():
        return 10, method, int(iteration), stages.index(rest) if rest in stages else 0, name
    first = ("expert", "base", "sft")
    return (first.index(kind) if kind in first else 20), "", 0, 0, name
