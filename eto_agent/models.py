"""Loading causal language models, and making small ones from scratch.

A model is a Hugging Face name, a local folder, or made here: `create_scratch` writes an ordinary folder with a
Llama-shaped network of random weights and a tokenizer trained on the texts at hand, so that everything runs with no
download.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from eto_envs.errors import EtoEnvError, UnknownNameError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = [
    "PRESETS",
    "SCRATCH_PREFIX",
    "ModelNotFoundError",
    "TokenizerKind",
    "check_model",
    "create_scratch",
    "load",
    "load_tokenizer",
]

SCRATCH_PREFIX = "scratch:"
"""A model name that begins with this asks for a new model; see `create_scratch`."""


class ModelNotFoundError(EtoEnvError):
    """No usable model under a name or path."""


@dataclass(frozen=True, slots=True)
class Preset:
    """The size of a scratch model. The head dimension is one that inference engines support (32 or 64)."""

    hidden_size: int
    layers: int
    heads: int
    intermediate_size: int
    max_position_embeddings: int = 4096


PRESETS = {
    "tiny": Preset(96, 2, 3, 256),  # 0.4 M parameters with 1,024 tokens: tests
    "demo": Preset(128, 3, 4, 384),  # 1.2 M with 2,048 tokens: learns a few task types on a CPU
    "small": Preset(512, 8, 8, 1280),  # 26 M with 2,048 tokens
    "base": Preset(768, 12, 12, 2688),  # 109 M with 4,096 tokens
}
"""Sizes of scratch models, by name."""

TokenizerKind = Literal["words", "phrases"]

_CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}<|agent|>{{ message['content'] }}<|end|>"
    "{% else %}<|user|>{{ message['content'] }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|agent|>{% endif %}"
)
_PAD, _USER, _AGENT, _END = "<|pad|>", "<|user|>", "<|agent|>", "<|end|>"


def load(
    name_or_path: str | os.PathLike[str],
    *,
    device: str | None = None,
    dtype: torch.dtype | Literal["auto"] | None = None,
    attn_implementation: str = "sdpa",
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Loads a causal language model in evaluation mode, and its tokenizer.

    Args:
        name_or_path: a local folder or a Hugging Face name.
        device: by default `cuda` where there is one, else `cpu`.
        dtype: by default bfloat16 on CUDA and float32 elsewhere; `"auto"` takes what the weights are stored in.
        attn_implementation: passed on to Transformers.

    Raises:
        ModelNotFoundError: there is no such folder, or the name is neither cached here nor on the hub.
    """
    import torch
    from transformers import AutoModelForCausalLM

    tokenizer = load_tokenizer(name_or_path)
    place = device or ("cuda" if torch.cuda.is_available() else "cpu")
    precision = dtype or (torch.bfloat16 if place.startswith("cuda") else torch.float32)
    model: Any = _from_pretrained(
        AutoModelForCausalLM, name_or_path, dtype=precision, attn_implementation=attn_implementation
    )
    return model.to(place).eval(), tokenizer


def check_model(name: str) -> None:
    """Makes sure, before any work starts, that there is such a model: a scratch preset, a folder, or a name.

    Raises:
        UnknownNameError: no such preset.
        ModelNotFoundError: there is no such folder, or the name is neither cached here nor on the hub.
    """
    if name.startswith(SCRATCH_PREFIX):
        preset = name.removeprefix(SCRATCH_PREFIX)
        if preset not in PRESETS:
            raise UnknownNameError.of("scratch preset", preset, PRESETS)
    else:
        load_tokenizer(name)


def load_tokenizer(name_or_path: str | os.PathLike[str]) -> PreTrainedTokenizerBase:
    """Loads a tokenizer. Where it has no padding token, the unknown or the end token serves: masks are explicit here.

    Raises:
        ModelNotFoundError: there is no such folder, or the name is neither cached here nor on the hub.
    """
    from transformers import AutoTokenizer

    _check_name(name_or_path)
    tokenizer: Any = _from_pretrained(AutoTokenizer, name_or_path)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.unk_token or tokenizer.eos_token
    return tokenizer


def _check_name(name_or_path: str | os.PathLike[str]) -> None:
    """Rejects what cannot be a model before anything is imported or asked for on the network."""
    name = str(name_or_path)
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise ModelNotFoundError(f"The folder {name!r} holds no model (no config.json); give one that does.")
    elif name.startswith(SCRATCH_PREFIX):
        raise ModelNotFoundError(
            f"{name!r} asks for a new model, which is made from expert texts: run eto-agent sft, or call "
            f"eto_agent.models.create_scratch, and load the folder it writes."
        )
    elif isinstance(name_or_path, os.PathLike) or name.startswith((".", "/", "~", os.sep)) or name.count("/") != 1:
        hub_name = not isinstance(name_or_path, os.PathLike) and "/" not in name and name  # such as gpt2
        if not hub_name or folder.exists() or name.startswith((".", "~")):
            raise ModelNotFoundError(
                f"No model folder at {name!r}; give an existing folder, a Hugging Face name (ORGANISATION/MODEL), "
                f"or {SCRATCH_PREFIX}PRESET in a run's configuration."
            )


