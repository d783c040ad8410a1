"""How an episode of WebShop reads to a language model."""

from __future__ import annotations

from eto_envs.conversation.format import ANSWER_FORMAT, ConversationFormat

__all__ = ["CONVERSATION"]

CONVERSATION = ConversationFormat(
    f"""You buy something in a web shop for a customer, whose instruction stands on every page. Each round you see \
the page that your last action led to, and choose the next action. The purchase ends the task; it is judged by the \
kind of product, its attributes, the options you chose and its price.

Actions:
search[keywords]: search the shop; possible on every page
click[text]: click a button, a product's number in the results, or a value of an option; the text must stand on the \
page. "Back to Search", "< Prev" and "Next >" turn pages, "Description" and "Features" tell more about a product, \
"Buy Now" buys it with the options chosen so far

Anything else changes nothing.

{ANSWER_FORMAT}""",
    observation_prefix="Observation:\n",
    goal_in_task=False,
)
