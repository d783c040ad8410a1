"""Whole files of conversations, and Hugging Face data sets, in and out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eto_agent.formats.records import FORMATS, from_record, to_record
from eto_agent.run_folder import write_text
from eto_envs.errors import DataError, UnknownNameError
from eto_envs.trajectory import Trajectory

if TYPE_CHECKING:
    from datasets import Dataset

__all__ = ["FILE_FORMATS", "export_file", "from_dataset", "import_file", "to_dataset"]

FILE_FORMATS = (*FORMATS, "dataset")
"""What `export_file` writes: a file of one of `FORMATS`, or a folder that `datasets.load_from_disk` reads."""


def import_file(path: Path, env: str = "", *, reward: float | None = None, split: str = "") -> list[Trajectory]:
    """Reads a file of conversations of any known format (JSON or JSON Lines), or the folder of a saved data set.

    Args:
        path: the file or folder.
        env, reward, split: as for `from_record`.

    Raises:
        DataError: there is no such file, it is damaged, or a record is no conversation; the message says which.
    """
    if path.is_dir():
        from datasets import load_from_disk

        records: Iterable[Any] = load_from_disk(str(path))
    else:
        records = _read(path)
    found: list[Trajectory] = []
    for number, record in enumerate(records, 1):
        try:
            found.append(from_record(record, env, reward=reward, split=split))
        except UnknownNameError:
            raise
        except (DataError, KeyError, TypeError, ValueError) as error:
            raise DataError(f"{str(path)!r}, record {number}: {error}.") from None
    return found


def export_file(
    trajectories: Iterable[Trajectory], path: Path, form: str = "messages", *, instruction: str | None = None
) -> int:
    """Writes trajectories as conversations; returns how many.

    Args:
        trajectories: each begins with its task turn.
        path: a `.json` file becomes one list, any other JSON Lines; for `dataset`, a folder.
        form: one of `FILE_FORMATS`.
        instruction: replaces the environment's own; "" leaves it out.

    Raises:
        UnknownNameError: no such format.
        DataError: a trajectory without a turn.
    """
    if form not in FILE_FORMATS:
        raise UnknownNameError.of("format", form, FILE_FORMATS)
    if not path.parent.is_dir():
        raise DataError(f"No folder {str(path.parent)!r} to write {path.name} to; run: mkdir -p {path.parent}")
    given = list(trajectories)
    if form == "dataset":
        to_dataset(given, instruction=instruction).save_to_disk(str(path))
        return len(given)
    records = [to_record(each, FORMATS[form], instruction=instruction) for each in given]
    if path.suffix == ".json":
        write_text(path, _text(records, indent=4) + "\n")
    else:
        write_text(path, "".join(_text(record) + "\n" for record in records))
    return len(given)


def to_dataset(trajectories: Sequence[Trajectory], *, instruction: str | None = None) -> Dataset:
    """Trajectories as a data set with the columns `id`, `messages` (role, content), `reward` and `episode`.

    TRL's trainers read `messages`; see `records.py` for `episode`.
    """
    from datasets import Dataset, Features, List, Value

    text, whole = Value("string"), Value("int64")
    features = Features(
        {
            "id": text,
            "messages": List({"role": text, "content": text}),
            "reward": Value("float64"),
            "episode": {
                **dict.fromkeys(("env", "type", "split", "outcome", "policy", "goal", "last_observation"), text),
                **dict.fromkeys(("preamble", "prefix"), whole),
            },
        }
    )
    ours = [_without_origin(each) for each in trajectories]
    records = [to_record(each, FORMATS["messages"], instruction=instruction) for each in ours]
    return Dataset.from_dict({name: [record[name] for record in records] for name in features}, features=features)


def from_dataset(dataset: Dataset, env: str = "", *, reward: float | None = None, split: str = "") -> list[Trajectory]:
    """Trajectories of a data set of conversations; arguments and errors as for `from_record`."""
    return [from_record(dict(record), env, reward=reward, split=split) for record in dataset]  # type: ignore[arg-type]


def _without_origin(trajectory: Trajectory) -> Trajectory:
    """A data set has one shape: what another project's file had beside it is left out."""
    return replace(trajectory, meta={key: each for key, each in trajectory.meta.items() if key != "imported"})


def _text(value: Any, indent: int | None = None) -> str:
    """JSON as the files have it: letters as they are, unless they cannot be encoded."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return json.dumps(value, ensure_ascii=True, indent=indent)
    return text


def _read(path: Path) -> Iterator[Any]:
    if not path.is_file():
        raise DataError(f"No file at {str(path)!r}; give a JSON or JSON Lines file of conversations.")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{str(path)!r} is not UTF-8 text ({error.reason}); unpack it first.") from None
    if text.lstrip()[:1] == "[":
        yield from _parsed(text, str(path))
        return
    for number, line in enumerate(text.split("\n"), 1):  # not splitlines: texts hold other line ends
        if line.strip():
            yield _parsed(line, f"{path}, line {number}")


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: not JSON ({error}).") from None