def _from_pretrained(kind: Any, name_or_path: str | os.PathLike[str], **settings: Any) -> Any:
    """A folder, or what is cached here under a name, or what the hub gives; cached models need no network."""
    name = str(name_or_path)
    folder = Path(name).expanduser()
    with no_progress_bars():
        try:
            return kind.from_pretrained(folder if folder.is_dir() else name, local_files_only=True, **settings)
        except (OSError, ValueError) as error:
            if folder.is_dir():
                raise ModelNotFoundError(f"The model in {name!r} cannot be loaded: {_first_line(error)}") from None
        _ask_hub(name)
        try:
            return kind.from_pretrained(name, **settings)
        except (OSError, ValueError) as error:
            raise ModelNotFoundError(f"The model {name!r} cannot be loaded: {_first_line(error)}") from None


def _ask_hub(name: str) -> None:
    """Fails at once where the hub is out of reach or has no such model; Transformers would retry for a minute."""
    from huggingface_hub import model_info

    try:
        model_info(name, timeout=10)
    except Exception as error:  # of the hub's client, its HTTP library, or the operating system
        raise ModelNotFoundError(
            f"The model {name!r} is neither a folder nor cached here, and the Hugging Face Hub did not give it "
            f"({_first_line(error)}); check the name, fetch it with: hf download {name}, or use {SCRATCH_PREFIX}demo."
        ) from None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")


@contextmanager
def no_progress_bars() -> Iterator[None]:
    """Transformers draws a bar for every folder it reads or writes."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def create_scratch(
    preset: str,
    texts: Iterable[str],
    out_dir: str | os.PathLike[str],
    *,
    seed: int = 0,
    vocab_size: int = 1024,
    tokenizer: TokenizerKind = "words",
) -> Path:
    """Writes a new model: Llama architecture, random weights, a tokenizer trained on `texts`.

    The same arguments give the same files. The folder appears at once, when it is complete; an existing one is left
    as it is.

    Args:
        preset: one of `PRESETS`.
        texts: what the tokenizer learns from: the contents of the expert conversations.
        out_dir: the model's folder.
        seed: of the weights.
        vocab_size: of the tokenizer; fewer where the texts do not give that many. At least 260.
        tokenizer: what a token is at most: one of the `words`, or one of the `phrases` between numbered names.

    Returns:
        The folder.

    Raises:
        UnknownNameError: no such preset.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    if preset not in PRESETS:
        raise UnknownNameError.of("scratch preset", preset, PRESETS)
    target = Path(out_dir)
    if target.exists():
        return target
    size = PRESETS[preset]
    trained = _train_tokenizer(list(texts), vocab_size, size.max_position_embeddings, tokenizer)
    config = LlamaConfig(
        vocab_size=len(trained),
        hidden_size=size.hidden_size,
        intermediate_size=size.intermediate_size,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.heads,
        max_position_embeddings=size.max_position_embeddings,
        bos_token_id=None,
        eos_token_id=trained.convert_tokens_to_ids(_END),  # type: ignore[arg-type]
        pad_token_id=trained.convert_tokens_to_ids(_PAD),  # type: ignore[arg-type]
        # The usual 0.02 is made for wide models: in a narrow one attention then takes twice the steps to find names.
        initializer_range=size.hidden_size**-0.5,
        tie_word_embeddings=False,  # an inference engine that is handed tied weights loads them wrongly
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
    return save_whole(target, model, trained)


def _train_tokenizer(
    texts: Sequence[str], vocab_size: int, max_length: int, kind: TokenizerKind
) -> PreTrainedTokenizerBase:
    """A byte-level BPE tokenizer: every text has ids, and they decode to exactly that text."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    pieces = pre_tokenizers.Split(Regex(_WORDS if kind == "words" else _phrases(texts)), "isolated")
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    core.pre_tokenizer = pre_tokenizers.Sequence([pieces, bytes_only])  # type: ignore[assignment]
    core.decoder = decoders.ByteLevel()  # type: ignore[assignment]
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[_PAD, _USER, _AGENT, _END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token=_PAD,
        eos_token=_END,
        extra_special_tokens=[_USER, _AGENT],
        clean_up_tokenization_spaces=False,
        model_max_length=max_length,
    )
    tokenizer.chat_template = _CHAT_TEMPLATE
    return tokenizer


_WORDS = r"\s*\w+|\s*[^\w\s]+|\s+"
"""White space goes with the word behind it, line ends too: where every line begins alike that saves a sixth."""


def _phrases(texts: Sequence[str]) -> str:
    """A pattern that takes names, which are words that a number follows somewhere in the texts, apart from the rest.

    In worlds of numbered things the words between two names hardly vary, so a phrase becomes one token, and so does a
    name with its number: a reply takes a third of the tokens, and copying a name is copying one token.
    """
    names = {name for text in texts for name in re.findall(r"(\w*[^\W\d]) \d+\b", text)}
    if not names:
        return _WORDS
    name = rf"\b(?:{'|'.join(sorted(map(re.escape, names)))})\b"
    return rf"\s*{name}(?: \d+)?|(?:\s*(?!{name})(?:\w+|[^\w\s]+))+|\s+"


def save_whole(
    target: Path,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    notes: dict[str, Any] | None = None,
    *,
    weights: dict[str, torch.Tensor] | None = None,
) -> Path:
    """Writes a model folder (safetensors, tokenizer, `training.json` where there are notes) that appears at once.

    `weights` are written in place of the model's own, where it holds a part of them only.
    """
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    with no_progress_bars():
        model.save_pretrained(partial, state_dict=weights)
    tokenizer.save_pretrained(partial)
    if notes is not None:
        (partial / "training.json").write_text(json.dumps(notes, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for file in partial.rglob("*"):
        if file.is_file():
            with file.open("rb+") as handle:
                os.fsync(handle.fileno())
    partial.replace(target)
    return target
