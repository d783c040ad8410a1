"""What the agent's side knows of each environment: one file a world, one object in it.

A world outside the package is found by its id, `MODULE:Name-v0`: the module is imported, and if it holds a `World` of
that id, or a package above it does, that is it. An environment without one gets a plain `World`, and works.
"""

from __future__ import annotations

import sys

from eto_agent.worlds.alfworld import ALFWORLD
from eto_agent.worlds.locked_door import LOCKED_DOOR
from eto_agent.worlds.scienceworld import SCIENCEWORLD
from eto_agent.worlds.webshop import WEBSHOP
from eto_agent.worlds.world import PaperResults, PaperScoring, World
from eto_envs.errors import EtoEnvError
from eto_envs.plugins import import_module_of

__all__ = ["WORLDS", "PaperResults", "PaperScoring", "World", "world_of", "world_of_record"]

WORLDS = (WEBSHOP, SCIENCEWORLD, ALFWORLD, LOCKED_DOOR)
"""The worlds of the suite, in the order of the paper's tables."""

_BY_ID = {each.env: each for each in WORLDS}


def world_of(env_id: str) -> World:
    """The world of an environment; a plain one where nothing is known of it.

    Args:
        env_id: a full Gymnasium id, or `MODULE:Name-v0`.

    Raises:
        PluginError: the module cannot be imported.
    """
    if env_id in _BY_ID:
        return _BY_ID[env_id]
    plain = env_id.rpartition(":")[2]
    if plain in _BY_ID:  # eto_envs:eto/...
        return _BY_ID[plain]
    module = import_module_of(env_id).__name__ if ":" in env_id else ""
    while module:
        for each in vars(sys.modules[module]).values():
            if isinstance(each, World) and each.env.rpartition(":")[2] == plain:
                return each
        module = module.rpartition(".")[0]
    return World(env_id)


def world_of_record(env_id: str) -> World:
    """The world of a recorded episode.

    As `world_of`, but where the module cannot be imported any more, a plain world: a file can still be read, scored and
    put into tables, without what only the module knows.
    """
    try:
        return world_of(env_id)
    except EtoEnvError:
        return World(env_id)
