"""The settings of PPO, its section of a configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from eto_agent.fields import NotNegative, Positive
from eto_agent.training.job import LoraSettings, TrainingError

__all__ = ["PpoConfig"]


@dataclass(frozen=True)
class PpoConfig:
    """Proximal policy optimisation from the SFT agent on."""

    updates: int = 50
    """Rounds of rollouts and training on them."""
    tasks: int = 64
    """Training tasks in each update, drawn anew without replacement; all of them where there are fewer."""
    samples: int = 1
    """Episodes of each of these tasks."""
    protocol: Literal["paper", "strict"] = "strict"
    """Which score is the reward at the end of an episode."""
    epochs: int = 4
    """Passes over the episodes of an update."""
    minibatch: int = 16
    """Whole episodes for each optimiser step."""
    micro_batch: int = 4
    """Episodes in one forward pass; gradients add up over a minibatch, so that long episodes fit."""
    learning_rate: float = 1e-6
    """Learning rate of the policy (AdamW, constant after the warm-up)."""
    warmup: NotNegative[int] = 0
    """Updates over which the learning rate of the policy rises: the first advantages have no values to go by."""
    value_learning_rate: float = 1e-4
    """Learning rate of the value head (AdamW, constant)."""
    value_weight: float = 0.1
    """Weight of the value loss in what moves the policy's own weights; 0 lets the value head only read."""
    weight_decay: NotNegative[float] = 0.0
    """AdamW's weight decay."""
    max_grad_norm: float = 1.0
    """Gradients longer than this are scaled down to it, policy and value head apart; 0 switches that off."""
    level: Literal["turn", "token"] = "turn"
    """What one step of GAE is: a turn, whose tokens share its advantage, or a single agent token."""
    gamma: float = 1.0
    """Discount of a step."""
    gae_lambda: float = 0.95
    """Lambda of GAE: 1 is the whole return, 0 the one-step error."""
    normalize_advantages: bool = True
    """Whether the advantages of an update are brought to mean 0 and standard deviation 1."""
    clip: float = 0.2
    """How far the probability ratio of a token may leave 1 and still be rewarded for it."""
    value_clip: float = 0.2
    """How far a value may move from the one before the update and still be rewarded for it; 0 switches that off."""
    kl_weight: float = 0.05
    """Weight of the divergence from the SFT agent in the loss."""
    entropy_weight: float = 0.0
    """Weight of an entropy bonus in the loss."""
    target_kl: float = 0.05
    """An update ends early where its policy is this far from the one that played, by token; 0 switches that off."""
    max_length: Positive[int] = 4096
    """Longest episode in tokens; longer ones are left out and counted, never cut."""
    lora: LoraSettings = field(default_factory=LoraSettings)
    """Adapters; the SFT agent is then the same model with them switched off, not a second one in memory."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Precision of the forward pass; auto is bfloat16 on CUDA and float32 elsewhere. Trained weights are float32."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to train; auto takes CUDA where there is one."""
    gradient_checkpointing: bool = False
    """Compute activations twice to save memory."""
    report_to: tuple[str, ...] = ()
    """Trackers to report to as well, e.g. tensorboard or wandb (does not change results)."""

    def check(self) -> None:
        """Refuses settings that cannot work.

        Raises:
            TrainingError: the message names the setting, its value and what is allowed.
        """
        for name in ("updates", "tasks", "samples", "epochs", "minibatch", "micro_batch", "learning_rate", "clip"):
            if getattr(self, name) <= 0:
                raise TrainingError(f"ppo.{name}={getattr(self, name)} has to be positive.")
        for name in ("gamma", "gae_lambda"):
            if not 0 <= getattr(self, name) <= 1:
                raise TrainingError(f"ppo.{name}={getattr(self, name)} has to lie between 0 and 1.")
        for name in (
            "value_learning_rate",
            "value_weight",
            "value_clip",
            "kl_weight",
            "entropy_weight",
            "target_kl",
            "max_grad_norm",
        ):
            if getattr(self, name) < 0:
                raise TrainingError(f"ppo.{name}={getattr(self, name)} must not be negative.")
