"""A catalogue on disk: written once, then opened by any number of processes, which share its pages in memory.

```
meta.json       format, name, files and seed it was made from, number of products, identity
products.bin    one JSON record after the other        offsets.npy    where each begins; shape (products + 1,)
asins.npy       all ASINs, sorted                      order.npy      the position of each
prices.npy      the price of each product              labels.npz     categories and queries of the products
goals/          human.json and, where there are some, synthetic.json
search/         the index of `eto_envs.webshop.search`
```
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, overload

import numpy as np
from numpy.typing import NDArray

from eto_envs.drafts import cached_folder
from eto_envs.errors import DataError
from eto_envs.webshop.building import SEED, RawCatalogue
from eto_envs.webshop.catalogue import Catalogue, Labels
from eto_envs.webshop.goals import Goal
from eto_envs.webshop.product import Product
from eto_envs.webshop.search.index import SearchIndex
from eto_envs.webshop.sources import RawFiles

__all__ = ["FORMAT", "build_folder", "open_folder"]

FORMAT = 1
"""Version of the layout; a folder of another version is built again."""
_META = "meta.json"


def build_folder(
    name: str, raw: RawFiles, folder: Path, seed: int = SEED, progress: Callable[[int], None] | None = None
) -> None:
    """Writes a catalogue into a folder, which appears at once and whole when it is done.

    Args:
        name: the catalogue's name.
        raw: its files.
        folder: where to; left as it is if another process was faster.
        seed: seeds the draws of prices and price caps.
        progress: called with the number of bytes of the product file read so far, now and then.
    """
    with cached_folder(folder, _META) as draft:
        (draft / "goals").mkdir()
        source = RawCatalogue(raw, seed)
        count = _write_products(source, draft, progress)
        stored = ProductFile(draft)
        prices: NDArray[np.float64] = np.load(draft / "prices.npy")
        goals = source.goals(count, lambda: zip(stored, prices.tolist(), strict=True))
        for kind, made in goals.items():
            text = json.dumps([goal.as_json() for goal in made], separators=(",", ":"))
            (draft / "goals" / f"{kind}.json").write_text(text, encoding="utf-8")
        meta = {
            "format": FORMAT,
            "name": name,
            "seed": seed,
            "files": raw.stamp(),
            "products": count,
            "identity": source.identity,
        }
        (draft / _META).write_text(json.dumps(meta, indent=1), encoding="utf-8")


def open_folder(folder: Path) -> Catalogue:
    """The catalogue of a folder; nothing but its goals and the names of its labels is read into memory.

    Raises:
        DataError: the folder is no catalogue of this version.
    """
    try:
        meta: dict[str, Any] = json.loads((folder / _META).read_text(encoding="utf-8"))
        if meta["format"] != FORMAT:
            raise ValueError(f"format {meta['format']}, expected {FORMAT}")
        labels = np.load(folder / "labels.npz")
        categories, queries = (Labels(labels[name].tolist(), labels[f"{name}_of"]) for name in ("category", "query"))
        return Catalogue(
            name=meta["name"],
            products=ProductFile(folder),
            prices=np.load(folder / "prices.npy", mmap_mode="r"),
            search=SearchIndex.open(folder / "search"),
            categories=categories,
            queries=queries,
            goals=GoalFiles(folder / "goals"),
            positions=AsinFile(folder),
            identity=meta["identity"],
        )
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{folder} is no usable index of a catalogue ({error}); delete it to build it again.") from None


class ProductFile(Sequence[Product]):
    """The products of a folder, read when asked for; the last few thousand are kept."""

    def __init__(self, folder: Path) -> None:
        self._records: NDArray[np.uint8] = np.memmap(folder / "products.bin", dtype=np.uint8, mode="r")
        self._offsets: NDArray[np.int64] = np.load(folder / "offsets.npy", mmap_mode="r")
        self._cached = lru_cache(maxsize=2048)(self._read)

    def _read(self, position: int) -> Product:
        start, end = self._offsets[position : position + 2]
        return Product.from_record(json.loads(self._records[start:end].tobytes()))

    @overload
    def __getitem__(self, index: int) -> Product: ...
    @overload
    def __getitem__(self, index: slice) -> list[Product]: ...
    def __getitem__(self, index: int | slice) -> Product | list[Product]:
        if isinstance(index, slice):
            return [self._cached(position) for position in range(*index.indices(len(self)))]
        return self._cached(range(len(self))[index])

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __iter__(self) -> Iterator[Product]:
        return map(self._read, range(len(self)))


class AsinFile(Mapping[str, int]):
    """ASIN -> position, by bisection in a sorted file."""

    def __init__(self, folder: Path) -> None:
        self._asins: NDArray[np.bytes_] = np.load(folder / "asins.npy", mmap_mode="r")
        self._order: NDArray[np.int32] = np.load(folder / "order.npy", mmap_mode="r")

    def __getitem__(self, asin: str) -> int:
        wanted = asin.encode()
        place = int(np.searchsorted(self._asins, wanted))
        if place == len(self._asins) or self._asins[place] != wanted:
            raise KeyError(asin)
        return int(self._order[place])

    def __iter__(self) -> Iterator[str]:
        return (bytes(asin).decode() for asin in self._asins)

    def __len__(self) -> int:
        return len(self._asins)


class GoalFiles(Mapping[str, Sequence[Goal]]):
    """Kind of goals -> goals, read at the first use."""

    def __init__(self, folder: Path) -> None:
        self._paths = {path.stem: path for path in sorted(folder.glob("*.json"))}
        self._read = lru_cache(maxsize=None)(_read_goals)

    def __getitem__(self, kind: str) -> Sequence[Goal]:
        return self._read(self._paths[kind])

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _read_goals(path: Path) -> tuple[Goal, ...]:
    return tuple(Goal.from_json(entry) for entry in json.loads(path.read_text(encoding="utf-8")))


class _Columns:
    """What is known of each product beyond its record, as it comes in."""

    def __init__(self) -> None:
        self.offsets, self.prices = array("q", [0]), array("d")
        self.asins: list[bytes] = []
        self.labels: dict[str, tuple[dict[str, int], array[int]]] = {
            name: ({}, array("i")) for name in ("category", "query")
        }

    def add(self, product: Product, price: float, size: int) -> None:
        self.offsets.append(self.offsets[-1] + size)
        self.prices.append(price)
        self.asins.append(product.asin.encode())
        for name, (codes, column) in self.labels.items():
            column.append(codes.setdefault(getattr(product, name), len(codes)))

    def save(self, folder: Path) -> None:
        asins = np.array(self.asins, dtype=np.bytes_)
        order = np.argsort(asins, kind="stable").astype(np.int32)
        labels = {name: np.array(list(codes), dtype=np.str_) for name, (codes, _) in self.labels.items()}
        labels |= {f"{name}_of": np.array(column, dtype=np.int32) for name, (_, column) in self.labels.items()}
        np.save(folder / "offsets.npy", np.array(self.offsets, dtype=np.int64))
        np.save(folder / "prices.npy", np.array(self.prices, dtype=np.float64))
        np.save(folder / "asins.npy", asins[order])
        np.save(folder / "order.npy", order)
        np.savez(folder / "labels.npz", **labels)  # pyright: ignore[reportArgumentType]


def _write_products(source: RawCatalogue, folder: Path, progress: Callable[[int], None] | None) -> int:
    """Writes records, columns and the search index in one pass; returns the number of products."""
    columns = _Columns()
    with (folder / "products.bin").open("wb") as file:
        SearchIndex.build(_stored(source, file, columns, progress), folder / "search")
    columns.save(folder)
    return len(columns.asins)


def _stored(
    source: RawCatalogue, file: BinaryIO, columns: _Columns, progress: Callable[[int], None] | None
) -> Iterator[tuple[str, str]]:
    """ASIN and document of every product, on the way to the search index, after writing it."""
    for product, price in source.products(progress):
        record = json.dumps(product.as_record(), separators=(",", ":")).encode()
        file.write(record)
        columns.add(product, price, len(record))
        yield product.asin, product.document
