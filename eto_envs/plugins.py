"""`module:name`: things that live outside the package, found by the module that holds them."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path
from types import ModuleType

from eto_envs.errors import PluginError

__all__ = ["import_module_of"]


def import_module_of(name: str) -> ModuleType | None:
    """Imports the module of a name of the form `module:name`, for instance `my_world:Tower-v0`.

    The current folder counts as a place to import from, as it does for `python -m`: a command that pip installed would
    not find the modules that lie there otherwise. Worker processes inherit the path.

    Returns:
        The module; None for a name without one.

    Raises:
        PluginError: there is no such module, or importing it fails.
    """
    module, colon, _ = name.partition(":")
    if not colon:
        return None
    if not all(part.isidentifier() for part in module.split(".")):
        raise PluginError(f"{name!r} names no module before the colon; expected module:name.")
    folder = str(Path.cwd())
    if folder not in sys.path and "" not in sys.path:
        sys.path.insert(0, folder)
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise _failed(name, error) from error
        raise PluginError(
            f"{name!r} cannot be imported: there is no module {error.name!r}, neither in {folder} nor installed; "
            "run the command in the folder that holds it, or install it."
        ) from None
    except Exception as error:  # a module may raise anything
        raise _failed(name, error) from error


def _failed(name: str, error: Exception) -> PluginError:
    frames = traceback.extract_tb(error.__traceback__)
    inside = [each for each in frames if "importlib" not in each.filename and each.filename != __file__]
    place = f" ({Path(inside[-1].filename).name}, line {inside[-1].lineno})" if inside else ""
    message = " ".join(str(error).split())
    return PluginError(f"{name!r} cannot be imported: {type(error).__name__}: {message}{place}.")
