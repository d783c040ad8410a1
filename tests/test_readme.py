"""The README: every command runs, or a table says why it does not; the Python runs; the files named exist."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.eto_agent.api_server import KEY, Api, Say, serving
from tests.eto_agent.forks import Fork, in_folder

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    shlex.join(shlex.split(line, comments=True))
    for language, text in BLOCKS
    if language == "bash"
    for line in text.splitlines()
    if line.strip()
]

NOT_RUN = {
    "scripts/demo": "installs packages, and takes ten minutes; it is `eto-agent run --config configs/demo.yaml`",
    "scripts/test": "would run these tests again",
    "pip install .": "installs packages; scripts/check_wheel installs the wheel",
    "pip install '.[agent]'": "installs packages",
    "pip install 'eto-envs[agent,api]'": "installs packages",
    "eto-envs download webshop --size 1k": "network; tests/eto_envs/webshop/test_download.py has a server",
    "eto-envs download alfworld --dialect put": "network; tests/eto_envs/alfworld/test_alfworld_download.py too",
    "eto-envs serve webshop --out bought.jsonl": "waits for people; tests/eto_envs/webshop/test_site.py buys something",
}
"""Commands that do not run here, and why."""

TINY = "--env.num-workers 1 --model.name scratch:tiny --model.vocab-size 512 --sft.epochs 1"
DEMO = f"""{TINY} --env.types lifespan-longest-lived --env.train-per-type 1 --env.num-envs 1 --env.settings max_steps=4
    --evaluate.per-type 1 --generation.max-new-tokens 8"""
DOORS = f"""{TINY} --env.types one-key --env.train-per-type 4 --env.num-envs 4 --env.settings max_steps=7
    --eto.dpo.epochs 1 --ipr.samples 1 --eef.samples 1 --evaluate.per-type 1 --generation.max-new-tokens 8"""
SMALLER = {
    "eto-agent run --config configs/demo.yaml": (DEMO, "one task a split, of at most 4 steps; a tiny model"),
    "eto-agent run --config configs/demo.yaml --out runs/thoughts": ("--eto.iterations 1", "one iteration"),
    "eto-agent evaluate --config configs/demo.yaml": (DEMO, "the settings of that run"),
    "eto-agent annotate --config configs/demo.yaml": (DEMO, "the settings of that run"),
    "eto-agent run --config configs/locked_door.yaml": (DOORS, "four training tasks of at most 7 steps; a tiny model"),
    "eto-agent evaluate --env.id webshop": ("--evaluate.per-type 1 --env.num-envs 1", "one task a type"),
    "eto-agent evaluate --config configs/demo.yaml --policy openai:": (
        "--api.base-url {api}",
        "an endpoint of the test",
    ),
    "eto-agent annotate --config configs/demo.yaml --annotate.model": (
        "--annotate.api.base-url {api}",
        "an endpoint of the test",
    ),
}
"""Beginnings of commands, the flags that are appended to all such commands, and what they do."""

BEFORE = {
    "runs/webshop": f"""eto-agent run --config configs/webshop.yaml {TINY} --env.types grocery --env.train-per-type 1
        --env.num-envs 1 --evaluate.per-type 1 --generation.max-new-tokens 8""",
    # The leaderboard takes whole splits only: all 50 tasks of either, cut short after two steps.
    "runs/alfworld": f"""eto-agent run --config configs/alfworld.yaml {TINY} --env.train-per-type 1 --env.num-envs 8
        --env.settings games=mini:20 process_observation=paper max_steps=2 --expert.min-reward 0
        --env.explore-per-type 1 --generation.max-new-tokens 4""",
    "alfworld.jsonl": "eto-envs record alfworld --policy oracle --split train --tasks 1 --out alfworld.jsonl",
    "alfworld_sft.json": "eto-agent export alfworld.jsonl --format sharegpt --out alfworld_sft.json",
}
"""What the commands read and no command of the README makes, and how it is made before they run."""

ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}


def test_every_command_runs_or_has_a_reason() -> None:
    """No block is overlooked, and no line of the tables stands for a command that the README lacks."""
    assert sum(line.lstrip().startswith("```") for line in README.splitlines()) == 2 * len(BLOCKS)
    assert {language for language, _ in BLOCKS} == {"bash", "python", ""}
    assert Counter(COMMANDS).most_common(1)[0][1] == 1
    assert [command for command in NOT_RUN if command not in COMMANDS] == []
    run = [command for command in COMMANDS if command not in NOT_RUN]
    assert {command.split()[0] for command in run} == {"eto-envs", "eto-agent"}
    assert [start for start in SMALLER if not any(command.startswith(start) for command in run)] == []
    assert [name for name in BEFORE if not any(name in command for command in [*run, *BEFORE.values()])] == []


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(lambda *_: Say("I have a reason for it.")) as running:
        yield running


@pytest.mark.slow
def test_the_commands_run_in_order(tmp_path: Path, api: Api) -> None:
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    for name, command in BEFORE.items():
        assert_runs(command, tmp_path)
        assert (tmp_path / name).exists()
    for command in COMMANDS:
        if command not in NOT_RUN:
            more = " ".join(flags for start, (flags, _) in SMALLER.items() if command.startswith(start))
            assert_runs(f"{command} {more.format(api=api.url)}", tmp_path)
            for made in re.findall(r"--(?:out|html|to) (\S+)", command):
                assert (tmp_path / made).exists(), command
    assert (tmp_path / "oracle.html").stat().st_size > 1000
    assert {each["model"] for each in api.requests} == {"gpt-4o", "my-model"}
    for request, headers in zip(api.requests, api.headers, strict=True):
        assert (KEY in headers.get("authorization", "")) == (request["model"] == "gpt-4o")


def assert_runs(command: str, folder: Path) -> None:
    ended = Fork(in_folder, folder, shlex.split(command)).end()
    assert ended.code == 0, (command, ended.err)


@pytest.mark.parametrize("code", [text for language, text in BLOCKS if language == "python"])
def test_the_python_runs(code: str, tmp_path: Path) -> None:
    script = tmp_path / "readme.py"
    script.write_text(code, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, script], env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert "solved" in result.stdout


@pytest.mark.parametrize("name", ["scripts/demo", "scripts/test"])
def test_the_scripts_named_first_exist(name: str) -> None:
    assert COMMANDS[:2] == ["scripts/demo", "scripts/test"]
    assert os.access(ROOT / name, os.X_OK)
    bash = shutil.which("bash")
    assert bash is not None
    assert subprocess.run([bash, "-n", str(ROOT / name)], check=False).returncode == 0


def test_every_file_of_the_tree_exists() -> None:
    [tree] = [text for language, text in BLOCKS if language == ""]
    package = ""
    for line in tree.splitlines():
        if not line.startswith(" "):
            package = line.split()[0]
            assert (ROOT / package).is_dir(), package
        else:
            for name in re.findall(r"[\w/]+\.py|\b\w+/(?=\s)", line):
                assert list((ROOT / package).rglob(Path(name).name)), f"{package}{name}"
