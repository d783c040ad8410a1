"""The networks of PPO: policy, value head and reference, and what they say of episodes.

Only positions that predict a token of the agent go through the output head; observations are context.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from eto_agent.models import load, save_whole
from eto_agent.online.episodes import SampledEpisode
from eto_agent.online.settings import PpoConfig
from eto_agent.training.job import LoraSettings, TrainingError

__all__ = ["ActorCritic", "Read", "steps_of"]


@dataclass(frozen=True, slots=True)
class Read:
    """What one forward pass says of the agent's tokens (`log_probs`, `entropy`) and of steps of GAE (`values`)."""

    log_probs: Tensor
    entropy: Tensor
    values: Tensor


class ValueHead(nn.Module):
    """Last hidden state (n, hidden) -> value (n,); 0 everywhere at first."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(size, size), nn.Linear(size, 1)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.outer(torch.tanh(self.inner(hidden))).squeeze(-1)


class ActorCritic:
    """The policy that learns, its value head, and the reference that it is tied to.

    The value head reads the policy's last hidden state. Where a reply begins, this state need only say how replies
    begin, which is always alike; so the value loss moves the policy's weights too, scaled by `value_weight`.

    Args:
        sft_model: the folder of the agent that training starts from; it is also the reference.
        settings: see `PpoConfig`.
        seed: of the value head and of adapters.
        policy: the folder of a policy to go on from instead (not with adapters: these are set by the caller).
    """

    def __init__(self, sft_model: Path, settings: PpoConfig, seed: int, policy: Path | None = None) -> None:
        self.level, self._value_weight = settings.level, settings.value_weight
        self.device = _device(settings)
        half = self.device == "cuda" and settings.precision != "float32"
        self._half = half or settings.precision == "bfloat16"
        lora = settings.lora.r > 0
        # Full training keeps float32 weights (a small step is lost in bfloat16); under adapters the base is frozen.
        dtype = torch.bfloat16 if lora and half else torch.float32
        loaded, self.tokenizer = load(policy or sft_model, device="cpu", dtype=dtype)
        model: Any = loaded
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.value_head = ValueHead(int(model.config.hidden_size)).to(self.device)
            self.adapted: Any = _with_adapters(model, settings.lora) if lora else None
        self.policy: Any = (self.adapted.base_model.model if lora else model).to(self.device)
        self._reference: Any = None
        if not lora:
            kept = load(sft_model, device=self.device, dtype=torch.bfloat16 if half else torch.float32)[0]
            self._reference = kept.requires_grad_(False)
        self.weights = [each for each in self.policy.parameters() if each.requires_grad]
        if settings.gradient_checkpointing:
            self.policy.gradient_checkpointing_enable({"use_reentrant": False})
            self.policy.train()

    def read(self, episodes: Sequence[SampledEpisode]) -> Read:
        """Policy and value head on a few episodes, in one forward pass."""
        return self._forward(self.policy, episodes)

    @torch.no_grad()
    def reference_log_probs(self, episodes: Sequence[SampledEpisode]) -> Tensor:
        """The reference on the agent's tokens."""
        if self.adapted is None:
            return self._forward(self._reference, episodes).log_probs
        with self.adapted.disable_adapter():
            return self._forward(self.policy, episodes).log_probs

    def _forward(self, model: Any, episodes: Sequence[SampledEpisode]) -> Read:
        """Episodes are padded behind their ends, where causal attention does not look."""
        width = max(map(len, episodes))
        ids = torch.zeros((len(episodes), width), dtype=torch.long)
        chosen: list[int] = []  # positions in the flattened batch
        starts: list[int] = []
        for row, episode in enumerate(episodes):
            ids[row, : len(episode)] = torch.tensor(episode.ids)
            # What predicts a token is the hidden state one position before it.
            chosen += [row * width + at - 1 for begin, end in episode.spans for at in range(begin, end)]
            starts += [row * width + begin - 1 for begin, _ in steps_of(episode, self.level)]
        ids = ids.to(self.device)
        where, before = torch.tensor(chosen, device=self.device), torch.tensor(starts, device=self.device)
        with torch.autocast(self.device, torch.bfloat16, enabled=self._half):
            hidden = model.base_model(input_ids=ids, use_cache=False).last_hidden_state.flatten(0, 1)
            logits = model.get_output_embeddings()(hidden.index_select(0, where)).float()
        every = torch.log_softmax(logits, -1)
        sampled = ids.flatten().index_select(0, where + 1)
        states = hidden.index_select(0, before).float()
        still = states.detach()
        return Read(
            log_probs=every.gather(1, sampled[:, None]).squeeze(1),
            entropy=-(every.exp() * every).sum(-1),
            values=self.value_head(still + self._value_weight * (states - still)),  # equal to states; scales gradients
        )

    def save_policy(self, folder: Path, notes: dict[str, Any]) -> Path:
        """Writes the policy as an ordinary model folder, adapters merged; `notes` go to its `training.json`."""
        if self.adapted is None:
            return save_whole(folder, self.policy, self.tokenizer, notes)
        # A copy: taking merged adapters out again would leave rounding behind in the weights.
        return save_whole(folder, copy.deepcopy(self.adapted).merge_and_unload(), self.tokenizer, notes)


def steps_of(episode: SampledEpisode, level: str) -> Sequence[tuple[int, int]]:
    """The steps of GAE as spans of tokens: turns, or single tokens."""
    if level == "turn":
        return episode.spans
    return [(at, at + 1) for begin, end in episode.spans for at in range(begin, end)]


def _device(settings: PpoConfig) -> str:
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("ppo.device=cuda, but torch finds no CUDA device here; set ppo.device=auto or cpu.")
    return "cuda" if settings.device != "cpu" and torch.cuda.is_available() else "cpu"


def _with_adapters(model: Any, lora: LoraSettings) -> Any:
    from peft import LoraConfig, get_peft_model

    targets = list(lora.targets) or "all-linear"
    settings = LoraConfig(r=lora.r, lora_alpha=lora.alpha, target_modules=targets, task_type="CAUSAL_LM")  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        return get_peft_model(model, settings)
