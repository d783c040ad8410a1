"""A tiny model, and conversations encoded for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from eto_agent.chat import ChatEncoder, Encoded
from eto_agent.models import create_scratch, load
from eto_agent.trainers import Pair
from tests.eto_agent.trainings import episode, messages


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = [message["content"] for number in range(10) for message in messages(episode(number))]
    return create_scratch("tiny", texts, tmp_path_factory.mktemp("base") / "model", seed=0, vocab_size=320)


@pytest.fixture(scope="session")
def encoder(base: Path) -> ChatEncoder:
    return ChatEncoder(load(base, device="cpu")[1])


@pytest.fixture(scope="session")
def examples(encoder: ChatEncoder) -> list[Encoded]:
    return [encoder.encode(messages(episode(number))) for number in range(10)]


@pytest.fixture(scope="session")
def pairs(encoder: ChatEncoder) -> list[Pair]:
    sides = [[encoder.encode(messages(episode(number, right=right))) for number in range(6)] for right in (True, False)]
    return [Pair(chosen, rejected) for chosen, rejected in zip(*sides, strict=True)]
