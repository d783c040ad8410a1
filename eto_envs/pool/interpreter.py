"""The interpreter of a worker: it imports this package and the world, and leaves the caller's program alone.

`multiprocessing` imports the main module again in every process that it spawns. A script that makes a pool would need
`if __name__ == "__main__":`, and a program from standard input or `python -c` could not make one at all. So workers are
started here, with `subprocess`. Only if the program itself defines the environment do they import it.
"""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from multiprocessing.connection import Connection
from multiprocessing.spawn import get_executable, get_preparation_data
from pathlib import Path

from gymnasium.envs.registration import EnvSpec

from eto_envs.errors import WorkerError
from eto_envs.pool import worker
from eto_envs.pool.worker import Setup

__all__ = ["launch", "setup_of"]

_MAIN_KEYS = ("sys_argv", "init_main_from_name", "init_main_from_path")
_MAIN = re.compile(rb"__(mp_)?main__")
# The path comes first: without it, this package may not be importable.
_CODE = """
import sys
from multiprocessing.connection import {kind}
connection = {kind}({handle})
sys.path[:] = connection.recv()
from eto_envs.pool.worker import main
main(connection)
"""


def launch(theirs: Connection, ours: Connection, setup: Setup) -> subprocess.Popen[bytes]:
    """Starts an interpreter that runs `worker.main`.

    Args:
        theirs: the worker's end of the pipe, to be closed afterwards; `ours`: the other end.
        setup: the first message.
    """
    handle = theirs.fileno()
    code = _CODE.format(kind=type(theirs).__name__, handle=handle)
    flags = [*(f"-W{each}" for each in sys.warnoptions), *["-O"] * sys.flags.optimize]
    command = [os.fsdecode(get_executable() or sys.executable), *flags, "-P", "-c", code]
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, startupinfo=startup)
    else:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(handle,))
    try:
        ours.send(sys.path)
        ours.send(setup)
    except (BrokenPipeError, ConnectionResetError):
        pass  # it has died; whoever reads from the pipe will notice
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def setup_of(spec: EnvSpec) -> Setup:
    """What a worker has to know of an environment.

    Raises:
        WorkerError: the environment cannot be sent to another process, or is defined where none can import it.
    """
    if worker.importing_main:
        raise WorkerError("it makes an EnvPool, which belongs under `if __name__ == '__main__':`")
    try:
        pickled = pickle.dumps(spec)
    except Exception as error:
        raise WorkerError(f"{spec.id} cannot be sent to a worker process: {error}. Define it in a module.") from None
    if _MAIN.search(pickled) is None:
        return Setup(pickled, {})
    main = get_preparation_data("")
    if "init_main_from_name" not in main and not Path(main.get("init_main_from_path", "")).is_file():
        raise WorkerError(
            f"{spec.id} is defined where worker processes cannot import it (standard input, `python -c`, a notebook); "
            "define it in a module or a script."
        )
    return Setup(pickled, {name: main[name] for name in _MAIN_KEYS if name in main})
