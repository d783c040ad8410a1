"""Run folders: what was asked for, which stages are done, and whether they still fit.

A run is a folder. `config.yaml` holds the resolved configuration; opening the folder with another one is refused and
names the keys; only methods, and levels and variants of them, may be added. A stage is a sub-folder with a
`stage.json`, written last and at once: hashes of what it read and what it wrote, and a few facts. A stage whose
`stage.json` is there and fits its inputs is not run again.
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from eto_agent.fields import with_new_names
from eto_envs.errors import EtoEnvError

__all__ = [
    "COMMANDS_FILE",
    "ConfigChangedError",
    "RunFolder",
    "Stage",
    "StageError",
    "file_hash",
    "keep_rows",
    "write_text",
]

SPEED_KEYS = frozenset({"out", "num_envs", "num_workers", "save_steps", "report_to", "gpu_memory", "tensor_parallel"})
"""Keys that change how fast a run goes and nothing else; they may differ when a run is continued."""

COMMANDS_FILE = "commands.txt"
"""In a run folder: the commands that worked on it, a line each."""

STAGE_SECTIONS = ("api", "annotate")
"""Sections that only single stages read, which compare what matters themselves; they may be given later."""


class ConfigChangedError(EtoEnvError):
    """A run folder is opened with another configuration than it was made with."""


class StageError(EtoEnvError):
    """A stage is missing, or was made from other inputs."""


class RunFolder:
    """A run folder, held by one process at a time.

    Args:
        folder: the folder; it is made if need be.
        config: a dataclass whose fields all have defaults; nested dataclasses are compared key by key. A section that
            only one side has does not matter, nor does a key that the folder lacks while its value is the default.
        flags: what a command on this folder is given, for messages that name the next one.
        growing: keys of lists that may differ: the folder's `config.yaml` then names all that it was given.

    Raises:
        ConfigChangedError: the folder was made with another configuration; the message names the keys.
        StageError: another process holds the folder.
    """

    def __init__(self, folder: Path, config: Any, flags: str = "", growing: Collection[str] = ("methods",)) -> None:
        self.path, self._flags = folder, flags
        self._growing = frozenset(growing)
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = self._take_lock()
        resolved = _plain(dataclasses.asdict(config))
        path = folder / "config.yaml"
        if path.exists():
            try:
                before = with_new_names(yaml.safe_load(path.read_text()))
                self._compare(before, resolved, _plain(dataclasses.asdict(type(config)())))
            except BaseException:
                self.close()  # a refused folder is free for others
                raise
            if (grown := _grown(before, resolved, self._growing)) != before:
                write_text(path, yaml.safe_dump(grown, sort_keys=False))
        else:
            write_text(path, yaml.safe_dump(resolved, sort_keys=False))

    def _take_lock(self) -> int:
        handle = os.open(self.path / ".lock", os.O_CREAT | os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise StageError(
                f"Run folder {str(self.path)!r} is in use by another process; wait for it or choose another --out."
            ) from None
        return handle

    def _compare(self, before: dict[str, Any], now: dict[str, Any], defaults: dict[str, Any]) -> None:
        new = _flat(now)
        old = {key: value for key, value in _flat(defaults).items() if key in new} | _flat(before)
        one_sided = {name for name, value in {**before, **now}.items() if isinstance(value, dict)} - (
            before.keys() & now.keys()
        )
        changed = [
            f"{key} ({old.get(key)!r} -> {new.get(key)!r})"
            for key in sorted(old.keys() | new.keys())
            if old.get(key) != new.get(key)
            and key.rpartition(".")[2] not in SPEED_KEYS
            and key not in self._growing
            and key.partition(".")[0] not in one_sided.union(STAGE_SECTIONS)
        ]
        if changed:
            raise ConfigChangedError(
                f"Run folder {str(self.path)!r} was made with another configuration: {', '.join(changed)}; "
                "set these back, or choose another --out."
            )

    def note_command(self, command: str) -> None:
        """Keeps a command line for the report; one that is given again is kept once."""
        file = self.path / COMMANDS_FILE
        known = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        if command not in known:
            write_text(file, "".join(f"{line}\n" for line in [*known, command]))

    def close(self) -> None:
        """Lets go of the folder."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def stage(self, name: str, inputs: Mapping[str, Any], revision: int = 0) -> Stage:
        """The stage of that name.

        Args:
            name: its folder.
            inputs: what it depends on: files and folders (hashed) or JSON values.
            revision: of the code that makes it, where that once gave other results from the same inputs.

        Raises:
            StageError: the stage is done, but with other inputs.
        """
        if revision:
            inputs = {**inputs, "revision": revision}
        return Stage(self.path / name, name, {key: _input_hash(value) for key, value in inputs.items()})

    def output(self, stage: str, file: str, command: str) -> Path:
        """A file of a finished stage.

        Raises:
            StageError: the stage is not done; the message says which command does it.
        """
        if not (self.path / stage / "stage.json").exists():
            given = f"{command} {self._flags}".strip()
            raise StageError(f"Stage {stage!r} of run {str(self.path)!r} is not done; run: eto-agent {given}")
        return self.path / stage / file


