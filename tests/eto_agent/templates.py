"""Chat templates in the styles of Llama-2, Mistral, ChatML, Qwen and Llama-3, with small tokenizers in their manner."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import groupby

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from eto_agent.chat.encoder import ChatEncoder, Encoded

CORPUS = [
    "You do scientific experiments. Your task is to boil water.\n\nYou are in the kitchen.",
    "Thought: I need a pot.\nAction: pick up metal pot",
    "Observation: You move the metal pot to the inventory.",
    "Thought: The stove is off.\nAction: activate stove",
    "OK system user assistant [INST] [/INST] <<SYS>>",
] * 3

LLAMA2 = (
    "{% for m in messages %}{% if m['role'] == 'user' %}{{ bos_token + '[INST] ' + m['content'].strip() + ' [/INST]' }}"
    "{% else %}{{ ' ' + m['content'].strip() + ' ' + eos_token }}{% endif %}{% endfor %}"
)
MISTRAL = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
    "{% else %}{{ m['content'] + eos_token + ' ' }}{% endif %}{% endfor %}"
)
CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
QWEN = "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}" + CHATML
QWEN_THINKING = (  # drops earlier thinking blocks, and writes an empty one into the last turn
    "{% for m in messages %}{% if m['role'] == 'user' %}{{ '<|im_start|>user\n' + m['content'] + '<|im_end|>\n' }}"
    "{% else %}{{ '<|im_start|>assistant\n' }}{% if loop.last %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
    "{{ m['content'].split('</think>')[-1].lstrip('\n') + '<|im_end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA3 = (
    "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' "
    "+ m['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)


def wrapped(core: Tokenizer, template: str, special: list[str], **names: str) -> PreTrainedTokenizerFast:
    core.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, clean_up_tokenization_spaces=False, **names)
    tokenizer.chat_template = template
    return tokenizer


def byte_level(template: str, special: list[str], **names: str) -> PreTrainedTokenizerFast:
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.train_from_iterator(
        CORPUS, trainers.BpeTrainer(vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    )
    return wrapped(core, template, special, **names)


def sentence_piece(template: str, *, legacy: bool) -> PreTrainedTokenizerFast:
    """In the manner of Llama-2 and Mistral: spaces as a visible mark, unknown characters as bytes."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    core.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>", "<s>", "</s>"]))
    model = json.loads(core.to_str())["model"]
    vocab = {**model["vocab"]}
    for byte in range(256):
        vocab[f"<0x{byte:02X}>"] = len(vocab)
    core = Tokenizer(
        models.BPE(
            vocab, [tuple(each) for each in model["merges"]], unk_token="<unk>", byte_fallback=True, fuse_unk=True
        )
    )
    if legacy:
        core.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    else:
        core.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    core.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return wrapped(core, template, ["<unk>", "<s>", "</s>"], bos_token="<s>", eos_token="</s>", unk_token="<unk>")


IM = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
HEADERS = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
STYLES: dict[str, Callable[[], PreTrainedTokenizerFast]] = {
    "llama-2": lambda: sentence_piece(LLAMA2, legacy=True),
    "mistral": lambda: sentence_piece(MISTRAL, legacy=False),
    "chatml": lambda: byte_level(CHATML, IM, eos_token="<|im_end|>"),
    "qwen": lambda: byte_level(QWEN, IM, eos_token="<|im_end|>", pad_token="<|endoftext|>"),
    "qwen-thinking": lambda: byte_level(QWEN_THINKING, IM, eos_token="<|im_end|>"),
    "llama-3": lambda: byte_level(LLAMA3, HEADERS, bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>"),
}
ENDS = {"llama-2": " </s>", "mistral": "</s>", "llama-3": "<|eot_id|>"}  # the others: <|im_end|>


def scored(encoder: ChatEncoder, encoded: Encoded) -> list[str]:
    """The text of every run of scored tokens."""
    pairs = zip(encoded.input_ids, encoded.mask, strict=True)
    runs = [(bool(key), [token for token, _ in run]) for key, run in groupby(pairs, key=lambda pair: pair[1])]
    return [encoder.tokenizer.decode(ids) for key, ids in runs if key]
