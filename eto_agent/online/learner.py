"""The learner of PPO: networks and optimiser; one `update` on a batch of episodes; a folder to go on from.

scored = what the policy that played, its value head and the reference say of every episode (no gradients)
advantages and value targets by GAE -> several epochs over minibatches of whole episodes:
    loss = clipped surrogate + kl_weight x divergence from the reference - entropy_weight x entropy,
           a mean over the agent's tokens of the minibatch,
           + value loss, a mean over its steps of GAE
"""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from eto_agent.online.advantages import explained_variance, gae, normalized, rewards_at_the_end
from eto_agent.online.episodes import SampledEpisode
from eto_agent.online.losses import approximate_kl, policy_loss, reference_loss, value_loss
from eto_agent.online.networks import ActorCritic, Read, steps_of
from eto_agent.online.settings import PpoConfig
from eto_agent.training.job import TrainingError

__all__ = ["Learner", "Scored", "with_advantages"]

_NONE = torch.zeros(0)


@dataclass(frozen=True, slots=True)
class Scored:
    """An episode before an update. Tensors are float32 on the CPU: (tokens,) for tokens, (steps,) for steps of GAE.

    Attributes:
        episode: the episode.
        log_probs, reference: log-probabilities of its sampled tokens under the policy that played and the SFT agent.
        values: of the state before each step.
        advantages, targets: of each step; empty until `with_advantages`.
    """

    episode: SampledEpisode
    log_probs: Tensor
    reference: Tensor
    values: Tensor
    advantages: Tensor = _NONE
    targets: Tensor = _NONE


class Learner:
    """Everything that an update changes.

    Args:
        sft_model: the folder of the agent that training starts from; it is also the reference.
        settings: see `PpoConfig`.
        seed: of the value head, of adapters and of the order of episodes.
        state: a folder that `save` wrote, to go on from.
    """

    def __init__(self, sft_model: Path, settings: PpoConfig, seed: int, state: Path | None = None) -> None:
        self.settings, self.seed = settings, seed
        policy = state / "policy" if state is not None and not settings.lora.r else None
        self.networks = ActorCritic(sft_model, settings, seed, policy)
        groups = [
            {"params": self.networks.weights, "lr": settings.learning_rate},
            {"params": list(self.networks.value_head.parameters()), "lr": settings.value_learning_rate},
        ]
        self._optimizer = torch.optim.AdamW(groups, weight_decay=settings.weight_decay)
        if state is not None:
            self._restore(state)

    def update(self, episodes: Sequence[SampledEpisode], number: int) -> dict[str, float]:
        """Trains on a batch of episodes; `number` of the update decides their order. Returns the metrics.

        Raises:
            TrainingError: a loss is not finite.
        """
        s = self.settings
        scored = with_advantages([each for few in _groups(episodes, s.micro_batch) for each in self.score(few)], s)
        self._optimizer.param_groups[0]["lr"] = s.learning_rate * min(1.0, number / max(1, s.warmup))
        passes: list[dict[str, float]] = []
        too_far = False
        for epoch in range(s.epochs):
            order = np.random.default_rng([self.seed, number, epoch]).permutation(len(scored))
            for part in _groups([scored[index] for index in order], s.minibatch):
                figures = self.gradients(part)
                too_far = 0 < s.target_kl < figures["approx_kl"]
                if too_far:
                    break
                passes.append(figures | self._step())
            if too_far:
                break
        return _before(scored) | _means(passes) | {"passes": len(passes), "stopped_early": int(too_far)}

    @torch.no_grad()
    def score(self, episodes: Sequence[SampledEpisode]) -> list[Scored]:
        """What policy, value head and reference say of a few episodes, in one forward pass each."""
        read = self.networks.read(episodes)
        reference = self.networks.reference_log_probs(episodes)
        tokens = [each.tokens for each in episodes]
        steps = [len(steps_of(each, self.settings.level)) for each in episodes]
        parts = (read.log_probs.cpu().split(tokens), reference.cpu().split(tokens), read.values.cpu().split(steps))
        return [Scored(*each) for each in zip(episodes, *parts, strict=True)]

    def gradients(self, part: Sequence[Scored]) -> dict[str, float]:
        """Leaves the gradients of a minibatch in the parameters; returns its losses and shares.

        Raises:
            TrainingError: a loss is not finite.
        """
        s = self.settings
        self._optimizer.zero_grad()
        tokens = sum(each.episode.tokens for each in part)
        steps = sum(len(each.values) for each in part)
        sums: dict[str, float] = {}
        for few in _groups(part, s.micro_batch):
            of_tokens, of_steps = self._losses(self.networks.read([each.episode for each in few]), few)
            loss = of_tokens["policy_loss"] + s.kl_weight * of_tokens["reference_loss"]
            if s.entropy_weight:
                loss = loss - s.entropy_weight * of_tokens["entropy"]
            (loss.sum() / tokens + of_steps.sum() / steps).backward()
            for name, values in of_tokens.items():
                sums[name] = sums.get(name, 0.0) + float(values.detach().sum()) / tokens
            sums["value_loss"] = sums.get("value_loss", 0.0) + float(of_steps.detach().sum()) / steps
        if not all(math.isfinite(each) for each in sums.values()):
            raise TrainingError(f"A loss of PPO is not finite ({sums}); lower ppo.learning_rate.")
        return sums

    def _losses(self, read: Read, few: Sequence[Scored]) -> tuple[dict[str, Tensor], Tensor]:
        """What is averaged over tokens, by name, and the value loss of each step."""
        s, device = self.settings, self.networks.device
        old, reference, values, targets = (
            torch.cat([getattr(each, name) for each in few]).to(device)
            for name in ("log_probs", "reference", "values", "targets")
        )
        advantages = torch.cat([_of_tokens(each, s.level) for each in few]).to(device)
        now = read.log_probs.detach()
        of_tokens = {
            "policy_loss": policy_loss(read.log_probs, old, advantages, s.clip),
            "reference_loss": reference_loss(read.log_probs, reference),
            "entropy": read.entropy,
            "approx_kl": approximate_kl(old, now),
            "clip_share": (torch.expm1(now - old).abs() > s.clip).float(),
        }
        return of_tokens, value_loss(read.values, values, targets, s.value_clip)

    def _step(self) -> dict[str, float]:
        limit = self.settings.max_grad_norm or math.inf
        norm = torch.nn.utils.clip_grad_norm_(self.networks.weights, limit)
        torch.nn.utils.clip_grad_norm_(self.networks.value_head.parameters(), limit)
        self._optimizer.step()
        return {"grad_norm": float(norm)}

    # Keeping

    def save(self, folder: Path, notes: dict[str, Any]) -> Path:
        """Writes all that the next update depends on; the folder appears at once.

        `policy` in it is an ordinary model folder, adapters merged: the policy that plays next.
        """
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        self.networks.save_policy(partial / "policy", notes)
        tensors = {f"value.{name}": each for name, each in self.networks.value_head.state_dict().items()}
        for index, kept in self._optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": each for name, each in kept.items()}
        if self.networks.adapted is not None:
            tensors |= {f"adapter.{index}": each.data for index, each in enumerate(self.networks.weights)}
        file = partial / "learner.safetensors"
        save_file({name: each.contiguous() for name, each in tensors.items()}, file)
        with file.open("rb+") as handle:
            os.fsync(handle.fileno())
        partial.replace(folder)
        return folder

    def _restore(self, folder: Path) -> None:
        tensors = load_file(folder / "learner.safetensors")
        self.networks.value_head.load_state_dict(_under("value.", tensors))
        for index, each in _under("adapter.", tensors).items():
            self.networks.weights[int(index)].data.copy_(each)
        moments: dict[int, dict[str, Tensor]] = {}
        for name, each in _under("optimizer.", tensors).items():
            index, _, key = name.partition(".")
            moments.setdefault(int(index), {})[key] = each
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": moments})


