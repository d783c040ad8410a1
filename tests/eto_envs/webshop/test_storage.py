"""Catalogues on disk: the same as in memory, whole or not there, found again, shared."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from eto_envs.errors import DataError, UnknownNameError
from eto_envs.webshop.building import read_catalogue
from eto_envs.webshop.catalogues import index_folder, open_catalogue
from eto_envs.webshop.env import WebShopEnv
from eto_envs.webshop.generator import write_catalogue
from eto_envs.webshop.sources import files_in
from eto_envs.webshop.storage import build_folder, open_folder
from tests.eto_envs.webshop.shops import entry, write_small_catalogue
from tests.eto_envs.webshop.shops import write_catalogue as write_files

ROOT = Path(__file__).parents[3]
BUILD = """
import sys
from pathlib import Path
from eto_envs.webshop.sources import files_in
from eto_envs.webshop.storage import build_folder
build_folder("made", files_in(Path(sys.argv[1])), Path(sys.argv[2]), progress=lambda read: print(read, flush=True))
"""
OPEN = "import sys; from eto_envs.webshop.catalogues import open_catalogue as o; print(o(sys.argv[1]).identity)"


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 3,000 generated products."""
    folder = tmp_path_factory.mktemp("made")
    write_catalogue(folder, 3_000, seed=3, human_share=0.2)
    return folder


