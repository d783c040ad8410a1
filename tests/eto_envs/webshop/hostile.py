"""Episodes of random and hostile actions in the shop; see `tests.eto_envs.hostile`."""

from __future__ import annotations

import hashlib
import json
import random
from functools import cache

from eto_envs.webshop.env import WebShopEnv
from tests.eto_envs import hostile

__all__ = ["ACTIONS", "play"]

ACTIONS = 500

_HOSTILE = (
    *hostile.HOSTILE,
    "search",
    "click",
    "search[]",
    "click[]",
    "search[ ]",
    "search[the of and]",
    "search[<r>]",
    "search[<a> cotton]",
    "search[<c>]",
    "search[<c> beauty]",
    "search[<q> ]",
    "search[search_results item_page]",
    "search[item_sub_page]",
    "click[search]",
    "click[buy now",
    "click[[[[]]]]",
    "]click[x][",
    "search[" + "[" * 3000 + "]" * 3000,
    "search[" + "lamp " * 4000 + "]",
    "search[" + "x" * 100_000 + "]",
    "search[a\nb]",
    "search[lamp]\nclick[buy now]",
    "search[\x00\x01\x7f]",
    "search[\ud800]",
    "click[\udfff]",
    "search[naïve ß İstanbul ﬁ 漢字 カタカナ ไทย 🔬👩‍🔬 \u202e\u200b]",
    "click[BACK TO SEARCH]",
    "click[< PREV]",
    "click[Next >]",
    "CLICK[next >]",
    "click[attributes]",
    "search[%s %d {0} {{}} $x ${y} `z`]",
)


def play(number: int) -> str:
    """Plays one episode, begins again where it ends, and returns the hash of everything that it showed."""
    env, chance = _env(), random.Random(number)
    task = env.tasks[chance.randrange(len(env.tasks))].id
    digest = hashlib.sha256()
    observation, info = env.reset(options={"task": task})
    for _ in range(ACTIONS):
        action = _choose(env, chance)
        observation, reward, terminated, truncated, info = env.step(action)
        seen = [observation, reward, terminated, truncated, info, env.available_actions()]
        digest.update(json.dumps(seen).encode())
        if terminated or truncated:
            env.reset(options={"task": task})
    return digest.hexdigest()


@cache
def _env() -> WebShopEnv:
    return WebShopEnv(max_steps=60)


def _choose(env: WebShopEnv, chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.55:
        return chance.choice(env.admissible_actions())
    if kind < 0.65:
        words = env.goal.instruction.split()
        return f"search[{' '.join(chance.sample(words, min(len(words), chance.randint(1, 12))))}]"
    if kind < 0.75:
        return chance.choice(_HOSTILE)
    text = hostile.random_text(chance)
    return chance.choice((text, f"click[{text}]", f"search[{text}]"))


if __name__ == "__main__":
    hostile.run(play)
