"""PPO's losses, advantages, targets and gradients against numbers computed by hand, with plain floats."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from eto_agent.chat.encoder import Encoded
from eto_agent.models import load
from eto_agent.online.episodes import SampledEpisode
from eto_agent.online.learner import Learner, Scored, with_advantages
from eto_agent.online.losses import approximate_kl, policy_loss, reference_loss, value_loss
from eto_agent.online.settings import PpoConfig
from eto_agent.training.job import LoraSettings, TrainingError
from tests.eto_agent.by_hand import Read, before, gae_by_hand, normalized_by_hand, ppo_by_hand, read_by_hand

SETTINGS = PpoConfig(
    epochs=2, minibatch=2, micro_batch=2, learning_rate=1e-3, value_learning_rate=1e-2, gamma=0.9, gae_lambda=0.5,
    kl_weight=0.3, entropy_weight=0.01, target_kl=0.0, device="cpu",
)  # fmt: skip
LORA = replace(SETTINGS, lora=LoraSettings(r=4))


def as_sampled(encoded: Encoded, reward: float) -> SampledEpisode:
    starts = [i for i, m in enumerate(encoded.mask) if m and not encoded.mask[i - 1]]
    ends = [i + 1 for i, m in enumerate(encoded.mask) if m and (i + 1 == len(encoded) or not encoded.mask[i + 1])]
    spans = tuple(zip(starts, ends, strict=True))
    return SampledEpisode(encoded.input_ids, spans, tuple((-1.0,) * (end - begin) for begin, end in spans), reward)


@pytest.fixture(scope="module")
def episodes(examples: list[Encoded]) -> list[SampledEpisode]:
    """Of two, three and four agent turns; the first begins with a teacher-forced one."""
    return [as_sampled(examples[number], reward) for number, reward in ((0, 1.0), (1, 0.0), (2, 0.5))]


# By hand


def by_hand(model: Any, learner: Learner, episode: SampledEpisode) -> Read:
    return read_by_hand(model, learner.networks.value_head, episode.ids, episode.spans)


def awake(learner: Learner) -> Learner:
    """Gives the value head, which begins at zero, something to say."""
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        learner.networks.value_head.outer.weight.normal_(0, 0.3)
        learner.networks.value_head.outer.bias.fill_(0.2)
    return learner


def test_what_is_scored(base: Path, episodes: list[SampledEpisode]) -> None:
    """Agent tokens only, end-of-turn tokens included; values where a reply begins; padding changes nothing."""
    learner = awake(Learner(base, SETTINGS, 0))
    model = load(base, device="cpu")[0]
    for episode, scored in zip(episodes, learner.score(episodes), strict=True):
        read = by_hand(model, learner, episode)
        assert scored.log_probs.tolist() == pytest.approx(read.log_probs, abs=1e-5)
        assert scored.reference.tolist() == pytest.approx(read.log_probs, abs=1e-5)
        assert scored.values.tolist() == pytest.approx(read.values, abs=1e-5)
        assert len(scored.values) == len(episode.spans)
        assert len(scored.log_probs) == episode.tokens < len(episode.ids)


def test_a_new_value_head_knows_nothing(base: Path, episodes: list[SampledEpisode]) -> None:
    assert all(value == 0.0 for scored in Learner(base, SETTINGS, 0).score(episodes) for value in scored.values)


def test_advantages_and_targets(base: Path, episodes: list[SampledEpisode]) -> None:
    """Reward at the last turn, gamma 0.9 and lambda 0.5 over turns, then normalised over all turns of the batch."""
    learner = awake(Learner(base, SETTINGS, 0))
    scored = learner.score(episodes)
    expected = [gae_by_hand(each.values.tolist(), each.episode.reward, 0.9, 0.5) for each in scored]
    plain = with_advantages(scored, replace(SETTINGS, normalize_advantages=False))
    for each, found in zip(plain, expected, strict=True):
        assert each.advantages.tolist() == pytest.approx(found, abs=1e-6)
        assert each.targets.tolist() == pytest.approx(
            [a + v for a, v in zip(found, each.values.tolist(), strict=True)], abs=1e-6
        )
    for each, found, raw in zip(with_advantages(scored, SETTINGS), normalized_by_hand(expected), plain, strict=True):
        assert each.advantages.tolist() == pytest.approx(found, abs=1e-5)
        assert each.targets.tolist() == raw.targets.tolist()  # what a value should be is not normalised


def drifted(learner: Learner, episodes: list[SampledEpisode]) -> list[Scored]:
    """Episodes as if another policy, reference and value head had scored them, with made-up advantages."""
    out = []
    for number, each in enumerate(learner.score(episodes)):
        tokens = torch.arange(len(each.log_probs), dtype=torch.float32)
        steps = torch.arange(len(each.values), dtype=torch.float32)
        out.append(
            replace(
                each,
                log_probs=each.log_probs + 0.5 * torch.sin(tokens + number),  # ratios on both sides of the clip
                reference=each.reference - 0.2 * torch.cos(tokens),
                values=each.values + 0.4 * torch.cos(2 * steps + number),
                advantages=torch.cos(3 * steps + number),  # of both signs
                targets=0.5 * torch.sin(steps),
            )
        )
    return out


def test_the_loss_of_a_minibatch(base: Path, episodes: list[SampledEpisode]) -> None:
    """Surrogate with its clips, tie to the reference, clipped value loss, entropy, each as a mean by hand."""
    learner = awake(Learner(base, SETTINGS, 0))
    model = load(base, device="cpu")[0]
    part = drifted(learner, episodes)
    episodes_by_hand = [(by_hand(model, learner, each.episode), before(each)) for each in part]
    expected, kinds = ppo_by_hand(episodes_by_hand, SETTINGS.clip, SETTINGS.value_clip)
    assert len(kinds) == 6  # both signs of advantage; below, within and above the clip
    assert learner.gradients(part) == pytest.approx(expected, abs=1e-5)


def test_what_pulls_on_a_log_probability() -> None:
    """Gradients by hand: nothing beyond the clip, except where the clip would make a bad thing look better."""
    ratios = [1.0, 1.1, 1.5, 0.5, 1.0, 0.9, 1.5, 0.5]
    advantages = [2.0, 2.0, 2.0, 2.0, -1.0, -1.0, -1.0, -1.0]
    log_probs = torch.tensor([math.log(each) - 1.0 for each in ratios], requires_grad=True)
    policy_loss(log_probs, torch.full((8,), -1.0), torch.tensor(advantages), 0.2).sum().backward()
    expected = [-2.0, -2.2, 0.0, -1.0, 1.0, 0.9, 1.5, 0.0]
    assert log_probs.grad is not None
    assert log_probs.grad.tolist() == pytest.approx(expected, abs=1e-6)

    ours = torch.tensor([-1.0, -2.0, -0.5], requires_grad=True)
    loss = reference_loss(ours, torch.tensor([-1.0, -1.5, -1.0]))
    assert loss.tolist() == pytest.approx([0.0, 0.125, 0.125])
    loss.sum().backward()
    assert ours.grad is not None
    assert ours.grad.tolist() == pytest.approx([0.0, -0.5, 0.5])  # descent leads back to the reference


def test_value_loss_on_both_sides_of_its_clip() -> None:
    values = torch.tensor([0.9, 0.9, 0.1, 0.6], requires_grad=True)
    loss = value_loss(values, torch.full((4,), 0.5), torch.tensor([1.0, 0.0, 1.0, 1.0]), 0.2)
    # The clipped values are 0.7, 0.7, 0.3, 0.6: the worse of the two errors counts.
    assert loss.tolist() == pytest.approx([0.045, 0.405, 0.405, 0.08])
    loss.sum().backward()
    assert values.grad is not None
    assert values.grad.tolist() == pytest.approx([0.0, 0.9, -0.9, -0.4])
    free = value_loss(values.detach(), torch.full((4,), 0.5), torch.tensor([1.0, 0.0, 1.0, 1.0]), 0.0)
    assert free.tolist() == pytest.approx([0.005, 0.405, 0.405, 0.08])


def test_the_estimate_of_kl() -> None:
    """Its mean over draws of p is KL(p || q); here over all outcomes, weighted."""
    p, q = [0.5, 0.3, 0.2], [0.4, 0.4, 0.2]
    logs = [torch.tensor([math.log(each) for each in side]) for side in (p, q)]
    mean = math.fsum(w * e for w, e in zip(p, approximate_kl(*logs).tolist(), strict=True))
    assert mean == pytest.approx(0.5 * math.log(0.5 / 0.4) + 0.3 * math.log(0.3 / 0.4), abs=1e-6)


# What an update does


def gradients_of(learner: Learner) -> list[torch.Tensor]:
    kept = [*learner.networks.weights, *learner.networks.value_head.parameters()]
    return [each.grad.clone() for each in kept if each.grad is not None]


@pytest.mark.parametrize("level", ["turn", "token"])
def test_accumulation_changes_nothing(base: Path, episodes: list[SampledEpisode], level: str) -> None:
    found = []
    for micro_batch in (1, 3):
        learner = awake(Learner(base, replace(SETTINGS, level=level, micro_batch=micro_batch), 0))
        part = with_advantages(learner.score(episodes), learner.settings)
        figures = learner.gradients(part)
        found.append((figures, gradients_of(learner)))
    assert found[0][0] == pytest.approx(found[1][0], abs=1e-5)
    for one, other in zip(found[0][1], found[1][1], strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_observations_pull_on_nothing(base: Path, episodes: list[SampledEpisode]) -> None:
    """The gradient of the logits is zero at every position that predicts no agent token."""
    learner = Learner(base, replace(SETTINGS, value_weight=0.0), 0)
    episode = episodes[1]
    seen: list[torch.Tensor] = []

    def keep(module: Any, inputs: Any, output: torch.Tensor) -> torch.Tensor:
        if output.requires_grad:
            output.retain_grad()
            seen.append(output)
        return output

    handle = learner.networks.policy.model.norm.register_forward_hook(keep)
    learner.gradients(with_advantages(learner.score(episodes[:1]) + learner.score(episodes[1:2]), SETTINGS)[1:])
    handle.remove()
    grad = seen[-1].grad
    assert grad is not None
    pulled = {position for position in range(len(episode.ids)) if grad[0, position].abs().sum() > 0}
    assert pulled == {at - 1 for begin, end in episode.spans for at in range(begin, end)}


def test_better_than_expected_becomes_likelier(base: Path, episodes: list[SampledEpisode]) -> None:
    settings = replace(SETTINGS, kl_weight=0.0, entropy_weight=0.0, minibatch=3, epochs=1)
    learner = Learner(base, settings, 0)
    before = [float(each.log_probs.mean()) for each in learner.score(episodes)]
    learner.update(episodes, 1)
    after = [float(each.log_probs.mean()) for each in learner.score(episodes)]
    assert after[0] - before[0] > 0 > after[1] - before[1]  # rewards 1 and 0, nothing expected


def test_values_move_towards_the_reward(base: Path, episodes: list[SampledEpisode]) -> None:
    learner = Learner(base, replace(SETTINGS, epochs=60, value_clip=0.0, gae_lambda=1.0, gamma=1.0), 0)
    learner.update(episodes, 1)
    after = learner.score(episodes)
    means = [float(each.values.mean()) for each in after]
    assert means == pytest.approx([1.0, 0.0, 0.5], abs=0.2)


@pytest.mark.parametrize("weight", [0.0, 0.25, 1.0])
def test_how_far_the_value_loss_moves_the_policy(base: Path, episodes: list[SampledEpisode], weight: float) -> None:
    """Without any advantage only the value loss pulls: by its weight on the policy, in full on the head."""
    pulls = []
    for each_weight in (weight, 1.0):
        alone = replace(SETTINGS, value_weight=each_weight, kl_weight=0.0, entropy_weight=0.0)
        learner = awake(Learner(base, alone, 0))
        part = with_advantages(learner.score(episodes), alone)
        learner.gradients([replace(each, advantages=torch.zeros_like(each.advantages)) for each in part])
        norm = learner.networks.policy.model.norm.weight.grad
        pulls.append((norm.clone(), learner.networks.value_head.inner.weight.grad.clone()))
    assert pulls[1][0].abs().max() > 0
    torch.testing.assert_close(pulls[0][0], weight * pulls[1][0])
    torch.testing.assert_close(pulls[0][1], pulls[1][1])


def test_the_tie_leads_back(base: Path, episodes: list[SampledEpisode]) -> None:
    """Driven away by rewards, then with equal rewards and a strong tie: the divergence shrinks."""
    free = replace(SETTINGS, kl_weight=0.0, entropy_weight=0.0, epochs=6)
    learner = Learner(base, free, 0)
    learner.update(episodes, 1)
    equal = [replace(each, reward=0.0) for each in episodes]
    learner.settings = replace(free, kl_weight=1.0, normalize_advantages=False, epochs=10)
    with torch.no_grad():  # no advantage either way
        learner.networks.value_head.outer.weight.zero_()
        learner.networks.value_head.outer.bias.zero_()
    first = learner.update(equal, 2)["kl"]
    assert first > 1e-4
    assert learner.update(equal, 3)["kl"] < 0.5 * first


def test_the_learning_rate_of_the_policy_rises(base: Path, episodes: list[SampledEpisode]) -> None:
    """Adam's first step is as long as the learning rate: a quarter of it in the first of four updates."""
    moved = []
    for warmup in (0, 4):
        learner = Learner(base, replace(SETTINGS, epochs=1, minibatch=3, warmup=warmup), 0)
        before = learner.networks.weights[-1].detach().clone()
        learner.update(episodes, 1)
        moved.append(float((learner.networks.weights[-1].detach() - before).abs().max()))
    assert moved[0] == pytest.approx(SETTINGS.learning_rate, rel=1e-2)
    assert moved[1] == pytest.approx(SETTINGS.learning_rate / 4, rel=1e-2)


