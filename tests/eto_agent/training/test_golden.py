"""Masks and losses of SFT, trajectory DPO, step DPO and PPO, by hand, for five styles of chat template."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerBase

from eto_agent.chat.encoder import ChatEncoder, Encoded
from eto_agent.models import load, save_whole
from eto_agent.online.episodes import SampledEpisode, sampled_episode
from eto_agent.online.learner import Learner, with_advantages
from eto_agent.online.settings import PpoConfig
from eto_agent.training import trl_trainers
from eto_agent.training.job import DpoSettings, Job, Pair, TrainSettings
from eto_envs.conversation import ConversationFormat, react_messages
from eto_envs.trajectory import Trajectory, Turn
from tests.eto_agent.by_hand import (
    before,
    dpo_by_hand,
    gae_by_hand,
    log_prob,
    normalized_by_hand,
    ppo_by_hand,
    read_by_hand,
)
from tests.eto_agent.templates import ENDS, STYLES, scored

BARE = ConversationFormat("")
IM = "<|im_start|>assistant\n"
HEADER = "<|start_header_id|>{}<|end_header_id|>\n\n"


@dataclass(frozen=True)
class Written:
    """A template written out: the start, a user turn up to where the agent answers, and what follows its answer.

    `lead` is the white space that the agent's answer begins with; `between` stands between two rounds.
    """

    start: str
    user: str
    end: str
    lead: str = ""
    between: str = ""


WRITTEN = {
    "llama-2": Written("", "<s>[INST] {} [/INST]", " </s>", lead=" "),
    "mistral": Written("<s>", "[INST] {} [/INST]", "</s>", between=" "),
    "chatml": Written("", "<|im_start|>user\n{}<|im_end|>\n" + IM, "<|im_end|>", between="\n"),
    "qwen": Written(
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n",
        "<|im_start|>user\n{}<|im_end|>\n" + IM,
        "<|im_end|>",
        between="\n",
    ),
    "llama-3": Written(
        "<|begin_of_text|>", HEADER.format("user") + "{}<|eot_id|>" + HEADER.format("assistant"), "<|eot_id|>"
    ),
}
every_style = pytest.mark.parametrize("style", WRITTEN)

FIRST = Turn("agent", "Thought: a pot.\nAction: pick up pot", "You take the pot.")
SECOND = Turn("agent", "Action: activate stove", "It is on.")
WRONG = Turn("agent", "Thought: I wait.\nAction: wait", "Nothing.")
LAST = Turn("agent", "Thought: done.\nAction: look around", "Steam.")
SEEN_TWICE = Turn("prefix", "Action: activate stove", "It is on.")


def episode(*turns: Turn) -> Trajectory:
    start = Turn("task", "Boil water.", "You are in the kitchen.")
    return Trajectory("eto/Any-v0", "boil/1", "boil", "train", turns=[start, *turns])


TRAJECTORIES = {
    "chosen": episode(FIRST, SECOND, LAST),
    "rejected": episode(WRONG, SECOND, WRONG, WRONG),
    # The step: what came before it was teacher-forced; one turn of the agent is scored.
    "chosen step": episode(Turn("prefix", FIRST.text, FIRST.observation), SEEN_TWICE, LAST),
    "rejected step": episode(Turn("prefix", FIRST.text, FIRST.observation), SEEN_TWICE, WRONG),
}


def by_hand(tokenizer: PreTrainedTokenizerBase, style: str, trajectory: Trajectory) -> tuple[list[int], list[bool]]:
    """The ids of the text as written out above, and which of them the agent has said."""
    shape, text = WRITTEN[style], WRITTEN[style].start
    spans: list[tuple[int, int]] = []
    said = f"{trajectory.turns[0].text}\n\n{trajectory.turns[0].observation}"
    for number, turn in enumerate(trajectory.turns[1:]):
        text += (shape.between if number else "") + shape.user.format(said)
        start = len(text)
        text += shape.lead + turn.text + shape.end
        if turn.role == "agent":
            spans.append((start, len(text)))
        said = f"Observation: {turn.observation}"
    found: Any = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    return list(found["input_ids"]), [
        any(start <= left and right <= end for start, end in spans) for left, right in found["offset_mapping"]
    ]


def encoded(encoder: ChatEncoder, name: str) -> Encoded:
    return encoder.encode(react_messages(TRAJECTORIES[name], BARE))


@every_style
def test_masks(style: str) -> None:
    """Ids and masks token by token; the scored tokens read as the agent's turns with their end-of-turn tokens."""
    encoder = ChatEncoder(STYLES[style]())
    end = ENDS.get(style, "<|im_end|>")
    for name, trajectory in TRAJECTORIES.items():
        ours = encoded(encoder, name)
        ids, counts = by_hand(encoder.tokenizer, style, trajectory)
        assert list(ours.input_ids) == ids, name
        assert [bool(mask) for mask in ours.mask] == counts, name
        wanted = [f"{turn.text}{end}" for turn in trajectory.turns if turn.role == "agent"]
        assert [text.lstrip(" ") for text in scored(encoder, ours)] == wanted
    assert sum(encoded(encoder, "chosen").mask) > sum(encoded(encoder, "chosen step").mask) > 0


