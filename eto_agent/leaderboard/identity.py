"""What a submission's episodes depend on: the world they were played in, and the prompt that the agent read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from eto_agent.leaderboard.submission import Prompt, Said
from eto_envs.conversation import react_messages
from eto_envs.conversation.live import conversation_format
from eto_envs.core import TextEnv
from eto_envs.tasks import TaskSet
from eto_envs.trajectory import Trajectory

__all__ = ["CODE", "identity_of", "prompt_hash", "prompt_of"]

CODE = "eto-envs"
"""The key of the package's own version. It is recorded, but no part of the identity: the version that decides what
happens is in the environment's id, and that a later package still plays the same is what playing again shows."""


def identity_of(env: TextEnv, tasks: TaskSet) -> dict[str, str]:
    """Everything that decides the course of an episode beside task and actions, by name, as text.

    The games of ALFWorld are left out, as the split's hash covers them: `mini` and `mini:N` have the same evaluation
    games. Their dialect is named, though the hash covers it, too: it is what people mix up.
    """
    named = {**env.settings, **env.versions}
    dialects = sorted({str(task.data["dialect"]) for task in tasks if "dialect" in task.data})
    if dialects:
        named["dialect"] = "+".join(dialects)
        named.pop("games", None)
    named["step limit"] = env.max_steps or "the tasks' own"
    named.pop(CODE, None)
    return {key: str(named[key]) for key in sorted(named)}


def prompt_of(env_id: str, instruction: str | None, example: Trajectory | None) -> Prompt:
    """The prompt of an evaluation: its instruction (None: the environment's own), and its in-context example."""
    words = conversation_format(env_id)
    messages = [] if example is None else react_messages(example, words, instruction="", to_act=True)
    said = tuple(Said(role=each["role"], content=each["content"]) for each in messages)
    return Prompt(instruction=instruction, example=said, hash=prompt_hash(env_id, instruction, said))


def prompt_hash(env_id: str, instruction: str | None, example: Sequence[Said]) -> str:
    """16 hexadecimal digits over all that the agent reads beside goal and observations."""
    words = conversation_format(env_id)
    parts = {
        "instruction": words.instruction if instruction is None else instruction,
        "example": [[each.role, each.content] for each in example],
        "observation": [words.observation_prefix, words.format_error],
        "task": [words.goal_in_task, words.observation_in_task],
        "stop": words.stop,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
