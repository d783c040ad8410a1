"""Code outside the package, named on the command line as `MODULE:NAME`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from eto_envs.errors import EtoEnvError, UnknownNameError

__all__ = ["import_module_of"]


def import_module_of(name: str) -> ModuleType:
    """Imports the module of `MODULE:NAME`; a file in the current folder is found, too.

    Raises:
        UnknownNameError: there is no such module, or importing it fails.
    """
    module = name.rpartition(":")[0]
    here = str(Path.cwd())
    if here not in sys.path:  # an installed command has its own folder there instead
        sys.path.insert(0, here)
    try:
        return import_module(module)
    except EtoEnvError:
        raise
    except Exception as error:  # a module raises what it likes
        raise UnknownNameError(
            f"Module {module!r} of {name!r} cannot be imported: {type(error).__name__}: {error}. "
            f"Expected an installed module, or {module.partition('.')[0]}.py in {here}."
        ) from error
