"""Files over HTTP that go on where they stopped, and the folder that they come into."""

from __future__ import annotations

import fcntl
import logging
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import requests

from eto_envs.drafts import disk_is_full
from eto_envs.errors import DataError

__all__ = ["Progress", "ResumingDownloader", "download_folder", "fetch_file"]

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there and the bytes in all (None: the server does not say)."""

_TIMEOUT_S = (20, 60)  # to connect, between two pieces
_PIECE = 1 << 14  # what a broken connection loses at most
_BROKEN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


@contextmanager
def download_folder(home: Path, draft: Path) -> Generator[None]:
    """Holds `home` for one download, whose unfinished work lies in `draft`, a folder in it.

    `draft` stays where something is left in it, from which the next download goes on.

    Raises:
        DataError: another download into `home` is under way, or its disk is full.
    """
    try:
        draft.mkdir(parents=True, exist_ok=True)
        with (home / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DataError(f"Another download into {home} is under way.") from None
            yield
    except OSError as error:
        if not disk_is_full(error):
            raise
        raise DataError(
            f"The disk of {home} is full ({error.strerror}). Free some space, or set ETO_ENVS_DATA to a "
            "folder elsewhere, and run the same command again: what has come is kept."
        ) from None
    finally:
        with suppress(OSError):
            draft.rmdir()  # where nothing is left in it


def fetch_file(url: str, path: Path, size: int | None = None) -> None:
    """Fetches a file into `path`, with a bar on a terminal and a line elsewhere; both on standard error.

    Args:
        url: where it is.
        path: where to; what has come so far lies beside it as `NAME.part`.
        size: its size in bytes, for servers that do not say it.

    Raises:
        DataError: the server refused, or the connection broke and brought nothing new.
    """
    import pooch  # pyright: ignore[reportMissingTypeStubs]
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    pooch.get_logger().setLevel(logging.WARNING)
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        console.print(f"Fetching {path.name} ...", soft_wrap=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bar:
        job = bar.add_task(path.name, total=size)
        downloader = ResumingDownloader(
            path.with_name(f"{path.name}.part"),
            lambda came, total: bar.update(job, completed=came, total=total or size),
        )
        pooch.retrieve(  # pyright: ignore[reportUnknownMemberType]
            url,
            known_hash=None,  # files given by hand are checked too, so the caller does it
            fname=path.name,
            path=path.parent,
            downloader=downloader,  # pyright: ignore[reportArgumentType]
        )


class ResumingDownloader:
    """Fetches a file into `part`, going on after the bytes that are there, and hands it over when it is whole.

    A connection that breaks is taken up again as long as that brings something new. What has come stays in `part`,
    whatever happens, until the whole file is there.

    Args:
        part: the file for what has come so far.
        progress: learns how far it is.
    """

    def __init__(self, part: Path, progress: Progress) -> None:
        self._part, self._progress = part, progress

    def __call__(self, url: str, output_file: str, pooch: object, check_only: bool = False) -> None:
        """Called by pooch, which takes it from there: `output_file` is a temporary file of its own.

        Raises:
            DataError: the server refused, or the connection broke and brought nothing new.
        """
        most = self._size()
        while True:
            try:
                self._fetch(url)
                break
            except _BROKEN as error:
                if self._size() <= most:
                    came = f"the connection broke after {most:,} bytes" if most else "nothing came"
                    raise DataError(f"{came} ({_reason(error)}).") from None
                most = self._size()
            except requests.RequestException as error:
                raise DataError(f"{url} cannot be fetched ({_reason(error)}).") from None
        self._part.replace(output_file)

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _fetch(self, url: str) -> None:
        """One request for what is missing; a second one for everything where the server cannot go on from there."""
        start = self._size()
        # Not compressed on the way: a range would count compressed bytes.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT_S) as answer:
            extent = answer.headers.get("Content-Range", "")
            if answer.status_code == requests.codes.requested_range_not_satisfiable and extent == f"bytes */{start}":
                return
            if start and (
                answer.status_code == requests.codes.requested_range_not_satisfiable
                or (answer.status_code == requests.codes.partial_content and not extent.startswith(f"bytes {start}-"))
            ):
                self._part.unlink()
            else:
                self._receive(answer, start if answer.status_code == requests.codes.partial_content else 0)
                return
        self._fetch(url)

    def _receive(self, answer: requests.Response, start: int) -> None:
        _refuse(answer)
        length = answer.headers.get("Content-Length", "")
        total = start + int(length) if length.isdecimal() else None
        size = start
        with self._part.open("ab" if start else "wb") as file:
            self._progress(size, total)
            for piece in answer.iter_content(_PIECE):
                size += file.write(piece)
                self._progress(size, total)
        if total is not None and size != total:
            raise requests.ConnectionError(f"{size} of {total} bytes came")


def _refuse(answer: requests.Response) -> None:
    host = urlsplit(answer.url).netloc
    if not answer.ok:
        raise DataError(f"{host} answered {answer.status_code} {answer.reason}.")
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        raise DataError(f"{host} answered with a web page, not the file: its quota is used up, or it wants a sign-in.")


def _reason(error: Exception) -> str:
    """The words of the error below all wrappings, without the object it happened to."""
    inner: object = error.args[0] if error.args else error
    inner = getattr(inner, "reason", inner)
    text = str(inner.args[0] if isinstance(inner, Exception) and inner.args else inner)
    return text.partition("): ")[2] or text or type(error).__name__