@pytest.fixture(scope="module", params=WRITTEN)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A network of one layer with the style's tokenizer."""
    tokenizer = STYLES[request.param]()
    size: dict[str, Any] = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1}
    config = LlamaConfig(vocab_size=len(tokenizer), num_attention_heads=2, tie_word_embeddings=False, **size)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = LlamaForCausalLM(config)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(4.0)  # new weights hardly tell one token from another
    name = re.sub(r"\W", "", request.param)
    return request.param, save_whole(tmp_path_factory.mktemp(name) / "model", model, tokenizer)


def job(kind: Any, folder: Path, settings: TrainSettings, count: int) -> Job:
    return Job(kind, folder, folder.parent / "out", settings, 0, {"examples": count, "pairs": count}, None)


def test_sft_loss(tiny: tuple[str, Path]) -> None:
    style, folder = tiny
    model, tokenizer = load(folder, device="cpu")
    encoder = ChatEncoder(tokenizer)
    names = ["chosen", "rejected", "chosen step"]
    found = [log_prob(model, *by_hand(tokenizer, style, TRAJECTORIES[name])) for name in names]
    wanted = -sum(total for total, _ in found) / sum(count for _, count in found)
    settings = TrainSettings(batch_size=3, device="cpu")
    with trl_trainers._quiet():
        trainer = trl_trainers.sft_trainer(job("sft", folder, settings, 3), [encoded(encoder, name) for name in names])
        loss = trainer.compute_loss(trainer.model, trainer.data_collator(list(trainer.train_dataset)))
    assert loss.item() == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("level", ["", " step"])
def test_dpo_loss(tiny: tuple[str, Path], level: str) -> None:
    """Two pairs, the second the first one turned round; the policy is the reference with other weights."""
    style, folder = tiny
    reference, tokenizer = load(folder, device="cpu")
    encoder = ChatEncoder(tokenizer)
    better, worse = (encoded(encoder, f"{side}{level}") for side in ("chosen", "rejected"))
    sides = [by_hand(tokenizer, style, TRAJECTORIES[f"{side}{level}"]) for side in ("chosen", "rejected")]
    settings = DpoSettings(batch_size=2, device="cpu", beta=0.3)
    with trl_trainers._quiet():
        pairs = [Pair(better, worse), Pair(worse, better)]
        trainer = trl_trainers.dpo_trainer(job("dpo", folder, settings, 2), settings, pairs)
        with torch.no_grad():
            for weight in trainer.model.parameters():
                weight.mul_(1.05)
        policy = trainer.model.eval()
        batch = trainer.data_collator(list(trainer.train_dataset))
        counted = trainer._get_num_items_in_batch([batch], torch.device("cpu"))
        trainer.current_gradient_accumulation_steps = 1
        loss = trainer.compute_loss(policy, batch, num_items_in_batch=counted)
    both = [(sides[0], sides[1]), (sides[1], sides[0])]
    assert loss.item() == pytest.approx(dpo_by_hand(policy, reference, both, 0.3, 0.0), abs=1e-4)
    assert abs(loss.item() - 0.6931) > 1e-3


PPO = PpoConfig(minibatch=3, micro_batch=2, gamma=0.9, gae_lambda=0.5, device="cpu")
REWARDS = {"chosen": 1.0, "rejected": 0.2, "chosen step": 0.6}