def build(raw: Path, folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", BUILD, str(raw), str(folder)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_a_catalogue_on_disk_is_the_one_in_memory(raw: Path, tmp_path: Path) -> None:
    build_folder("made", files_in(raw), tmp_path / "index")
    stored, read = open_folder(tmp_path / "index"), read_catalogue("made", files_in(raw))
    assert (stored.name, stored.identity, len(stored.products)) == ("made", read.identity, 3_000)
    assert list(stored.products) == list(read.products)
    assert stored.products[-1] == read.products[-1]
    assert stored.products[5:8] == list(read.products[5:8])
    assert list(stored.prices) == list(read.prices)
    assert dict(stored.positions) == dict(read.positions)
    assert "B0" not in stored.positions
    for kind in ("human", "synthetic"):
        assert tuple(stored.goals(kind)) == tuple(read.goals(kind))
    for goal in stored.goals("human")[:200]:
        keywords = goal.instruction.split(" ")
        assert stored.search(keywords, 50) == read.search(keywords, 50)
    assert stored.search(["<q>", *read.products[0].query.split()], 50)[0] == 0
    assert stored.search(["<c>", "beauty"], 50) == read.search(["<c>", "beauty"], 50)


def test_a_build_that_is_killed_leaves_nothing_and_the_next_one_cleans_up(raw: Path, tmp_path: Path) -> None:
    with build(raw, tmp_path / "index") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert not (tmp_path / "index").exists()
    assert len(list(tmp_path.iterdir())) == 1
    build_folder("made", files_in(raw), tmp_path / "index")
    assert [path.name for path in tmp_path.iterdir()] == ["index"]
    assert len(open_folder(tmp_path / "index").products) == 3_000


def test_two_processes_may_build_at_once(raw: Path, tmp_path: Path) -> None:
    processes = [build(raw, tmp_path / "index") for _ in range(2)]
    for process in processes:
        process.communicate(timeout=120)
    assert [process.returncode for process in processes] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["index"]
    assert len(open_folder(tmp_path / "index").goals("human")) > 500


def test_an_index_is_found_again_and_made_anew_where_the_files_changed(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETO_ENVS_DATA", str(tmp_path))
    first = index_folder(raw.name, files_in(raw))
    env = WebShopEnv(catalogue=str(raw))
    made = (first / "meta.json").stat().st_mtime_ns
    command = [sys.executable, "-c", OPEN, str(raw)]
    other = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert (other.stdout.strip(), other.stderr) == (env.shop.catalogue.identity, "")
    assert (first / "meta.json").stat().st_mtime_ns == made
    os.utime(raw / "items_shuffle.json", (time.time(), time.time() + 5))
    assert index_folder(raw.name, files_in(raw)) != first
    assert WebShopEnv(catalogue=str(raw)).shop.catalogue is not env.shop.catalogue
    assert len(list(first.parent.iterdir())) == 2


def test_threads_that_ask_at_once_share_one_catalogue(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETO_ENVS_DATA", str(tmp_path))
    with ThreadPoolExecutor(4) as threads:
        catalogues = list(threads.map(open_catalogue, [str(raw)] * 4))
    assert len(set(map(id, catalogues))) == 1
    assert len(list(index_folder(raw.name, files_in(raw)).parent.iterdir())) == 1


def test_a_relative_path_means_the_folder_it_leads_to_now(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETO_ENVS_DATA", str(tmp_path / "data"))
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    write_small_catalogue(tmp_path / "one")
    (tmp_path / "two").joinpath("one").symlink_to(raw)
    sizes: list[int] = []
    for place in (tmp_path, tmp_path / "two"):
        monkeypatch.chdir(place)
        sizes.append(len(open_catalogue("one").products))
    assert sizes == [4, 3_000]


@pytest.mark.parametrize("catalogue", ["", None, 7, ["mini"], "~nobody-of-that-name/x", "x" * 5000, "a\0b"])
def test_what_is_no_catalogue_is_told(catalogue: Any) -> None:
    with pytest.raises(UnknownNameError, match="Unknown WebShop catalogue"):
        open_catalogue(catalogue)


@pytest.mark.parametrize(
    ("products", "attributes", "human", "message"),
    [
        ([], {}, {}, "items_shuffle.json lists no product"),
        ({"B0": 1}, {}, {}, "items_shuffle.json lists no product"),
        ([None], {}, {}, "is not a JSON list of products"),
        ([entry("B0", "x", query="\udfff")], {}, {}, "is not a JSON list of products"),
        ([entry("B0", "x", customization_options={"color": ["red"]})], {}, {}, "format: product 'B0' in"),
        ([entry("B0", "x", images={"a": 1})], {}, {}, "format: product 'B0' in"),
        ([entry("B0", "x")], {"B0": None}, {}, "format: product 'B0' in"),
        ([entry("B0", "x")], {"B0": {"instruction": "find"}}, {}, "format: an instruction in"),
        ([entry("B0", "x")], {}, {"B0": [None]}, "format: an instruction in"),
        ([entry("B0", "x")], {}, {"B0": [{"instruction": "find"}]}, "format: an instruction in"),
        ([entry("B0", "x")], {}, {}, "has no goals"),
    ],
)
def test_files_of_another_form_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, products: Any, attributes: Any, human: Any, message: str
) -> None:
    monkeypatch.setenv("ETO_ENVS_DATA", str(tmp_path / "data"))
    write_files(tmp_path, products, attributes, human)
    with pytest.raises(DataError, match=message) as caught:
        WebShopEnv(catalogue=str(tmp_path))
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "data").rglob(".*"))


def test_what_cannot_be_opened_is_told_in_one_line(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(
        UnknownNameError, match="Unknown WebShop catalogue 'maxi'; expected one of mini, mini:N, 1k, full, a fold"
    ):
        open_catalogue("maxi")
    with pytest.raises(DataError, match=r"must hold one of items_shuffle_1000.json, items_shuffle.json; it holds none"):
        open_catalogue(str(tmp_path))
    with pytest.raises(DataError, match="no usable index"):
        open_folder(tmp_path)
    (tmp_path / "items_shuffle.json").write_text('[{"asin": "B000000001"', encoding="utf-8")
    with pytest.raises(DataError, match=r"holds items_shuffle.json but not items_ins_v2.json"):
        open_catalogue(str(tmp_path))
    (tmp_path / "items_ins_v2.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="is not a JSON list of products"):
        open_catalogue(str(tmp_path))
