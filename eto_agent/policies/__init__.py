"""Policies: whatever answers a batch of conversations. One file, one policy.

A policy has a `name`, says in `needs` what it must be told beside the conversation (`"oracle"`: the plan from the
start of the episode; `"admissible"`: the admissible actions of the state; `""`: nothing), and implements
`act(conversations) -> list[Reply]`. `forget(key)` tells it that an episode is over.

Importing the package costs nothing: torch, vLLM and the client of endpoints come with the policy that needs them.
"""

from eto_agent.policies.base import Conversation, Policy, Reply
from eto_agent.policies.openai import OpenAIPolicy
from eto_agent.policies.oracle import OraclePolicy
from eto_agent.policies.random import RandomPolicy
from eto_agent.policies.replay import ReplayPolicy
from eto_agent.policies.transformers import TransformersPolicy
from eto_agent.policies.vllm import VllmEngine, VllmPolicy

__all__ = [
    "Conversation",
    "OpenAIPolicy",
    "OraclePolicy",
    "Policy",
    "RandomPolicy",
    "ReplayPolicy",
    "Reply",
    "TransformersPolicy",
    "VllmEngine",
    "VllmPolicy",
]