class Stage:
    """One stage of a run; see `RunFolder.stage`."""

    def __init__(self, folder: Path, name: str, inputs: dict[str, str]) -> None:
        self.folder, self.name, self._inputs = folder, name, inputs
        self._started = time.monotonic()
        record = self._read()
        self.done = record is not None
        self.facts: dict[str, Any] = record["facts"] if record else {}
        if record and record["inputs"] != inputs:
            changed = [
                key for key in inputs.keys() | record["inputs"].keys() if record["inputs"].get(key) != inputs.get(key)
            ]
            raise StageError(
                f"Stage {name!r} in {str(folder)!r} was made from other inputs ({', '.join(sorted(changed))}); "
                f"remove that folder to make it again."
            )
        if self.done:
            (folder / "inputs.json").unlink(missing_ok=True)  # left where the end came right after the record
        else:
            self._note_inputs()

    def _note_inputs(self) -> None:
        """Unfinished work of other inputs is useless: it is cleared before the stage begins."""
        self.folder.mkdir(parents=True, exist_ok=True)
        note = self.folder / "inputs.json"
        wanted = json.dumps(self._inputs, indent=1, sort_keys=True)
        if note.exists() and note.read_text() != wanted:
            shutil.rmtree(self.folder)
            self.folder.mkdir(parents=True)
        write_text(note, wanted)

    def _read(self) -> dict[str, Any] | None:
        path = self.folder / "stage.json"
        return json.loads(path.read_text()) if path.exists() else None

    def path(self, name: str) -> Path:
        """A file or folder of the stage."""
        return self.folder / name

    def finish(self, outputs: Iterable[str], **facts: Any) -> None:
        """Marks the stage as done, with the hashes of its outputs and some facts (JSON values)."""
        record = {
            "stage": self.name,
            "inputs": self._inputs,
            "outputs": {name: _input_hash(self.folder / name) for name in outputs},
            "facts": facts,
            "seconds": round(time.monotonic() - self._started, 1),
        }
        write_text(self.folder / "stage.json", json.dumps(record, indent=1, sort_keys=True))
        (self.folder / "inputs.json").unlink(missing_ok=True)
        self.done, self.facts = True, facts


def write_text(path: Path, text: str) -> None:
    """Writes a file at once: it is either as before or whole."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def keep_rows(path: Path, count: int) -> None:
    """Cuts a metrics file down to its first rows: those behind the state that training goes on from are made again."""
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []
    write_text(path, "".join(rows[:count]))


def file_hash(path: Path) -> str:
    """SHA-256 of a file, or of the names and contents of the files in a folder; 16 hexadecimal digits."""
    digest = hashlib.sha256()
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    for each in files:
        if path.is_dir():
            digest.update(str(each.relative_to(path)).encode() + b"\0")
        with each.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:16]


def _input_hash(value: Any) -> str:
    if isinstance(value, Path):
        return file_hash(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {key: each for key, each in dataclasses.asdict(value).items() if key not in SPEED_KEYS}
    return hashlib.sha256(json.dumps(_plain(value), sort_keys=True).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """Only what YAML and JSON know."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value


def _grown(
    before: Mapping[str, Any], now: Mapping[str, Any], growing: Collection[str], prefix: str = ""
) -> dict[str, Any]:
    """The tree `before`, with what `now` adds: further entries of lists that may grow, and sections."""
    grown = dict(before)
    for key, value in now.items():
        if prefix + key in growing:
            grown[key] = [*before.get(key, ()), *(each for each in value if each not in before.get(key, ()))]
        elif isinstance(value, Mapping) and isinstance(before.get(key), Mapping):
            grown[key] = _grown(before[key], value, growing, f"{prefix}{key}.")
        elif isinstance(value, Mapping) and not prefix and key not in before:
            grown[key] = value
    return grown


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat
