"""Files and data sets of conversations, the commands for them, and an imported file as a run's experts."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from eto_agent.cli import main
from eto_agent.config.schema import EnvConfig, ExpertConfig
from eto_agent.formats import FORMATS, export_file, from_dataset, import_file, to_dataset
from eto_agent.methods.catalogue import RunConfig
from eto_agent.policies import OraclePolicy
from eto_agent.session import Session
from eto_agent.stages.experts import expert
from eto_envs.errors import DataError, UnknownNameError
from eto_envs.trajectory import Trajectory, read_trajectories, write_trajectories
from tests.eto_agent.formats.episodes import AGENTTRAJ, ETO_ALFWORLD, ETO_WEBSHOP, MESSAGES, held, trajectories


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The oracle on four tasks of LockedDoor, in a file."""
    env = EnvConfig("eto/LockedDoor-v0", types=("one-key",), train_per_type=4, num_envs=2, num_workers=1)
    with Session(RunConfig(out=tmp_path_factory.mktemp("oracle") / "run", env=env)) as session:
        session.play("oracle", session.train_tasks, OraclePolicy(), session.folder.path / "oracle.jsonl")
        return session.folder.path / "oracle.jsonl"


def shared_file(shared_dir: Path, name: str) -> str:
    path = shared_dir / "data" / name
    return lzma.decompress(path.read_bytes()).decode() if path.suffix == ".xz" else path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "env", "count", "actions"),
    [
        ("webshop/agenttraj_l_60.jsonl", "webshop", 60, 296),
        ("scienceworld/agenttraj_l_200.jsonl.xz", "scienceworld", 200, 5425),
    ],
)
def test_the_real_files_of_agenttraj_come_back_byte_for_byte(
    shared_dir: Path, tmp_path: Path, name: str, env: str, count: int, actions: int
) -> None:
    source, there, back = (tmp_path / each for each in ("source.jsonl", "trajectories.jsonl", "back.jsonl"))
    source.write_text(shared_file(shared_dir, name), encoding="utf-8")
    write_trajectories(there, import_file(source, env))
    found = list(read_trajectories(there, strict=True))
    assert (len(found), sum(len(each.actions) for each in found)) == (count, actions)
    export_file(found, back, "agenttraj")
    assert back.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("name", ["webshop/agenttraj_l_60.jsonl", "scienceworld/agenttraj_l_200.jsonl.xz"])
def test_the_real_files_keep_their_turns_in_every_format(shared_dir: Path, tmp_path: Path, name: str) -> None:
    source = tmp_path / "source.jsonl"
    source.write_text("".join(line + "\n" for line in shared_file(shared_dir, name).split("\n")[:20]), encoding="utf-8")
    found = import_file(source, name.partition("/")[0], reward=1.0, split="train")
    for form in ("sharegpt", "messages", "dataset"):
        export_file(found, tmp_path / form, form)
        assert [held(each) for each in import_file(tmp_path / form)] == [held(each) for each in found]


@pytest.mark.parametrize(
    ("record", "env"), [(ETO_ALFWORLD, "alfworld"), (ETO_WEBSHOP, "webshop"), (AGENTTRAJ, "webshop")]
)
@pytest.mark.parametrize("suffix", ["json", "jsonl"])
def test_json_and_json_lines(tmp_path: Path, record: dict[str, Any], env: str, suffix: str) -> None:
    """The release's files are one list each."""
    texts = {"json": json.dumps([record, record], indent=4) + "\n", "jsonl": f"{json.dumps(record)}\n" * 2}
    source, back = tmp_path / f"source.{suffix}", tmp_path / f"back.{suffix}"
    source.write_text(texts[suffix], encoding="utf-8")
    form = "agenttraj" if "item_id" in record else "sharegpt"
    assert export_file(import_file(source, env), back, form) == 2
    assert back.read_text(encoding="utf-8") == texts[suffix]


@settings(max_examples=25, deadline=None)
@given(st.lists(trajectories(), max_size=3))
def test_data_sets(given_trajectories: list[Trajectory]) -> None:
    dataset = to_dataset(given_trajectories)
    assert dataset.column_names == ["id", "messages", "reward", "episode"]
    assert [held(each) for each in from_dataset(dataset)] == [held(each) for each in given_trajectories]


def test_other_people_s_data_sets() -> None:
    [trajectory] = from_dataset(Dataset.from_list([{"messages": MESSAGES["messages"][1:]}]), "lockeddoor", reward=1.0)
    assert (trajectory.goal, trajectory.actions) == ("Leave the house.", ["leave through door"])
    assert trajectory.success


def test_half_a_character_survives_a_file(solved: Path, tmp_path: Path) -> None:
    [first, *_] = read_trajectories(solved)
    first.turns[1].observation = "\ud800 é\u2028\r\n"
    for form in FORMATS:
        export_file([first], tmp_path / form, form)
        [again] = import_file(tmp_path / form)
        assert again.turns[1].observation == "\ud800 é\u2028\r\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"messages": [}', "line 1: not JSON"),
        (b'\n{"messages": []}', "record 1: no conversation"),
        (b'[{"text": 1}]', "record 1: no conversation"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"messages": [{"role": "user", "content": "x"}], "episode": {"env": "eto/LockedDoor-v0"}}', "record 1: 'pr"),
    ],
)
def test_a_damaged_file_is_told_with_its_place(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(DataError, match=told):
        import_file(path, "lockeddoor")


def test_wrong_use_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No file at"):
        import_file(tmp_path / "nothing", "lockeddoor")
    with pytest.raises(UnknownNameError, match="'csv'"):
        export_file([], tmp_path / "file", "csv")
    with pytest.raises(DataError, match="mkdir"):
        export_file([], tmp_path / "no" / "file")


def test_the_commands_and_an_imported_file_as_experts(
    solved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported, imported = tmp_path / "sharegpt.json", tmp_path / "experts.jsonl"
    assert main(["export", str(solved), "--out", str(exported), "--format", "sharegpt"]) == 0
    assert json.loads(exported.read_text())[0]["conversations"][1] == {"from": "gpt", "value": "OK"}
    assert main(["import", str(exported), "--out", str(imported), "--verify"]) == 0
    assert "4 full reward, 0 other reward than stated, 4 same" in capsys.readouterr().err
    env = EnvConfig("eto/LockedDoor-v0", types=("one-key",), train_per_type=4)
    with Session(RunConfig(out=tmp_path / "run", env=env, expert=ExpertConfig(file=imported))) as session:
        expert(session)
        assert [each.actions for each in session.experts()] == [each.actions for each in read_trajectories(solved)]
        assert all(session.messages(each)[-1]["trained"] for each in session.experts())


def test_the_commands_tell_what_is_wrong_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(tmp_path / "nothing"), "--out", str(tmp_path / "out"), "--env", "alfworld"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("eto-agent: No file at")
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()