def played(encoder: ChatEncoder, style: str, name: str, cut: bool = False) -> SampledEpisode:
    """An episode as if a model had sampled the agent's turns; with `cut`, a limit ended the last before its end."""
    trajectory = TRAJECTORIES[name]
    ids, counts = by_hand(encoder.tokenizer, style, trajectory)
    runs = [list(run) for key, run in groupby(range(len(ids)), key=counts.__getitem__) if key]
    turns, spoken = [], iter(runs)
    for turn in trajectory.turns:
        meta: dict[str, Any] = {"token_ids": [ids[at] for at in next(spoken)]} if turn.role == "agent" else {}
        turns.append(replace(turn, meta=meta))
    if cut:
        turns[-1].meta["token_ids"].pop()
    kept = [[-1.0] * len(turn.meta["token_ids"]) for turn in turns if turn.meta]
    sampled = replace(trajectory, turns=turns, meta={"log_probs": kept})
    episode = sampled_episode(sampled, react_messages(sampled, BARE), encoder, REWARDS[name])
    assert episode is not None
    assert list(episode.ids) == ids
    assert episode.spans == tuple((run[0], run[-1] + 1 - (cut and run is runs[-1])) for run in runs)
    return episode


@every_style
def test_what_ppo_scores(style: str) -> None:
    """The agent's turns and the end-of-turn tokens that it sampled; not one that was put in, nor what was forced."""
    encoder = ChatEncoder(STYLES[style]())
    end = ENDS.get(style, "<|im_end|>")
    for name in REWARDS:
        for cut in (False, True):
            episode = played(encoder, style, name, cut)
            texts = [encoder.tokenizer.decode(episode.ids[begin:end_]) for begin, end_ in episode.spans]
            wanted = [f"{turn.text}{end}" for turn in TRAJECTORIES[name].turns if turn.role == "agent"]
            wanted[-1] = wanted[-1].removesuffix(end.strip()) if cut else wanted[-1]
            assert [text.strip(" ") for text in texts] == [text.strip(" ") for text in wanted]


def test_ppo_loss(tiny: tuple[str, Path]) -> None:
    """Log-probabilities, values, advantages and losses; the policy is not the reference, and has learned since."""
    style, folder = tiny
    reference, tokenizer = load(folder, device="cpu")
    encoder = ChatEncoder(tokenizer)
    learner = Learner(folder, PPO, 0)
    policy, head = learner.networks.policy, learner.networks.value_head
    episodes = [played(encoder, style, name, cut=name == "rejected") for name in REWARDS]
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        head.outer.weight.normal_(0, 0.3)
        for weight in policy.parameters():
            weight.mul_(1.02)
    read = [read_by_hand(policy, head, each.ids, each.spans) for each in episodes]
    tied = [read_by_hand(reference, head, each.ids, each.spans) for each in episodes]
    advantages = [
        gae_by_hand(each.values, reward, 0.9, 0.5) for each, reward in zip(read, REWARDS.values(), strict=True)
    ]
    scored = with_advantages(learner.score(episodes), PPO)
    for ours, each, other, plain, wanted in zip(
        scored, read, tied, advantages, normalized_by_hand(advantages), strict=True
    ):
        found = before(ours)
        assert found.log_probs == pytest.approx(each.log_probs, abs=1e-5)
        assert found.reference == pytest.approx(other.log_probs, abs=1e-5)
        assert found.values == pytest.approx(each.values, abs=1e-5)
        assert found.advantages == pytest.approx(wanted, abs=1e-4)
        assert found.targets == pytest.approx([a + v for a, v in zip(plain, each.values, strict=True)], abs=1e-5)
    with torch.no_grad():
        for weight in policy.parameters():
            weight.mul_(1.05)
    now = [read_by_hand(policy, head, each.ids, each.spans) for each in episodes]
    wanted, kinds = ppo_by_hand(list(zip(now, map(before, scored), strict=True)), PPO.clip, PPO.value_clip)
    assert len(kinds) >= 4  # both signs of advantage, on both sides of a clip
    assert learner.gradients(scored) == pytest.approx(wanted, abs=1e-4)
    assert min(abs(each) for each in wanted.values()) > 1e-4
