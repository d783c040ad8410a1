"""Models and conversations for the tests of vLLM; nothing here needs it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from eto_agent.decoding.generator import GenerationSettings
from eto_agent.models import create_scratch, load, save_whole
from eto_agent.policies import Conversation
from eto_envs.trajectory import Trajectory
from tests.eto_agent.trainings import episode, messages

TEXTS = [message["content"] for number in range(10) for message in messages(episode(number))]
GREEDY = GenerationSettings(max_new_tokens=40)


def sharpened(folder: Path, seed: int, *, tied: bool = False) -> Path:
    """A scratch model that prefers some tokens over others; its head dimension is 32."""
    import torch
    from transformers import LlamaForCausalLM

    create_scratch("tiny", TEXTS, folder, seed=seed, vocab_size=320)
    model, tokenizer = load(folder, device="cpu")
    if tied:
        model = LlamaForCausalLM(type(model.config)(**{**model.config.to_dict(), "tie_word_embeddings": True}))
        model.tie_weights()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(3.0)
    shutil.rmtree(folder)
    return save_whole(folder, model, tokenizer)


def conversations(count: int = 16) -> Iterator[Conversation]:
    """Conversations of one to four turns, some with recorded ids."""
    for number in range(count):
        said = messages(episode(number))[: 1 + 2 * (number % 4)]
        end = len(said) - (len(said) + 1) % 2
        yield Conversation(f"task/{number}#0", said[:end], Trajectory("eto/Any-v0", str(number), "find", "train"))
