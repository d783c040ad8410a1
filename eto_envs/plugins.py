"""Code outside the package, named as `MODULE:NAME`."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path
from types import ModuleType

from eto_envs.errors import EtoEnvError, PluginError

__all__ = ["import_module_of"]


def import_module_of(name: str) -> ModuleType:
    """Imports the module of `MODULE:NAME`, for instance of `my_world:Tower-v0`.

    A file in the current folder is found, too, as with `python -m`: a command that pip installed would not look there.
    Worker processes inherit the path.

    Raises:
        PluginError: there is no such module, or importing it fails.
    """
    module = name.partition(":")[0]
    if ":" not in name or not all(part.isidentifier() for part in module.split(".")):
        raise PluginError(f"{name!r} names no module before a colon; expected MODULE:NAME.")
    folder = str(Path.cwd())
    if folder not in sys.path and "" not in sys.path:
        sys.path.insert(0, folder)
    failed = f"Module {module!r} of {name!r} cannot be imported"
    try:
        return importlib.import_module(module)
    except EtoEnvError:
        raise
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise PluginError(f"{failed}: {_described(error)}") from error
        raise PluginError(
            f"{failed}: there is no module {error.name!r}, neither in {folder} nor installed; "
            "run the command in the folder that holds it, or install it."
        ) from None
    except Exception as error:  # a module raises what it likes
        raise PluginError(f"{failed}: {_described(error)}") from error


def _described(error: Exception) -> str:
    """What a module raised, and the last place outside the import system that it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [each for each in frames if "importlib" not in each.filename and each.filename != __file__]
    place = f" ({Path(inside[-1].filename).name}, line {inside[-1].lineno})" if inside else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}."
