"""A real server, vLLM's, behind the policy for endpoints: the replies of the model itself. Run by scripts/test_vllm."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from eto_agent.chat.encoder import ChatEncoder
from eto_agent.endpoints.client import EndpointError, EndpointSettings
from eto_agent.models import create_scratch, load_tokenizer
from eto_agent.policies import OpenAIPolicy, TransformersPolicy
from eto_agent.training.fit import fit_sft
from tests.eto_agent.policies.vllm_cases import GREEDY, TEXTS, conversations
from tests.eto_agent.trainings import FAST, episode, messages

pytest.importorskip("vllm", reason="vLLM is not installed here; scripts/test_vllm runs these")
pytestmark = [pytest.mark.vllm, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained a little: servers hold back half a character, so what is compared has to be text."""
    folder = tmp_path_factory.mktemp("served")
    base = create_scratch("tiny", TEXTS, folder / "base", seed=3, vocab_size=320)
    encoder = ChatEncoder(load_tokenizer(base))
    settings = replace(FAST, epochs=15)
    fit_sft(base, [encoder.encode(messages(episode(n))) for n in range(16)], folder / "model", settings, seed=3)
    return folder / "model"


@pytest.fixture(scope="module")
def served(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EndpointSettings]:
    """The server's own process; its log is shown where it does not come up."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    log = tmp_path_factory.mktemp("log") / "server.txt"
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model), "--port", port]
    command += ["--served-model-name", "scratch", "--host", "127.0.0.1", "--dtype", "float32", "--enforce-eager"]
    command += ["--generation-config", "vllm"]
    environment = {**os.environ, "VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_ENABLE_V1_MULTIPROCESSING": "0"}
    with log.open("w") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 1200
        while not answers(f"http://127.0.0.1:{port}/health"):
            assert process.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.2)  # between two looks
        yield EndpointSettings(f"http://127.0.0.1:{port}/v1", key_env="")
    finally:
        process.terminate()
        process.wait(timeout=60)


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as response:
            return response.status == 200
    except (URLError, OSError):
        return False


def test_the_served_model_gives_the_same_greedy_replies(served: EndpointSettings, model: Path) -> None:
    batch = list(conversations())
    policy = OpenAIPolicy("scratch", served, max_new_tokens=GREEDY.max_new_tokens)
    policy.check()
    ours, theirs = policy.act(batch), TransformersPolicy(model, GREEDY).act(batch)
    assert [each.text for each in ours] == [each.text for each in theirs]
    assert [each.stop for each in ours] == [each.stop for each in theirs]
    assert sum("Action: " in (each.text or "") for each in ours) > 8  # it has learned to speak
    for one, other in zip(ours, theirs, strict=True):
        assert one.usage is not None
        assert other.token_ids is not None
        assert one.usage.completion_tokens == len(other.token_ids)


def test_the_server_s_own_errors_are_understood(served: EndpointSettings) -> None:
    with pytest.raises(EndpointError, match="'other'"):
        OpenAIPolicy("other", served).check()
    [long] = conversations(1)
    long.messages[0]["content"] = "lamp " * 6000
    [reply] = OpenAIPolicy("scratch", served).act([long])
    assert (reply.text, reply.stop, reply.error) == (None, "context", None)
