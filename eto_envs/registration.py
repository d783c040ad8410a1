"""The environments of the suite, by Gymnasium id."""

from __future__ import annotations

import gymnasium

__all__ = ["ENV_IDS", "register_all"]

_ENTRY_POINTS = {
    "eto/LockedDoor-v0": "eto_envs.toy.locked_door:LockedDoorEnv",
    "eto/WebShop-v0": "eto_envs.webshop.env:WebShopEnv",
    "eto/ALFWorld-v0": "eto_envs.alfworld.env:ALFWorldEnv",
    "eto/ScienceWorld-v0": "eto_envs.scienceworld.env:ScienceWorldEnv",
}
ENV_IDS = tuple(_ENTRY_POINTS)
"""The registered ids."""


def register_all() -> None:
    """Registers the environments by entry-point string, so that nothing is loaded before `gymnasium.make`."""
    for env_id, entry_point in _ENTRY_POINTS.items():
        # The order of reset and step is enforced by TextEnv itself, with errors of this package.
        gymnasium.register(env_id, entry_point=entry_point, order_enforce=False)  # pyright: ignore[reportUnknownMemberType]
