"""Task types, step limits and manifests."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from eto_envs.errors import UnknownNameError
from eto_envs.scienceworld.simulator import Simulator
from eto_envs.scienceworld.tasks import (
    ELECTRICAL_TYPES,
    MANIFESTS,
    PAPER_TYPES,
    STEP_LIMITS,
    check_simplification,
    load_manifest,
)

SIZES_AND_HASHES = {
    "paper/train": (1483, "1bde0c327f2b7398"),
    "paper/seen": (194, "cb6fb0e0366b1705"),
    "paper/unseen": (211, "6373b7890b89c7ee"),
    "official/train": (3592, "414def03becb2bfa"),
    "official/dev": (1796, "e50422b929ee4653"),
    "official/test": (1819, "b6076da4d99fde9d"),
    "capped/train": (290, "e148abe8070ddd7e"),
    "capped/dev": (259, "3623ac92687559eb"),
    "capped/test": (271, "f95fbb2a0fa8b8c6"),
}
RELEASED = {"train": "train_indices.json", "seen": "dev_indices.json", "unseen": "test_indices.json"}


def released_id(name: str, variation: int) -> str:
    return f"{re.sub(r'task-[0-9]+[ab]?-', '', name).replace('(', '').replace(')', '')}/{variation}"


def test_sizes_and_hashes_never_change() -> None:
    found = {tasks.name: (len(tasks), tasks.hash) for name in MANIFESTS for tasks in load_manifest(name).values()}
    assert found == SIZES_AND_HASHES


def test_there_are_thirty_types_of_which_the_paper_has_twenty_four() -> None:
    assert len(STEP_LIMITS) == 30
    assert len(PAPER_TYPES) == 24
    assert len(ELECTRICAL_TYPES) == 4
    for tasks in load_manifest("paper").values():
        assert {task.type for task in tasks} == set(PAPER_TYPES)
        assert all(task.max_steps == STEP_LIMITS[task.type] for task in tasks)
    for tasks in load_manifest("official").values():
        assert {task.type for task in tasks} == set(STEP_LIMITS)


def test_the_paper_manifest_is_the_released_lists_in_their_order(shared_dir: Path) -> None:
    for split, file in RELEASED.items():
        listed = json.loads((shared_dir / "data" / "eto" / "sciworld" / file).read_text())
        assert load_manifest("paper")[split].ids == tuple(released_id(*entry) for entry in listed)


def test_the_step_limits_are_the_released_ones(shared_dir: Path) -> None:
    released = json.loads((shared_dir / "data" / "eto" / "sciworld" / "max_steps.json").read_text())
    assert {released_id(name, 0)[:-2]: limit for name, limit in released.items()} == {
        name: STEP_LIMITS[name] for name in PAPER_TYPES
    }


def test_the_official_manifest_is_the_simulators_split(simulator: Simulator) -> None:
    official = load_manifest("official")
    for kind in ("boil", "identify-life-stages-2", "find-animal"):
        variations = simulator.variations(kind)
        for split, expected in zip(("train", "dev", "test"), variations, strict=True):
            assert [t.data["variation"] for t in official[split] if t.type == kind] == list(expected)


def test_the_capped_manifest_is_the_first_ten_of_each_type() -> None:
    official, capped = load_manifest("official"), load_manifest("capped")
    for split, tasks in capped.items():
        counts = Counter(task.type for task in tasks)
        assert max(counts.values()) == 10
        for kind, count in counts.items():
            whole = [task.id for task in official[split] if task.type == kind]
            assert [task.id for task in tasks if task.type == kind] == whole[:10]
            assert count == min(10, len(whole))


def test_overlaps_between_splits_are_known() -> None:
    """The authors trained on 54 of the 194 tasks that they evaluate as seen. Nothing else is shared."""
    shared = {name: load_manifest(name).overlaps() for name in MANIFESTS}
    assert {name: {pair: len(ids) for pair, ids in pairs.items()} for name, pairs in shared.items()} == {
        "paper": {("train", "seen"): 54},
        "official": {},
        "capped": {},
    }


def test_how_the_papers_lists_lie_in_the_official_splits() -> None:
    """Training: 1126 of the official training tasks and 357 of dev. Seen: all of dev. Unseen: all of test."""
    paper, official = load_manifest("paper"), load_manifest("official")
    counts = {
        split: {other: len(set(tasks.ids) & set(official[other].ids)) for other in official}
        for split, tasks in paper.items()
    }
    assert counts == {
        "train": {"train": 1126, "dev": 357, "test": 0},
        "seen": {"train": 0, "dev": 194, "test": 0},
        "unseen": {"train": 0, "dev": 0, "test": 211},
    }


def test_unseen_is_the_capped_test_split_of_the_papers_types() -> None:
    capped = [task.id for task in load_manifest("capped")["test"] if task.type in PAPER_TYPES]
    assert sorted(load_manifest("paper")["unseen"].ids) == sorted(capped)


def test_unknown_names_are_one_line_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown ScienceWorld manifest 'papers'; expected one of paper, "):
        load_manifest("papers")
    for wrong in ("hard", "easy,openDoors", "openDoors,", "Easy", "openDoors, teleportAction"):
        with pytest.raises(UnknownNameError, match="Unknown simplification"):
            check_simplification(wrong)
    for right in ("", "easy", "openDoors", "teleportAction,openContainers"):
        check_simplification(right)
