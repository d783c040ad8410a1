"""ScienceWorld's 30 task types, their step limits, and the manifests."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources

from eto_envs.errors import UnknownNameError
from eto_envs.tasks import Manifest, Task

__all__ = [
    "ELECTRICAL_TYPES",
    "MANIFESTS",
    "PAPER_TYPES",
    "SIMPLIFICATIONS",
    "STEP_LIMITS",
    "check_simplification",
    "load_manifest",
]

_PAPER_LIMITS = {
    "boil": 100,
    "change-the-state-of-matter-of": 80,
    "chemistry-mix": 60,
    "chemistry-mix-paint-secondary-color": 15,
    "chemistry-mix-paint-tertiary-color": 30,
    "find-animal": 15,
    "find-living-thing": 15,
    "find-non-living-thing": 15,
    "find-plant": 15,
    "freeze": 80,
    "grow-fruit": 60,
    "grow-plant": 30,
    "identify-life-stages-1": 30,
    "identify-life-stages-2": 30,
    "lifespan-longest-lived": 10,
    "lifespan-longest-lived-then-shortest-lived": 12,
    "lifespan-shortest-lived": 10,
    "measure-melting-point-known-substance": 120,
    "melt": 80,
    "power-component": 20,
    "power-component-renewable-vs-nonrenewable-energy": 30,
    "test-conductivity": 30,
    "test-conductivity-of-unknown-substances": 30,
    "use-thermometer": 30,
}
_OUR_LIMITS = {
    "inclined-plane-determine-angle": 200,
    "inclined-plane-friction-named-surfaces": 200,
    "inclined-plane-friction-unnamed-surfaces": 200,
    "measure-melting-point-unknown-substance": 120,
    "mendelian-genetics-known-plant": 200,
    "mendelian-genetics-unknown-plant": 200,
}

PAPER_TYPES = tuple(_PAPER_LIMITS)
"""The 24 task types of the ETO paper."""

STEP_LIMITS = dict(sorted((_PAPER_LIMITS | _OUR_LIMITS).items()))
"""Task type -> step limit: the paper's for its 24 types. The paper leaves out the other six; their limits are ours,
above the longest gold path of the type."""

ELECTRICAL_TYPES = tuple(name for name in STEP_LIMITS if "power-component" in name or "conductivity" in name)
"""Types that cannot be solved without the electrical actions."""

SIMPLIFICATIONS = ("teleportAction", "openDoors", "openContainers", "selfWateringFlowerPots", "noElectricalAction")
"""What `simplification` may combine. `easy` stands for all but openContainers (and noElectricalAction where needed)."""

MANIFESTS = ("paper", "official", "capped")
"""`paper`: the lists released with ETO (train, seen, unseen). `official`: the simulator's split of all 30 types (train,
dev, test). `capped`: the first 10 tasks a type of each official split."""


def check_simplification(simplification: str) -> None:
    """Refuses what the simulator would not understand.

    Raises:
        UnknownNameError: a name that is not a simplification, or `easy` together with others.
    """
    if simplification in ("", "easy"):
        return
    for name in simplification.split(","):
        if name not in SIMPLIFICATIONS:
            raise UnknownNameError.of("simplification", name, ("easy (alone)", "'' (none)", *SIMPLIFICATIONS))


@lru_cache(maxsize=len(MANIFESTS))
def load_manifest(name: str) -> Manifest:
    """The manifest of that name.

    Raises:
        UnknownNameError: there is no such manifest.
    """
    if name not in MANIFESTS:
        raise UnknownNameError.of("ScienceWorld manifest", name, MANIFESTS)
    text = (resources.files("eto_envs.scienceworld") / "manifests" / f"{name}.json").read_text(encoding="utf-8")
    splits: dict[str, list[str]] = json.loads(text)["splits"]
    return Manifest(name, {split: [task_of(task_id) for task_id in ids] for split, ids in splits.items()})


def task_of(task_id: str) -> Task:
    """The task of an id such as `find-animal/3`: a task type and a variation."""
    kind, _, variation = task_id.rpartition("/")
    return Task(task_id, kind, STEP_LIMITS[kind], {"task": kind, "variation": int(variation)})
