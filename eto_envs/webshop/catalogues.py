"""Opening a catalogue by name or by path; each is opened once in a process, from whatever thread."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from functools import lru_cache
from pathlib import Path
from threading import Lock

from eto_envs.data_home import data_home
from eto_envs.drafts import cached_folder, disk_is_full
from eto_envs.errors import DataError, UnknownNameError
from eto_envs.webshop.building import SEED, read_catalogue
from eto_envs.webshop.catalogue import Catalogue
from eto_envs.webshop.sources import DOWNLOADED, RawFiles, embedded_files, files_in
from eto_envs.webshop.storage import FORMAT, build_folder, open_folder

__all__ = ["CATALOGUES", "LARGEST_GENERATED", "build_index", "index_folder", "open_catalogue"]

CATALOGUES = ("mini", "mini:N", *DOWNLOADED)
"""Catalogues with a name. `mini` is embedded. `mini:N` is generated at the first use: the first N products of an
endless row whose first 1,200 are `mini`. The others are downloaded once."""

LARGEST_GENERATED = 100_000
"""The largest N of `mini:N`. Every product has a goal or two, and each process holds all goals in memory."""

_ONE_AT_A_TIME = Lock()


def open_catalogue(catalogue: str) -> Catalogue:
    """The catalogue of a name, or of a folder with files in the original's format.

    An index is built the first time, which takes about half a minute for 100,000 products, and found again later. Files
    that have changed since are another catalogue.

    Raises:
        UnknownNameError: neither a name nor a folder.
        DataError: its files are missing or damaged, or the disk is full.
    """
    with _ONE_AT_A_TIME:
        if catalogue == "mini":
            return _embedded()
        try:
            name, raw = _files_of(catalogue)
            folder = index_folder(name, raw)
            if not (folder / "meta.json").exists():
                build_index(name, raw, folder)
        except OSError as error:
            if not disk_is_full(error):
                raise
            raise DataError(
                f"The disk of {data_home()} is full ({error.strerror}); free some space, or set ETO_ENVS_DATA to a "
                f"folder elsewhere, and open catalogue {catalogue!r} again."
            ) from None
        return _opened(folder)


@lru_cache(maxsize=1)
def _embedded() -> Catalogue:
    return read_catalogue("mini", embedded_files())


_opened = lru_cache(maxsize=8)(open_folder)


def index_folder(name: str, raw: RawFiles, seed: int = SEED) -> Path:
    """Where the index of these files belongs; other files, or the same ones changed, have another folder."""
    facts = json.dumps([FORMAT, seed, str(raw.products.resolve()), raw.stamp()], sort_keys=True)
    return data_home() / "webshop" / "indexes" / f"{_file_name(name)}-{hashlib.sha256(facts.encode()).hexdigest()[:12]}"


def _files_of(catalogue: str) -> tuple[str, RawFiles]:
    if str(catalogue).startswith("mini:"):
        return str(catalogue), _generated_files(str(catalogue))
    if catalogue in tuple(DOWNLOADED):
        return catalogue, files_in(data_home() / "webshop" / catalogue, DOWNLOADED[catalogue][0])
    try:
        folder = Path(catalogue).expanduser()
        found = bool(catalogue) and folder.is_dir()
    except (TypeError, OSError, RuntimeError):  # no path, too long a one, or one of a user who does not exist
        found, folder = False, Path()
    if not found:
        allowed = (*CATALOGUES, "a folder with files in WebShop's format")
        raise UnknownNameError.of("WebShop catalogue", catalogue, allowed)
    return folder.resolve().name, files_in(folder)


def _generated_files(catalogue: str) -> RawFiles:
    """The files of `mini:N`, written the first time."""
    wanted = re.fullmatch(r"mini:([1-9][0-9]{0,8})", catalogue)
    products = int(wanted[1]) if wanted else 0
    if not 1 <= products <= LARGEST_GENERATED:
        raise UnknownNameError(
            f"Unusable catalogue {catalogue!r}; expected mini:N with N from 1 to {LARGEST_GENERATED:,}. For more, "
            "run eto-envs generate webshop --products N --out DIR and give that folder as the catalogue."
        )
    folder = data_home() / "webshop" / "generated" / f"{_file_name(catalogue)}-{_row_version()}"
    proof = DOWNLOADED["full"][0]
    if not (folder / proof).is_file():
        from eto_envs.webshop.generator import MINI_SEED, generate_products, write_files  # reads its tables: 30 ms

        with cached_folder(folder, proof) as draft:
            write_files(draft, generate_products(products, MINI_SEED))
    return files_in(folder)


@lru_cache(maxsize=1)
def _row_version() -> str:
    """Version of the row of products: a hash of its embedded beginning, which another generator would write anew."""
    files = embedded_files()
    embedded = (files.products, files.attributes, files.instructions)
    return hashlib.sha256(b"".join(path.read_bytes() for path in embedded if path is not None)).hexdigest()[:12]


def _file_name(catalogue: str) -> str:
    return catalogue.replace(":", "-")  # no colon: it cannot stand in every file system, nor in a search path


def build_index(name: str, raw: RawFiles, folder: Path) -> None:
    """Builds the index, with a bar on a terminal and a line elsewhere; both on standard error."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(file=sys.stderr)
    if not console.is_terminal:
        console.print(f"Building the index of catalogue {name!r} in {folder} ...", soft_wrap=True)
    size = raw.products.stat().st_size
    with Progress(console=console, disable=not console.is_terminal) as bar:
        job = bar.add_task(f"Index of catalogue {name!r}", total=size)
        build_folder(name, raw, folder, progress=lambda read: bar.update(job, completed=min(read, size)))
        bar.update(job, completed=size)
