"""Tasks, splits, manifests: ids that do not move, hashes that tell when something did."""

from __future__ import annotations

import pickle
from collections.abc import Iterable

import pytest

from eto_envs.errors import DataError, UnknownNameError
from eto_envs.tasks import Manifest, Task, TaskSet


def tasks(ids: Iterable[str]) -> list[Task]:
    return [Task(each, each.split("/")[0], 10, {"seed": each}) for each in ids]


def test_a_split_is_a_sequence_of_tasks() -> None:
    split = TaskSet("m/train", tasks(["boil/0", "boil/1", "melt/0"]))
    assert (len(split), split[0].id, split[-1].id, [task.id for task in split[:2]]) == (
        3, "boil/0", "melt/0", ["boil/0", "boil/1"],
    )  # fmt: skip
    assert split.ids == ("boil/0", "boil/1", "melt/0") == tuple(task.id for task in split)
    assert "boil/1" in split
    assert split[1] in split
    assert "boil/2" not in split
    found = split.get("melt/0")
    assert found is not None
    assert found is split[2]
    assert split.get("melt/1") is None
    assert repr(split) == f"TaskSet('m/train', 3 tasks, hash={split.hash})"


def test_a_split_lists_no_task_twice() -> None:
    with pytest.raises(DataError, match="'m/train' lists task 'boil/1' twice"):
        TaskSet("m/train", tasks(["boil/0", "boil/1", "boil/1"]))


def test_the_hash_covers_ids_and_data_in_order_and_nothing_else() -> None:
    base = TaskSet("m/train", tasks(["a/0", "b/0"]))
    # computed apart from the code: printf 'a/0\t{"seed":"a/0"}\nb/0\t{"seed":"b/0"}\n' | sha256sum
    assert base.hash == "c7e383c279fbf566"
    assert TaskSet("other/name", [Task("a/0", "z", 99, {"seed": "a/0"}), *tasks(["b/0"])]).hash == base.hash
    assert TaskSet("m/train", tasks(["b/0", "a/0"])).hash != base.hash
    assert TaskSet("m/train", tasks(["a/0"])).hash != base.hash
    assert TaskSet("m/train", [Task("a/0", "a", 10, {"seed": "c"}), *tasks(["b/0"])]).hash != base.hash


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    one, other = {"a": 1, "b": [2]}, {"b": [2], "a": 1}
    assert TaskSet("m", [Task("t", "t", 1, one)]).hash == TaskSet("m", [Task("t", "t", 1, other)]).hash


def test_tasks_of_some_types() -> None:
    split = TaskSet("m/train", tasks(["boil/0", "melt/0", "boil/1", "grow/0"]))
    chosen = split.of_types(["grow", "boil", "grow"])
    assert (chosen.ids, chosen.name) == (("boil/0", "boil/1", "grow/0"), "m/train[grow,boil]")
    with pytest.raises(UnknownNameError, match="type 'freeze' in m/train; expected one of boil, melt, grow"):
        split.of_types(["freeze"])


def test_a_manifest_finds_tasks_in_all_its_splits_the_given_one_first() -> None:
    manifest = Manifest("m", {"train": tasks(["a/0", "a/1"]), "test": tasks(["a/1", "b/0"])})
    assert (list(manifest), len(manifest), manifest["test"].name) == (["train", "test"], 2, "m/test")
    assert manifest.locate("b/0", "train")[0] == "test"
    assert manifest.locate("a/1", "train")[0] == "train"
    assert manifest.locate("a/1", "test")[0] == "test"
    assert "test" in manifest
    assert "dev" not in manifest
    with pytest.raises(UnknownNameError, match="split 'dev' of manifest 'm'; expected one of train, test"):
        manifest["dev"]
    with pytest.raises(UnknownNameError, match="task 'c/0' in manifest 'm'; expected one of a/0, a/1, b/0"):
        manifest.locate("c/0", "train")


def test_a_long_list_of_names_is_cut_to_the_closest() -> None:
    manifest = Manifest("m", {"train": tasks(f"find-animal/{number}" for number in range(300))})
    with pytest.raises(UnknownNameError) as caught:
        manifest.locate("find-animol/299", "train")
    assert "find-animal/299" in str(caught.value)
    assert "(300 in all)" in str(caught.value)
    assert len(str(caught.value)) < 250


def test_overlaps_between_splits_are_reported() -> None:
    manifest = Manifest("m", {"train": tasks(["a", "b", "c"]), "seen": tasks(["c", "a"]), "unseen": tasks(["d"])})
    assert manifest.overlaps() == {("train", "seen"): ("a", "c")}


def test_an_unknown_name_is_also_a_value_and_a_key_error_and_says_so_plainly() -> None:
    error = UnknownNameError.of("split", "tran", ["train"], "See: eto-envs list")
    assert isinstance(error, ValueError)
    assert isinstance(error, KeyError)
    assert str(error) == "Unknown split 'tran'; expected one of train. See: eto-envs list"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
