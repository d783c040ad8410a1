"""WebShop.

Failures
    wrong_object     What was bought is not of the wanted type, or lacks a wanted attribute.
    missing_options  Bought while a wanted option was not chosen.
    over_budget      Bought above the price that was named.
    never_found      No product was opened that is of the wanted type and has all wanted attributes.

Ids of imported files. In the ETO release (Yifan-Song793/ETO, commit a2fc5da) `id` counts the human goals of the full
catalogue. In AgentTraj-L (AgentGym) `webshop_N` counts the synthetic goals of the catalogue of 1,000 products; the
price caps are drawn anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from eto_agent.worlds.evidence import is_done
from eto_agent.worlds.world import PaperResults, World
from eto_envs.trajectory import Trajectory

__all__ = ["WEBSHOP"]


def rationale(trajectory: Trajectory, action: str) -> str:
    """The thought before an action of a WebShop purchase, from the page that was seen last, in any observation mode."""
    name, _, argument = action.partition("[")
    text = argument.removesuffix("]")
    if name == "search":
        return "I search for what the customer asks for."
    if text in _BUTTON_THOUGHTS:
        return _BUTTON_THOUGHTS[text]
    page = [part for part in map(str.strip, _MARKUP.split(_last_observation(trajectory))) if part]
    lowered = [part.lower() for part in page]
    if text in lowered and "buy now" not in lowered:
        following = page[lowered.index(text) + 1 :]
        return f"{text.upper()} looks right: {following[0]}." if following else f"{text.upper()} looks right."
    return f"The customer wants {text}, so I choose it."


_BUTTON_THOUGHTS = {
    "next >": "None of these is what I look for; I turn the page.",
    "< prev": "I go back a page.",
    "back to search": "This leads nowhere; I search anew.",
    "description": "I read more about this product.",
    "features": "I read more about this product.",
    "buy now": "This is what the customer asks for, so I buy it.",
}
_MARKUP = re.compile(r"\[SEP\]|\[(?:clicked )?button_?\]|<[^>]*>|\n")
"""What stands between the texts of a page in the modes text, text_rich and html."""


def _last_observation(trajectory: Trajectory) -> str:
    return next((turn.observation for turn in reversed(trajectory.turns) if turn.observation), "")


_PURCHASE = {
    "type": "wrong_object",
    "attribute": "wrong_object",
    "option": "missing_options",
    "price": "over_budget",
}
"""What a subgoal of WebShop is about -> the label of a purchase that does not meet it."""


def failures(trajectory: Trajectory) -> Iterator[str]:
    """Labels of a lost episode."""
    labels = [_PURCHASE.get(name.partition(":")[0]) for name in trajectory.subgoals]
    of_product = [index for index, label in enumerate(labels) if label == "wrong_object"]
    if not any(all(is_done(turn, index) for index in of_product) for turn in trajectory.turns):
        yield "never_found"
    if trajectory.outcome == "failed":  # only a purchase ends an episode
        unmet = (label for index, label in enumerate(labels) if not is_done(trajectory.turns[-1], index))
        yield from (label for label in unmet if label is not None)


def task_of(record: Mapping[str, Any], id_key: str) -> str:
    """The task that a record of the ETO release or AgentGym is of."""
    given = str(record.get(id_key, ""))
    if given.isdecimal():
        return f"human/{given}"
    name, _, number = given.partition("_")
    return f"synthetic/{number}" if name == "webshop" and number.isdecimal() else given


PAPER_VALUES = {
    "2": {
        "gpt-4": (63.2,),
        "gpt-3.5": (62.4,),
        "base": (17.9,),
        "sft": (63.1,),
        "best-of-n": (63.8,),
        "rft": (63.6,),
        "ppo": (64.2,),
        "eto": (67.4,),
    },
    "3": {
        "sft llama-2-13b": (66.3,),
        "eto llama-2-13b": (70.7,),
        "sft mistral-7b": (60.1,),
        "eto mistral-7b": (66.2,),
    },
    "4": {
        "sft": (63.1,),
        "eto": (67.4,),
        "eto-step": (8.3,),
        "eto-careful-step": (62.8,),
        "eto-mixture": (64.3,),
    },
    "5": {
        "sft": (63.1,),
        "rft": (63.6,),
        "eto": (67.4,),
        "base": (17.9,),
        "self-play-rft": (48.4,),
        "self-play-eto": (12.5,),
        "self-play-rft+eto": (51.2,),
    },
    "7": {
        "gpt-4": (34.0,),
        "gpt-3.5": (33.0,),
        "base": (7.5,),
        "sft": (33.0,),
        "best-of-n": (35.0,),
        "rft": (34.5,),
        "ppo": (33.5,),
        "eto": (37.5,),
    },
}


WEBSHOP = World(
    "eto/WebShop-v0",
    rationale=rationale,
    failures=failures,
    failure_meanings={
        "wrong_object": "bought the wrong product",
        "missing_options": "bought without a wanted option",
        "over_budget": "bought above the price",
        "never_found": "never found the product",
    },
    task_of=task_of,
    paper=PaperResults({"test": "full/human/eto/test"}, PAPER_VALUES),
)
