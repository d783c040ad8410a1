"""Which of our tasks a record of other people's is of.

* ETO release (facts of the released code, Yifan-Song793/ETO, commit a2fc5da): WebShop's `id` counts the human goals of
  the full catalogue; ScienceWorld's is `TYPE_VARIATION` with TYPE the position among the 30 types in the order of their
  old names; ALFWorld's game stands in `game_file`.
* AgentTraj-L (AgentGym): `webshop_N` counts the synthetic goals of the catalogue of 1,000 products (the price caps are
  drawn anew); `sciworld_N` counts variations, type by type in the simulator's own order. Of 200 records, 199 are of the
  first types, 0 to 1,095, where the count is borne out; the other is not of the task that it would name, so further
  ids are kept as they are.

An id that fits neither is kept as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from eto_envs.scienceworld.tasks import load_manifest

__all__ = ["task_of", "type_of"]

_RELEASED_ORDER = (
    "boil", "change-the-state-of-matter-of", "freeze", "melt", "measure-melting-point-known-substance",
    "measure-melting-point-unknown-substance", "use-thermometer", "power-component",
    "power-component-renewable-vs-nonrenewable-energy", "test-conductivity",
    "test-conductivity-of-unknown-substances", "find-animal", "find-living-thing", "find-non-living-thing",
    "find-plant", "grow-fruit", "grow-plant", "chemistry-mix", "chemistry-mix-paint-secondary-color",
    "chemistry-mix-paint-tertiary-color", "lifespan-longest-lived", "lifespan-longest-lived-then-shortest-lived",
    "lifespan-shortest-lived", "identify-life-stages-1", "identify-life-stages-2", "inclined-plane-determine-angle",
    "inclined-plane-friction-named-surfaces", "inclined-plane-friction-unnamed-surfaces",
    "mendelian-genetics-known-plant", "mendelian-genetics-unknown-plant",
)  # fmt: skip
"""Position in the ETO release's ids -> task type."""

_AGENTGYM_ORDER = (
    *("boil", "melt", "freeze", "change-the-state-of-matter-of", "use-thermometer"),
    "measure-melting-point-known-substance",
)
"""The task types that AgentGym counts, in order, as far as recordings of it bear the count out."""

_GAME = re.compile(r"(?:^|/)(train|valid_seen|valid_unseen|valid_train)/([^/]+)/(trial_[^/]+|game-\d+)")


def task_of(env: str, record: Mapping[str, Any], id_key: str) -> str:
    """The id of our task that a record is of; its own id where none is known.

    Args:
        env: the Gymnasium id.
        record: of another project's file.
        id_key: the key of its id.
    """
    given = str(record.get(id_key, ""))
    if env == "eto/ALFWorld-v0":
        game = _GAME.search(str(record.get("game_file", given)))
        return "/".join(game.groups()) if game else given
    if env == "eto/WebShop-v0":
        return _webshop(given)
    if env == "eto/ScienceWorld-v0":
        return _scienceworld(given)
    return given


def type_of(env: str, task: str) -> str:
    """The type that a task's id names, or "" where it names none."""
    parts = task.split("/")
    if env == "eto/ALFWorld-v0" and len(parts) == 3:
        return parts[1].partition("-")[0]
    if env in ("eto/ScienceWorld-v0", "eto/LockedDoor-v0") and len(parts) == 2:
        return parts[0]
    return ""


def _webshop(given: str) -> str:
    if given.isdecimal():
        return f"human/{given}"
    name, _, number = given.partition("_")
    return f"synthetic/{number}" if name == "webshop" and number.isdecimal() else given


def _scienceworld(given: str) -> str:
    name, _, number = given.partition("_")
    if not number.isdecimal():
        return given
    if name == "sciworld":
        return _agentgym_tasks().get(int(number), given)
    if name.isdecimal() and int(name) < len(_RELEASED_ORDER):
        return f"{_RELEASED_ORDER[int(name)]}/{int(number)}"
    return given


@lru_cache(maxsize=1)
def _agentgym_tasks() -> Mapping[int, str]:
    manifest = load_manifest("official")
    variations = Counter(task.type for split in manifest.values() for task in split)  # it holds all of them
    tasks = [f"{kind}/{number}" for kind in _AGENTGYM_ORDER for number in range(variations[kind])]
    return dict(enumerate(tasks))
