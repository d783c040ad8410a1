"""Batched decoding with kept caches gives what naive decoding gives, whoever shares the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from scipy.stats import chisquare
from transformers import PreTrainedModel

from eto_agent.decoding import packing
from eto_agent.decoding.generator import Completion, GenerationSettings, Generator
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
    assert reply.log_probs == pytest.approx(wanted, abs=1e-4, rel=1e-3)


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


def test_what_conversations_begin_with_alike_is_read_once(model: PreTrainedModel) -> None:
    generator = Generator(model, [END], greedy(4))
    start = prompt(40, 1)
    prompts = [[*start, *prompt(5 + i, 50 + i)] for i in range(3)]
    replies = [generator.complete([str(i)], [each])[0] for i, each in enumerate(prompts)]
    assert generator.tokens_read == 45 + 6 + 7
    assert [list(reply.ids) for reply in replies] == [naive(model, each, 4) for each in prompts]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_conversations_join_and_leave_between_two_tokens(model: PreTrainedModel, temperature: float) -> None:
    """Twelve conversations of three turns, at most five at a time: each gets what it gets alone."""
    settings = GenerationSettings(temperature=temperature, max_new_tokens=9, seed=3)
    lengths = {str(i): 3 + 5 * (i % 4) for i in range(12)}

    def started(key: str) -> list[int]:
        return prompt(lengths[key], int(key))

    def answer(key: str, turn: int) -> list[int]:
        return prompt(2 + int(key) % 3, 100 + 3 * int(key) + turn)

    alone: dict[str, list[tuple[int, ...]]] = {}
    for key in lengths:
        generator, ids, alone[key] = Generator(model, [END], settings), started(key), []
        for turn in range(3):
            [reply] = generator.complete([key], [ids])
            alone[key].append(reply.ids)
            ids = [*ids, *reply.ids, *answer(key, turn)]

    generator, found = Generator(model, [END], settings), dict[str, list[tuple[int, ...]]]()
    todo, conversations = list(lengths), dict[str, list[int]]()
    together = 0
    while todo or conversations:
        while todo and len(conversations) < 5:
            key = todo.pop()
            conversations[key], found[key] = started(key), []
            generator.submit(key, conversations[key])
        together = max(together, len(generator._active))
        for key, reply in generator.advance():
            found[key].append(reply.ids)
            if len(found[key]) == 3:
                generator.forget(key)
                del conversations[key]
            else:
                conversations[key] += [*reply.ids, *answer(key, len(found[key]) - 1)]
                generator.submit(key, conversations[key])
    assert found == alone
    assert together > 2
    assert not generator.busy


def test_a_conversation_has_one_reply_under_way(model: PreTrainedModel) -> None:
    generator = Generator(model, [END], greedy(4))
    generator.submit("a", prompt(5, 1))
    with pytest.raises(ValueError, match="'a' has a reply under way"):
        generator.submit("a", prompt(5, 1))
    with pytest.raises(ValueError, match="'b' has a reply under way"):
        generator.complete(["b", "b"], [prompt(5, 1), prompt(5, 1)])
    generator.forget("a")
    generator.forget("b")
    assert generator.advance() == []
    too_long = Generator(model, [END], greedy(4), max_context=5)
    too_long.submit("a", prompt(5, 1))
    with pytest.raises(ValueError, match="'a' has a reply under way"):
        too_long.submit("a", prompt(3, 1))
    too_long.forget("a")
    assert too_long.advance() == []


def test_empty_slots_are_given_up(model: PreTrainedModel) -> None:
    """Most conversations end; those that stay are moved together, and go on as they would have."""
    generator = Generator(model, [END], greedy(6))
    prompts = {str(i): prompt(10 + i, i) for i in range(9)}
    first = dict(zip(prompts, generator.complete(list(prompts), list(prompts.values())), strict=True))
    for key in list(prompts)[:7]:
        generator.forget(key)
    longer = {key: [*prompts[key], *first[key].ids, *prompt(3, 60)] for key in ("7", "8")}
    read = generator.tokens_read
    replies = generator.complete(list(longer), list(longer.values()))
    assert generator.tokens_read - read == 2 * (1 + 3)
    assert sorted(row.slot for row in generator._rows.values()) == [0, 1]
    assert [list(reply.ids) for reply in replies] == [naive(model, ids, 6) for ids in longer.values()]


def test_conversations_that_were_never_read_are_moved_too(model: PreTrainedModel) -> None:
    """The first one leaves before anything was read; the others come to lie in its slot, and nowhere twice."""
    generator = Generator(model, [END], greedy(6))
    for key in ("a", "b"):
        generator.submit(key, prompt(9, 1))
    generator.forget("a")
    assert generator.advance() == []
    assert [row.slot for row in generator._rows.values()] == [0]
    generator.submit("c", prompt(12, 3))
    found: dict[str, Completion] = {}
    while generator.busy:
        found |= dict(generator.advance())
    assert sorted(row.slot for row in generator._rows.values()) == [0, 1]
    assert list(found["b"].ids) == naive(model, prompt(9, 1), 6)
    assert list(found["c"].ids) == naive(model, prompt(12, 3), 6)


@pytest.mark.parametrize("method", ["reserve", "aim", "update", "_alone"])
def test_a_pass_that_fails_may_be_tried_again(
    model: PreTrainedModel, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every fourth call runs out of memory, in each of the places where a pass may; replies are the same."""
    generator = Generator(model, [END], greedy(8, tie_margin=1.0 if method == "_alone" else 0.0))
    owner = generator if method == "_alone" else generator._cache
    original, calls, failed = getattr(owner, method), 0, 0

    def failing(*args: object) -> object:
        nonlocal calls, failed
        calls += 1
        if calls % 4 == 2:
            failed += 1
            raise MemoryError
        return original(*args)

    talks = {str(n): prompt(6 + 20 * n, n) for n in range(5)}
    for key, ids in talks.items():
        generator.submit(key, ids)
    monkeypatch.setattr(owner, method, failing)
    found: list[tuple[str, Completion]] = []
    while generator.busy:
        try:
            found += generator.advance()
        except MemoryError:
            continue
    assert failed > 0
    assert sorted(key for key, _ in found) == sorted(talks)
    for key, reply in found:
        assert list(reply.ids) == naive(model, talks[key], 8)


