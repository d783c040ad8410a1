"""The official games of ALFWorld: from GitHub, or from files that were fetched by hand.

The games of a dialect become one file, `data_home()/alfworld/DIALECT.zip`, which appears when it is whole and its games
are the official ones. Until then all is in a folder of its own beside it, from which a broken download goes on.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from eto_envs.alfworld.index import Games, index_games, index_path
from eto_envs.alfworld.packing import pack_games
from eto_envs.alfworld.releases import RELEASES, Release
from eto_envs.alfworld.sources import archive_path, game_files
from eto_envs.errors import DataError, UnknownNameError
from eto_envs.tasks import Manifest
from eto_envs.transfer import download_folder, fetch_file

__all__ = ["Downloaded", "download"]


@dataclass(frozen=True)
class Downloaded:
    """Games that are there.

    Attributes:
        path: the file that holds them.
        games: the games.
        manifest: the manifest `official` over them.
        release: what they were compared with.
    """

    path: Path
    games: Games
    manifest: Manifest
    release: Release

    def report(self) -> str:
        """Where they are, how many, whether they are the known files, and how to use them, a line each."""
        counts = ", ".join(f"{len(tasks):,} {split}" for split, tasks in self.manifest.items())
        differing = self.release.differing(self.manifest)
        known = [split for split in self.manifest if split in self.release.splits and split not in differing]
        remarks = [f"known files: {', '.join(known)}"] if known else []
        remarks += [f"other files than the known ones: {', '.join(differing)}"] if differing else []
        settings = f'games="official", dialect="{self.release.dialect}"'
        if "train" not in self.manifest:
            remarks.append("no training games")
            settings = f'split="seen", {settings}'
        use = f'import gymnasium, eto_envs; env = gymnasium.make("eto/ALFWorld-v0", {settings})'
        lines = [str(self.path), f"dialect {self.release.dialect}; games: {counts}", "; ".join(remarks), use]
        return "\n".join(line for line in lines if line)


class _Place(NamedTuple):
    """What a download is about and where it happens."""

    release: Release
    target: Path  # the file, at the end
    draft: Path  # what is under way
    source: Path | None  # a file or folder fetched by hand


def download(dialect: str = "put", source: Path | None = None, *, release: Release | None = None) -> Downloaded:
    """Gets the games of a dialect into `data_home()`, checks and lists them. What is there and right stays.

    Args:
        dialect: "put", the papers', or "move", today's.
        source: where to take the games from instead: the official zip, a tar of games, or a folder in the official
            layout or with the official zip in it. The training games may be absent there.
        release: what to get, where it is not the official release of that dialect.

    Raises:
        UnknownNameError: there is no such dialect.
        DataError: games are missing, damaged or other ones, the server refused, or the disk is full.
    """
    if dialect not in RELEASES:
        raise UnknownNameError.of("dialect of ALFWorld", dialect, RELEASES)
    target = archive_path(dialect)
    place = _Place(release or RELEASES[dialect], target, target.parent / f".{dialect}.download", source)
    with download_folder(target.parent, place.draft):
        return _download(place)


def _download(place: _Place) -> Downloaded:
    present = _present(place)
    if present is not None:
        shutil.rmtree(place.draft)  # what an earlier run left there is of no use any more
        return present
    path = _locate(place)
    listed = index_path(path)
    try:
        _checked(path, place, whole=place.source is None)
    except BaseException:
        path.unlink()
        listed.unlink(missing_ok=True)
        raise
    path.replace(place.target)
    if listed.exists():
        listed.replace(index_path(place.target))  # size and time are the same, so it still holds
    shutil.rmtree(place.draft)
    return _checked(place.target, place, whole=False)


def _present(place: _Place) -> Downloaded | None:
    """What is there already; games given by hand go before fewer or damaged ones."""
    if not place.target.exists():
        return None
    try:
        return _checked(place.target, place, whole=True)
    except DataError:
        return None


def _locate(place: _Place) -> Path:
    """A file in the draft folder: packed from what was given by hand, or fetched."""
    if place.source is None:
        return _fetch(place)
    beside = place.source / place.release.file
    path = place.draft / "games.zip"
    try:
        pack_games(beside if beside.is_file() else place.source, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _fetch(place: _Place) -> Path:
    release = place.release
    path = place.draft / release.file
    try:
        fetch_file(release.address, path, release.size)
        if damage := release.damage(path):
            path.unlink()
            raise DataError(f"what came {damage}.")
    except DataError as error:
        raise DataError(
            f"{release.file}: {error} Run the same command again, or fetch the file in a browser from "
            f"{release.address} and run: eto-envs download alfworld --dialect {release.dialect} --from FILE"
        ) from None
    return path


def _checked(path: Path, place: _Place, *, whole: bool) -> Downloaded:
    try:
        games = index_games(game_files(path))
        return Downloaded(path, games, place.release.check(games, whole=whole), place.release)
    except DataError as error:
        origin = place.source or place.release.address
        raise DataError(f"{origin} does not give the official games: {error}") from None
