"""A tiny model, conversations encoded for it, and small runs of every environment."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eto_agent.chat.encoder import ChatEncoder, Encoded
from eto_agent.models import create_scratch, load
from eto_agent.session import Session
from eto_agent.training.fit import Pair
from tests.eto_agent.toy_runs import CONFIG, Agent, make
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


WORLDS = {
    "webshop": ["--env.id", "eto/WebShop-v0", "--env.types", "grocery", "--evaluate.splits", "test"],
    "alfworld": [
        "--env.id", "eto/ALFWorld-v0", "--env.settings", "process_observation=paper", "max_steps=15",
        "--env.types", "pick_and_place_simple", "--evaluate.splits", "seen", "unseen",
    ],
    "scienceworld": [
        "--env.id", "eto/ScienceWorld-v0", "--env.types", "lifespan-longest-lived", "--env.num-envs", "1",
        "--env.train-per-type", "1", "--evaluate.per-type", "1",
    ],
}  # fmt: skip
SMALL = [
    "--env.train-per-type", "2", "--evaluate.per-type", "2", "--env.num-envs", "2", "--env.num-workers", "1",
    "--model.name", "scratch:tiny", "--model.vocab-size", "512", "--chat.instruction", "",
    "--generation.max-new-tokens", "8",
]  # fmt: skip


@pytest.fixture(scope="session")
def world_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run folder of each of the paper's environments, with the oracle, the random policy and a model from scratch."""
    from eto_agent.cli import main

    folder = tmp_path_factory.mktemp("worlds")
    for name, flags in WORLDS.items():
        run = [*SMALL, *flags, "--out", str(folder / name)]
        assert main(["expert", *run]) == 0
        for policy in ("random", "oracle", "base"):
            assert main(["evaluate", *run, "--policy", policy]) == 0
    return {name: folder / name for name in WORLDS}


@pytest.fixture(scope="session")
def door_runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two run folders of LockedDoor that differ in the seed, with the oracle and the random policy."""
    from eto_agent.cli import main

    folder = tmp_path_factory.mktemp("doors")
    common = ["--env.id", "eto/LockedDoor-v0", "--evaluate.per-type", "8", "--env.num-workers", "1"]
    for seed in ("0", "1"):
        for policy in ("random", "oracle"):
            run = ["evaluate", *common, "--policy", policy, "--seed", seed, "--out", str(folder / f"door-{seed}")]
            assert main(run) == 0
    return [folder / "door-0", folder / "door-1"]


@pytest.fixture(scope="session")
def imitated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Agent], Path]:
    """The run folder with that agent; it is made once, and only read."""
    return functools.cache(lambda agent: make(agent, tmp_path_factory.mktemp("imitated") / "run"))


@pytest.fixture
def opened(imitated: Callable[[Agent], Path], tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """Opens a copy of the run whose agent knows its tasks by heart; keyword arguments replace parts of `CONFIG`."""
    with ExitStack() as stack:

        def open_session(folder: Path | None = None, **changes: Any) -> Session:
            out = folder or tmp_path / "run"
            if not out.exists():
                shutil.copytree(imitated("by heart"), out)
                (out / "config.yaml").unlink()
            return stack.enter_context(Session(replace(CONFIG, out=out, **changes)))

        yield open_session