@pytest.mark.gpu
@pytest.mark.parametrize("part_cost", [0, 100_000])
def test_a_gpu_decodes_what_the_cpu_decodes(
    model: PreTrainedModel, part_cost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same seeds give the same noise on every device; float32, so near-ties are decided alone."""
    monkeypatch.setitem(packing._PART_COST, "cuda", part_cost)
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    import copy

    settings = GenerationSettings(temperature=1.0, max_new_tokens=16, seed=5)
    prompts = [prompt(4 + 7 * i, i) for i in range(6)]
    keys = [str(i) for i in range(6)]
    cpu = Generator(model, [END], settings).complete(keys, prompts)
    gpu = Generator(copy.deepcopy(model).cuda(), [END], settings).complete(keys, prompts)
    assert [reply.ids for reply in gpu] == [reply.ids for reply in cpu]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_guesses_change_nothing_but_the_number_of_passes(model: PreTrainedModel, temperature: float) -> None:
    """The same conversations again and again, so that guesses are right, then one in which they are wrong."""
    told: dict[int, list[Completion]] = {}
    passes: dict[int, int] = {}
    for most in (0, 5):
        settings = GenerationSettings(temperature, max_new_tokens=14, seed=2, draft_tokens=most)
        generator = Generator(model, [END], settings)
        told[most] = []
        for _ in range(3):
            told[most] += generator.complete(["a", "b"], [prompt(12, 1), prompt(20, 2)])
        told[most] += generator.complete(["a"], [[*prompt(12, 1)[:-1], 9]])
        passes[most] = generator.passes
    assert [reply.ids for reply in told[0]] == [reply.ids for reply in told[5]]
    for without, guessed in zip(told[0], told[5], strict=True):
        assert without.log_probs == pytest.approx(guessed.log_probs, abs=1e-4, rel=1e-3)
        assert without.stop == guessed.stop
    assert passes[5] < 0.75 * passes[0]


def test_a_reply_that_fills_the_context_with_guesses(model: PreTrainedModel) -> None:
    ids = prompt(20, 1)
    generator = Generator(model, [], greedy(30), max_context=33)
    for _ in range(3):
        [reply] = generator.complete(["a"], [ids])
        assert (list(reply.ids), reply.stop) == (naive(model, ids, 13), "context")
