"""The words of each world: they are part of leaderboard identities, so not a byte of them may change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

import pytest

from eto_envs import ENV_IDS, ConversationFormat, TextEnv, conversation_format

HASHES = {
    "eto/ALFWorld-v0": "50ab853a7143ffb7",
    "eto/LockedDoor-v0": "11e9075d709c5e08",
    "eto/ScienceWorld-v0": "e2f051ac47fe2dd4",
    "eto/WebShop-v0": "0696bee8e697aed7",
}


@pytest.mark.parametrize("env_id", ENV_IDS)
def test_the_words_are_those_of_version_0(env_id: str) -> None:
    words = conversation_format(env_id)
    assert hashlib.sha256(json.dumps(asdict(words), sort_keys=True).encode()).hexdigest()[:16] == HASHES[env_id]


@pytest.mark.parametrize("env_id", ENV_IDS)
def test_the_instruction_ends_with_the_answer_format(env_id: str) -> None:
    words = conversation_format(env_id)
    assert words.instruction.endswith("Thought: <what you think>\nAction: <one action>")
    assert words.instruction.startswith(words.rules)
    assert "Thought" not in words.rules


def test_a_world_that_brings_no_words_has_plain_ones() -> None:
    plain = TextEnv.conversation
    assert plain == ConversationFormat()
    assert plain.render_task("Win.", "A room.") == "Win.\n\nA room."
    assert plain.parse_action("Thought: so\nAction: look") == "look"