def with_advantages(batch: Sequence[Scored], settings: PpoConfig) -> list[Scored]:
    """The episodes of an update with advantages and value targets; the reward comes at an episode's last step."""
    found = [
        gae(
            rewards_at_the_end(len(each.values), each.episode.reward),
            each.values.tolist(),
            gamma=settings.gamma,
            gae_lambda=settings.gae_lambda,
        )
        for each in batch
    ]
    advantages = [each for each, _ in found]
    if settings.normalize_advantages:
        advantages = normalized(advantages)
    return [
        replace(each, advantages=torch.tensor(ours), targets=torch.tensor(targets))
        for each, ours, (_, targets) in zip(batch, advantages, found, strict=True)
    ]


def _of_tokens(scored: Scored, level: str) -> Tensor:
    """The advantage of each token: that of the step it belongs to."""
    lengths = [end - begin for begin, end in steps_of(scored.episode, level)]
    return scored.advantages.repeat_interleave(torch.tensor(lengths))


def _before(scored: Sequence[Scored]) -> dict[str, float]:
    """The metrics that are known before an update's first step."""
    log_probs = torch.cat([each.log_probs for each in scored])
    generated = torch.tensor([p for each in scored for turn in each.episode.log_probs for p in turn])
    values = [value for each in scored for value in each.values.tolist()]
    targets = [target for each in scored for target in each.targets.tolist()]
    return {
        "kl": float(approximate_kl(log_probs, torch.cat([each.reference for each in scored])).mean()),
        # Rounded: the finer digits of what generation kept depend on which episodes shared a batch.
        "generation_gap": round(float((log_probs - generated).abs().max()), 4),
        "explained_variance": explained_variance(values, targets),
    }


def _means(passes: Sequence[dict[str, float]]) -> dict[str, float]:
    names = passes[0] if passes else ()
    return {name: math.fsum(each[name] for each in passes) / len(passes) for name in names}


def _groups(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): each for name, each in tensors.items() if name.startswith(prefix)}
