"""What a run folder holds, read and compared; `page.py` shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from eto_agent.evaluation.scoring import SCORING_PROTOCOLS
from eto_agent.evaluation.stats import Estimate, difference_interval, permutation_p
from eto_agent.methods.catalogue import place_of_policy
from eto_agent.methods.method import Product
from eto_agent.report.naming import expected_stages, is_trained, policy_key, stage_key
from eto_agent.run_folder import COMMANDS_FILE, StageError
from eto_envs.trajectory import Trajectory, read_trajectories

__all__ = ["Contrast", "Findings", "read_findings"]


class Contrast(NamedTuple):
    """Two policies on the same tasks: the mean of the per-task differences of reward, its interval and its p-value."""

    split: str
    better: str
    base: str
    difference: Estimate
    p: float

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.difference.low > 0 or self.difference.high < 0

    @property
    def text(self) -> str:
        """The difference x 100 with its interval."""
        mean, low, high = (f"{100 * value:+.1f}" for value in self.difference[:3])
        return f"{mean} [{low}, {high}]"

    def __str__(self) -> str:
        verdict = "" if self.shown else ": no difference shown"
        return f"{self.split}: {self.better} − {self.base} = {self.text}{verdict}"


@dataclass
class Findings:
    """A run folder's results.

    Attributes:
        folder: the run folder.
        config: the resolved configuration.
        commands: the command lines that worked on the folder.
        results: policy -> split -> figures of `evaluate.summarise`.
        audits: the folder of a contrast (`eto-1`, `ipr-1`) -> audit of its pairs.
        curves: training (`sft`, `eto-1`, `rft-1`, `ppo`, `self-play/rft`, ...) -> rows of metrics, one a step.
        stages: stage -> its `stage.json`.
    """

    folder: Path
    config: dict[str, Any]
    commands: list[str] = field(default_factory=list[str])
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
        return [stage for stage in expected_stages(self.config) if stage not in self.stages]

    @property
    def pair_to_compare(self) -> tuple[str, str] | None:
        """The policy that the replays are about and the one beside it: the last method's, and SFT's or the first's."""
        trained = [policy for policy in self.results if is_trained(policy, self.config)]
        single = [policy for policy in trained if policy == "sft" or self._product(policy).stages] or trained
        rest = [policy for policy in self.results if policy not in single]
        if not single or len(self.results) < 2:
            return None
        base = "sft" if "sft" in self.results else single[0]
        return (single[-1], base) if single[-1] != base else (base, rest[0]) if rest else None

    def _product(self, policy: str) -> Product:
        place = place_of_policy(policy, self.config)
        assert place is not None
        return place.product

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
        return {each.task: SCORING_PROTOCOLS[protocol](each)[0] for each in sound}

    def contrasts(self, protocol: str) -> list[Contrast]:
        """SFT against random, and every other trained policy against what it started from, on every split."""
        rest = [policy for policy in self.results if is_trained(policy, self.config) and policy != "sft"]
        starts = {policy: self._product(policy).starts for policy in rest}
        pairs = [("sft", "random")]
        pairs += [(policy, next((each for each in starts[policy] if each in self.results), "")) for policy in rest]
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
        if not differences:
            return None
        return Contrast(split, better, base, difference_interval(differences), permutation_p(differences))


def read_findings(folder: Path) -> Findings:
    """Reads a run folder, whole or not.

    Raises:
        StageError: the folder is no run folder.
    """
    config = folder / "config.yaml"
    if not config.is_file():
        raise StageError(f"{str(folder)!r} is no run folder (no config.yaml); give the --out of an eto-agent run.")
    findings = Findings(folder, yaml.safe_load(config.read_text(encoding="utf-8")))
    told = folder / COMMANDS_FILE
    findings.commands = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    for name, record in _stages(folder, findings.config):
        findings.stages[name] = record
        kind, _, rest = name.partition("/")
        if kind == "evaluate":
            findings.results[rest] = json.loads((folder / name / "results.json").read_text(encoding="utf-8"))
        elif (folder / name / "audit.json").is_file():
            findings.audits[name.rpartition("/")[0]] = json.loads((folder / name / "audit.json").read_text("utf-8"))
    for name, rows in _metrics(folder, findings.config):
        findings.curves[name] = rows
    findings.results = dict(sorted(findings.results.items(), key=lambda each: policy_key(each[0], findings.config)))
    return findings


def _stages(folder: Path, config: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    found = {str(path.parent.relative_to(folder)): path for path in folder.rglob("stage.json")}
    for name in sorted(found, key=lambda each: stage_key(each, config)):
        yield name, json.loads(found[name].read_text(encoding="utf-8"))


def _metrics(folder: Path, config: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, float]]]]:
    """The metrics of every training, also of one that has not ended; a line that is being written is left out."""
    found = {str(path.parent.relative_to(folder)): path for path in folder.rglob("metrics.jsonl")}
    for name in sorted(found, key=lambda each: stage_key(each, config)):
        lines = found[name].read_text(encoding="utf-8").split("\n")[:-1]
        if lines:
            yield name.removesuffix("/sft").removesuffix("/dpo"), [json.loads(line) for line in lines]