def test_an_update_stops_where_its_policy_is_too_far(base: Path, episodes: list[SampledEpisode]) -> None:
    row = Learner(base, replace(SETTINGS, learning_rate=1e-2, epochs=20, target_kl=0.02), 0).update(episodes, 1)
    assert row["stopped_early"] == 1
    assert 1 <= row["passes"] < 40
    assert Learner(base, SETTINGS, 0).update(episodes, 1).items() >= {"stopped_early": 0, "passes": 4}.items()


def test_a_loss_that_is_not_finite_is_told(base: Path, episodes: list[SampledEpisode]) -> None:
    learner = Learner(base, SETTINGS, 0)
    with torch.no_grad():
        learner.networks.weights[0].fill_(math.nan)
    with pytest.raises(TrainingError, match="not finite"):
        learner.update(episodes, 1)


# Going on


@pytest.mark.parametrize("settings", [SETTINGS, LORA], ids=["full", "lora"])
def test_from_its_folder_it_goes_on_bit_for_bit(
    base: Path, episodes: list[SampledEpisode], tmp_path: Path, settings: PpoConfig
) -> None:
    learner = Learner(base, settings, 0)
    first = learner.score(episodes)
    assert all(torch.equal(each.log_probs, each.reference) for each in first)
    learner.update(episodes, 1)
    state = learner.save(tmp_path / "0001", {})
    again = Learner(base, settings, 0, state)
    assert again.update(episodes, 2) == learner.update(episodes, 2)
    for one, other in zip(again.networks.weights, learner.networks.weights, strict=True):
        assert torch.equal(one, other)
    scored = learner.score(episodes)
    for now, then in zip(scored, first, strict=True):
        assert torch.equal(now.reference, then.reference)  # the reference stays the SFT agent
        assert not torch.allclose(now.log_probs, then.log_probs, atol=1e-3)

    # What is saved as a policy is what was trained, adapters and all; no file is a pickle.
    plain = Learner(learner.networks.save_policy(tmp_path / "model", {}), SETTINGS, 0).score(episodes)
    for now, saved in zip(scored, plain, strict=True):
        assert saved.log_probs.tolist() == pytest.approx(now.log_probs.tolist(), abs=1e-4)
    kinds = {each.suffix for each in tmp_path.rglob("*") if each.is_file()}
    assert kinds <= {".safetensors", ".json", ".jinja"}
