"""Batched decoding with kept caches gives what naive decoding gives, whoever shares the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from scipy.stats import chisquare
from transformers import PreTrainedModel

from eto_agent.generation import Completion, GenerationSettings, Generator
from eto_agent.models import create_scratch, load

TEXTS = ["Thought: I look.\nAction: look around", "Observation: You are in the kitchen.", "Boil water."] * 5
END = 7


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedModel:
    folder = create_scratch("tiny", TEXTS, tmp_path_factory.mktemp("model") / "m", seed=1, vocab_size=300)
    loaded = load(folder, device="cpu")[0]
    with torch.no_grad():
        for weight in loaded.parameters():
            weight.mul_(3.0)  # new weights hardly prefer one token over another
    return loaded


def prompt(length: int, seed: int) -> list[int]:
    return torch.randint(10, 250, (length,), generator=torch.Generator().manual_seed(seed)).tolist()


def naive(model: PreTrainedModel, ids: Sequence[int], count: int) -> list[int]:
    """Greedy, the whole sequence read again for every token."""
    out: list[int] = []
    while len(out) < count and END not in out:
        with torch.inference_mode():
            logits = model(torch.tensor([[*ids, *out]])).logits[0, -1]
        out.append(int(logits.argmax()))
    return out


def greedy(count: int = 12, **more: int) -> GenerationSettings:
    return GenerationSettings(max_new_tokens=count, **more)


@pytest.mark.parametrize("together", [1, 2, 5])
def test_it_equals_naive_decoding_over_several_turns(model: PreTrainedModel, together: int) -> None:
    generator = Generator(model, [END], greedy())
    conversations = [prompt(5 + 9 * i, i) for i in range(5)]
    for turn in range(3):
        replies: list[Completion] = []
        for first in range(0, 5, together):
            part = slice(first, first + together)
            replies += generator.complete([str(i) for i in range(5)][part], conversations[part])
        for i, reply in enumerate(replies):
            assert list(reply.ids) == naive(model, conversations[i], 12)
            conversations[i] += [*reply.ids, *prompt(6, 100 * turn + i)]


def test_log_probs_are_the_models(model: PreTrainedModel) -> None:
    ids = prompt(10, 1)
    [reply] = Generator(model, [END], greedy()).complete(["a"], [ids])
    with torch.inference_mode():
        logits = model(torch.tensor([[*ids, *reply.ids]])).logits[0].log_softmax(-1)
    wanted = [float(logits[len(ids) - 1 + i, token]) for i, token in enumerate(reply.ids)]
    assert reply.log_probs == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_the_batch_and_its_order_do_not_matter(model: PreTrainedModel, temperature: float) -> None:
    settings = GenerationSettings(temperature=temperature, max_new_tokens=16, seed=5)
    prompts = {str(i): prompt(4 + 7 * i, i) for i in range(6)}

    def replies(keys: Sequence[str]) -> dict[str, Completion]:
        completions = Generator(model, [END], settings).complete(keys, [prompts[key] for key in keys])
        return dict(zip(keys, completions, strict=True))

    together = replies(sorted(prompts))
    backwards = replies(sorted(prompts, reverse=True))
    alone = {key: replies([key])[key] for key in prompts}
    for key in prompts:
        assert together[key].ids == backwards[key].ids == alone[key].ids


def test_a_kept_cache_reads_new_tokens_only(model: PreTrainedModel) -> None:
    generator = Generator(model, [END], greedy(4))
    ids = prompt(50, 1)
    [reply] = generator.complete(["a"], [ids])
    assert generator.tokens_read == 50
    generator.complete(["a"], [[*ids, *reply.ids, *prompt(10, 2)]])
    assert generator.tokens_read == 50 + 1 + 10  # the last token of a reply was decoded, not read
    generator.forget("a")
    generator.complete(["a"], [ids])
    assert generator.tokens_read == 61 + 50


def test_a_conversation_that_changed_is_read_from_where_it_did(model: PreTrainedModel) -> None:
    generator = Generator(model, [END], greedy(4))
    ids = prompt(50, 1)
    generator.complete(["a"], [ids])
    changed = [*ids[:20], *prompt(10, 9)]
    [reply] = generator.complete(["a"], [changed])
    assert generator.tokens_read == 50 + 10
    assert list(reply.ids) == naive(model, changed, 4)


def test_why_a_reply_ends(model: PreTrainedModel) -> None:
    ids = prompt(10, 1)
    free = naive(model, ids, 8)

    def reply(
        end: Sequence[int] = (), context: int | None = None, stops: Callable[..., bool] | None = None
    ) -> Completion:
        return Generator(model, end, greedy(8), max_context=context).complete(["a"], [ids], stops)[0]

    assert (list(reply().ids), reply().stop) == (free, "length")
    assert (list(reply([free[3]]).ids), reply([free[3]]).stop) == (free[: free.index(free[3]) + 1], "end")
    assert (len(reply(context=14).ids), reply(context=14).stop) == (4, "context")
    assert (reply(context=10).ids, reply(context=10).stop) == ((), "context")
    stopped = reply(stops=lambda written: len(written) == 2)
    assert (list(stopped.ids), stopped.stop) == (free[:2], "string")


def test_one_that_does_not_fit_leaves_the_others_alone(model: PreTrainedModel) -> None:
    long, short = prompt(40, 1), prompt(5, 2)
    none, some = Generator(model, [END], greedy(4), max_context=30).complete(["a", "b"], [long, short])
    assert (none.ids, none.stop) == ((), "context")
    assert list(some.ids) == naive(model, short, 4)


def test_sampling_follows_the_models_distribution(model: PreTrainedModel) -> None:
    """The first token of 600 conversations with the same prompt, at temperature 2, against the softmax."""
    ids = prompt(10, 1)
    settings = GenerationSettings(temperature=2.0, max_new_tokens=1, seed=4)
    generator = Generator(model, [END], settings)
    drawn = torch.zeros(model.config.vocab_size)
    for first in range(0, 600, 100):
        for reply in generator.complete([str(first + i) for i in range(100)], [ids] * 100):
            drawn[reply.ids[0]] += 1
    with torch.inference_mode():
        wanted = 600 * (model(torch.tensor([ids])).logits[0, -1].double() / 2.0).softmax(-1)
    common = wanted >= 5
    assert int(common.sum()) >= 3
    observed = torch.cat([drawn[common], drawn[~common].sum()[None]]).double()
    expected = torch.cat([wanted[common], wanted[~common].sum()[None]])
    assert chisquare(observed.numpy(), expected.numpy()).pvalue > 0.001


def test_samples_differ_by_key_and_seed(model: PreTrainedModel) -> None:
    def sampled(seed: int) -> list[tuple[int, ...]]:
        settings = GenerationSettings(temperature=1.0, max_new_tokens=40, seed=seed)
        return [each.ids for each in Generator(model, [END], settings).complete(["a", "b", "c"], [prompt(10, 1)] * 3)]

    assert len({*sampled(1), *sampled(2)}) == 6
    assert sampled(1) == sampled(1)
