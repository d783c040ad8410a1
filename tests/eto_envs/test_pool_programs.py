"""`EnvPool` in real programs: scripts without a guard, standard input, `python -c`, environments of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLAY = """
from eto_envs import EnvPool
with EnvPool(ENV, 2) as pool:
    for index in range(2):
        pool.reset(index, "one-key/3")
    print(sorted(pool.receive().index for _ in range(2)))
"""
KNOWN = "ENV = 'eto/LockedDoor-v0'" + PLAY
GUARDED = "ENV = 'eto/LockedDoor-v0'\nif __name__ == '__main__':" + PLAY.replace("\n", "\n    ")
MODULE = """
import gymnasium
from eto_envs.toy.locked_door import LockedDoorEnv
class DoorEnv(LockedDoorEnv):
    pass
gymnasium.register("own/Door-v0", entry_point=DoorEnv, order_enforce=False)
"""
OWN = MODULE + "ENV = 'own/Door-v0'" + PLAY
OWN_GUARDED = MODULE + GUARDED.replace("eto/LockedDoor-v0", "own/Door-v0")
OWN_BY_NAME = OWN_GUARDED.replace("entry_point=DoorEnv", "entry_point='__main__:DoorEnv'")


def python(*arguments: str, folder: Path, program: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        input=program,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def run_script(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(program, encoding="utf-8")
    return python("script.py", folder=folder)


@pytest.mark.parametrize("program", [KNOWN, GUARDED, OWN_GUARDED, OWN_BY_NAME], ids=["bare", "guarded", "own", "named"])
def test_a_script_makes_a_pool(program: str, tmp_path: Path) -> None:
    result = run_script(program, tmp_path)
    assert (result.stdout, result.stderr, result.returncode) == ("[0, 1]\n", "", 0)


def test_a_program_from_elsewhere_makes_a_pool(tmp_path: Path) -> None:
    for result in (python("-", folder=tmp_path, program=KNOWN), python("-c", KNOWN, folder=tmp_path)):
        assert (result.stdout, result.stderr, result.returncode) == ("[0, 1]\n", "", 0)


def test_a_module_run_as_a_program_makes_a_pool_of_its_environment(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "__init__.py").touch()
    (tmp_path / "own" / "play.py").write_text(OWN_GUARDED, encoding="utf-8")
    result = python("-m", "own.play", folder=tmp_path)
    assert (result.stdout, result.stderr, result.returncode) == ("[0, 1]\n", "", 0)


def test_workers_find_the_environment_where_the_script_found_it(tmp_path: Path) -> None:
    (tmp_path / "worlds").mkdir()
    (tmp_path / "worlds" / "doors.py").write_text(MODULE, encoding="utf-8")
    result = run_script("import sys; sys.path.insert(0, 'worlds'); ENV = 'doors:own/Door-v0'" + PLAY, tmp_path)
    assert (result.stdout, result.stderr, result.returncode) == ("[0, 1]\n", "", 0)


def test_an_environment_that_no_worker_can_import_is_refused_in_one_line(tmp_path: Path) -> None:
    """The only traceback is the program's own, which does not catch the error."""
    expected = {
        "script": "it makes an EnvPool, which belongs under `if __name__ == '__main__':`",
        "exits": "SystemExit: 3",
        "input": "own/Door-v0 is defined where worker processes cannot import it",
        "command": "own/Door-v0 is defined where worker processes cannot import it",
        "local": "cannot be sent to a worker process",
    }
    local = OWN.replace("entry_point=DoorEnv", "entry_point=lambda **settings: DoorEnv(**settings)")
    exits = "import sys\nif __name__ != '__main__':\n    sys.exit(3)\n" + OWN
    results = {
        "script": run_script(OWN, tmp_path),
        "exits": run_script(exits, tmp_path),
        "input": python("-", folder=tmp_path, program=OWN),
        "command": python("-c", OWN, folder=tmp_path),
        "local": run_script(local, tmp_path),
    }
    for name, result in results.items():
        assert (result.stdout, result.returncode) == ("", 1), (name, result.stderr)
        assert result.stderr.count("Traceback") == 1, result.stderr
        assert expected[name] in result.stderr.splitlines()[-1], result.stderr
