"""Training with several processes: `accelerate launch -m eto_agent COMMAND ...`, or `torchrun`.

The process of rank 0 leads: it alone holds the run folder, explores, evaluates and writes. The others follow: they wait
for a training, carry out their part of it, and wait for the next (`follow`), until the leader is done (`lead`).

A script that calls `fit_sft` or `fit_dpo` in every process, with the same arguments, works too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

__all__ = ["first", "follow", "lead", "processes", "rank", "sharded", "share"]

_YES = ("1", "true", "yes")
_PATIENCE = timedelta(days=30)
"""How long followers wait for the next training: an exploration may lie between."""


def processes() -> int:
    """How many processes the launcher has started; 1 without one."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """The number of this process among them, from 0."""
    return int(os.environ.get("RANK", "0"))


def sharded() -> bool:
    """Whether the launcher asked for FSDP, which spreads the weights over the processes."""
    return os.environ.get("ACCELERATE_USE_FSDP", "").lower() in _YES


class _Channel:
    """What the leader tells the followers, beside the training's own traffic: over the CPU, with all patience."""

    def __init__(self) -> None:
        import torch.distributed

        _state()
        self._group: Any = torch.distributed.new_group(backend="gloo", timeout=_PATIENCE)

    def say(self, message: Any) -> Any:
        """Gives every process what the leader says."""
        import torch.distributed

        box = [message]
        torch.distributed.broadcast_object_list(box, src=0, group=self._group)
        return box[0]


_channel: _Channel | None = None
_training = False


@contextmanager
def lead() -> Iterator[None]:
    """Around the leader's work: at its end, or when it fails, the followers are let go.

    Where it fails in the middle of a training they hear nothing any more: the launcher ends them.
    """
    global _channel
    if processes() == 1:
        yield
        return
    _channel = _Channel()
    try:
        yield
    finally:
        channel, _channel = _channel, None
        if not _training:
            channel.say(None)
            _leave()


def follow(train: Callable[..., Any]) -> None:
    """Takes part in the leader's trainings until there are no more.

    Args:
        train: is called with what the leader shares.
    """
    channel = _Channel()
    while (message := channel.say(None)) is not None:
        train(*message)
    _leave()


@contextmanager
def share(*message: Any) -> Iterator[None]:
    """Around a training: calls the followers to it, if this is a leader."""
    global _training
    if _channel is not None:
        _channel.say(message)
    _training = True
    yield
    _training = False  # not where it failed


@contextmanager
def first() -> Iterator[None]:
    """Rank 0 goes first, then the others: for what one process writes and all of them read.

    The leader of followers is alone here.
    """
    if processes() == 1 or _channel is not None:
        yield
        return
    with _state().main_process_first():
        yield


def _state() -> Any:
    """The processes' connection; made at the first call."""
    import torch
    from accelerate import PartialState

    asked = os.environ.get("ACCELERATE_USE_CPU", "").lower() in _YES
    return PartialState(cpu=asked or not torch.cuda.is_available())


def _leave() -> None:
    import torch.distributed

    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
