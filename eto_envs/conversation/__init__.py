"""How an episode reads to a language model: no torch, no environment, only records and text.

* `ConversationFormat` (`format.py`): one world's own words, which live with the world.
* A style: the shape of the prompt. `React` (`react.py`) is the paper's whole-history conversation of thoughts and
  actions; `Window` (`window.py`) is a fresh prompt for every step. One style, one file.
* `messages`, `parse_reply` and `Conversation` (`live.py`) put the two together. `eto_envs` exports them.
"""

from eto_envs.conversation.format import ANSWER_FORMAT, ChatMessage, ConversationFormat, Message
from eto_envs.conversation.react import React, react_messages, turn_messages
from eto_envs.conversation.style import Style
from eto_envs.conversation.window import Window

__all__ = [
    "ANSWER_FORMAT",
    "ChatMessage",
    "ConversationFormat",
    "Message",
    "React",
    "Style",
    "Window",
    "react_messages",
    "turn_messages",
]
