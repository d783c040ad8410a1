"""What `fit.py` needs of TRL, kept in one place: TRL's minor version is pinned because of this file.

Ours are the masks, the order of examples, and what happens around a training: checkpoints that are whole or not there,
a metrics file, and a model folder that appears at once. Losses, optimisers and schedules are TRL's.
"""

from __future__ import annotations

import contextlib
import json
import math
import random
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import trl.trainer.utils
from accelerate import PartialState
from accelerate.utils import gather_object
from datasets import Dataset
from transformers import PrinterCallback, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DataCollatorForPreference, DPOTrainer
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from eto_agent.chat.encoder import Encoded
from eto_agent.models import load, no_progress_bars, save_whole
from eto_agent.run_folder import keep_rows
from eto_agent.training import distributed
from eto_agent.training.job import DpoSettings, Job, LoraSettings, Pair, TrainingError
from eto_agent.training.sampler import LengthGroupedSampler
from eto_agent.training.trackers import logging_to

__all__ = ["dpo_trainer", "sft_trainer", "train"]

_WHOLE = "whole"  # the last file written to a checkpoint
_BLANK = Encoded((0, 0), (0, 0))  # an example that nothing is learnt from; see `sampler.py`


class _Ours:
    """What both trainers do otherwise than TRL."""

    order: LengthGroupedSampler

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthGroupedSampler:
        return self.order

    def _send_telemetry(self) -> None:
        """A training run tells nobody about itself."""

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """No model card in checkpoints."""


class _MaskedSFTTrainer(_Ours, SFTTrainer):  # type: ignore[misc]
    pass


class _MaskedDPOTrainer(_Ours, DPOTrainer):  # type: ignore[misc]
    """Scores the agent's tokens only. Stock TRL scores all that follows the prompt, observations included."""

    def _prepare_dataset(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        return dataset  # it holds token ids already

    def _precompute_ref_logps(self, dataset: Dataset, name: str, batch_size: int) -> Dataset:  # type: ignore[override]
        """The reference log-probabilities, from the model as it is now: before training, adapters switched off.

        TRL would cache them on disk under a name that does not know our masks, and read the data unsorted. Processes
        share the work.
        """
        found: dict[int, tuple[float, float]] = {}
        order = sorted(range(len(dataset)), key=dataset["length"].__getitem__)
        order = order[self.accelerator.process_index :: self.accelerator.num_processes]
        model: Any = self.model
        place = model.device
        model.to(self.accelerator.device)  # FSDP has not taken it there yet
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = self._prepare_inputs(self.data_collator([dataset[row] for row in rows]))
            chosen, rejected = self.compute_ref_log_probs(model, batch)
            found |= zip(rows, zip(chosen.tolist(), rejected.tolist(), strict=True), strict=True)
        model.to(place)
        found = dict(gather_object(list(found.items())))
        for index, side in enumerate(("ref_chosen_logps", "ref_rejected_logps")):
            dataset = dataset.add_column(side, [found[row][index] for row in range(len(dataset))])  # type: ignore[call-arg]
        return dataset

    def _get_num_items_in_batch(self, batch_samples: list[Any], device: torch.device) -> torch.Tensor | None:
        """Pairs and chosen tokens of the whole batch of an optimiser step: all parts of it, in all processes."""
        counts = torch.tensor([_counts(batch) for batch in batch_samples], device=device).sum(0)
        return self.accelerator.gather(counts[None]).sum(0)  # type: ignore[union-attr]

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """The loss, each part of a batch weighted with its share of pairs, and of tokens where there is an SFT term.

        TRL averages parts as if they were alike, blanks and all.
        """
        if num_items_in_batch is None:
            return super().compute_loss(model, inputs, return_outputs)
        pairs, tokens = _counts(inputs)
        rows = len(inputs["completion_mask"]) // 2
        parts = self.accelerator.num_processes * self.current_gradient_accumulation_steps
        all_pairs, all_tokens = num_items_in_batch.tolist()
        types, weights = self.loss_types, self.loss_weights
        self.loss_weights = [parts * rows / all_pairs, *[w * parts * tokens / all_tokens for w in weights[1:]]]
        if not tokens:  # blanks only: the mean over no tokens is no number
            self.loss_types, self.loss_weights = types[:1], self.loss_weights[:1]
        loss = super().compute_loss(model, inputs, return_outputs)
        self.loss_types, self.loss_weights = types, weights
        return loss - math.log(2) * (rows - pairs) * parts / all_pairs  # what blanks add: no gradient, a constant


def _counts(batch: Mapping[str, torch.Tensor]) -> tuple[int, int]:
    """Pairs, blanks not counted, and scored tokens of the chosen sides."""
    scored = batch["completion_mask"].chunk(2)[0][:, 1:].sum(1)
    return int((scored > 0).sum()), int(scored.sum())


class _MaskedCollator(DataCollatorForPreference):
    """TRL's batches, with the completion mask narrowed to the agent's tokens.

    The loss, the reference and the metrics all go by that mask, so this is the whole change.
    """

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        batch = super().torch_call(examples)
        masks = [each["chosen_mask"] for each in examples] + [each["rejected_mask"] for each in examples]
        width = batch["completion_mask"].shape[1]
        batch["completion_mask"] *= torch.tensor([mask + [0] * (width - len(mask)) for mask in masks])
        return batch


def sft_trainer(job: Job, examples: Sequence[Encoded]) -> Any:
    """An `SFTTrainer` whose labels are -100 outside the agent's turns."""
    rows = [*examples, _BLANK] if distributed.processes() > 1 else examples
    dataset = Dataset.from_dict(
        {
            "input_ids": [list(each.input_ids) for each in rows],
            "labels": [[i if m else -100 for i, m in zip(each.input_ids, each.mask, strict=True)] for each in rows],
        }
    )
    args = SFTConfig(**_arguments(job), dataset_kwargs={"skip_prepare_dataset": True})
    trainer = _MaskedSFTTrainer(args=args, train_dataset=dataset, **_model(job))
    trainer.order = _order(job, [len(each) for each in examples])
    return trainer


def dpo_trainer(job: Job, settings: DpoSettings, pairs: Sequence[Pair]) -> Any:
    """A `DPOTrainer` that sums log-probabilities over the agent's tokens of the whole trajectory."""
    rows = [*pairs, Pair(_BLANK, _BLANK)] if distributed.processes() > 1 else pairs
    lengths = [max(len(pair.chosen), len(pair.rejected)) for pair in rows]
    columns: dict[str, list[Any]] = {"length": lengths, "prompt_ids": [], "chosen_ids": [], "rejected_ids": []}
    columns |= {"chosen_mask": [], "rejected_mask": []}
    for pair in rows:
        # TRL never scores the prompt. The mask says what is scored, so the prompt may be any unscored start.
        columns["prompt_ids"].append([])
        for side, encoded in (("chosen", pair.chosen), ("rejected", pair.rejected)):
            columns[f"{side}_ids"].append(list(encoded.input_ids))
            columns[f"{side}_mask"].append(list(encoded.mask))
    losses: dict[str, Any] = {"loss_type": ["sigmoid"]}
    if settings.sft_weight:
        losses = {"loss_type": ["sigmoid", "sft"], "loss_weights": [1.0, settings.sft_weight]}
    args = DPOConfig(**_arguments(job), beta=settings.beta, precompute_ref_log_probs=True, **losses)
    model = _model(job)
    trainer = _MaskedDPOTrainer(
        args=args,
        train_dataset=Dataset.from_dict(columns),
        data_collator=_MaskedCollator(pad_token_id=model["processing_class"].pad_token_id),
        **model,
    )
    trainer.order = _order(job, lengths[: len(pairs)])
    return trainer


def _order(job: Job, lengths: Sequence[int]) -> LengthGroupedSampler:
    share = _arguments(job)["per_device_train_batch_size"]
    return LengthGroupedSampler(lengths, job.settings.batch_size, job.seed, (distributed.processes(), share))


def _arguments(job: Job) -> dict[str, Any]:
    """The settings in TRL's words, with the defaults that cost time or data on the way switched off."""
    settings = job.settings
    cuda = _device(job) == "cuda"
    processes = distributed.processes()
    examples = job.counts["examples" if job.kind == "sft" else "pairs"]
    steps = math.ceil(settings.epochs * math.ceil(examples / settings.batch_size))
    return {
        "output_dir": str(job.checkpoints),
        "seed": job.seed,
        "num_train_epochs": settings.epochs,
        "per_device_train_batch_size": max(1, settings.batch_size // settings.gradient_accumulation // processes),
        "gradient_accumulation_steps": settings.gradient_accumulation,
        "learning_rate": settings.learning_rate,
        "lr_scheduler_type": settings.scheduler,
        "warmup_steps": int(settings.warmup * steps),  # rounded down: the first step of a warm-up learns nothing
        "weight_decay": settings.weight_decay,
        "max_grad_norm": settings.max_grad_norm,
        "max_length": None,  # TRL would cut in silence; what is too long has been left out and counted
        "bf16": settings.precision == "bfloat16" or (settings.precision == "auto" and cuda),
        "use_cpu": not cuda,
        "gradient_checkpointing": settings.gradient_checkpointing,  # on by default in TRL
        "remove_unused_columns": False,
        "dataloader_pin_memory": cuda,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,  # it would hide a diverged loss
        "save_strategy": "steps",
        "save_steps": settings.save_steps,
        "save_total_limit": 2,  # while the newest is being written, the one before has to stay
        "report_to": list(settings.report_to) or "none",
        "disable_tqdm": True,
        "log_level": "error",
    }


def _device(job: Job) -> str:
    if job.settings.device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("device=cuda, but torch finds no CUDA device here; set device=auto or cpu.")
    return "cuda" if job.settings.device != "cpu" and torch.cuda.is_available() else "cpu"


def _model(job: Job) -> dict[str, Any]:
    """Model, tokenizer and adapters as keyword arguments of a trainer."""
    lora = job.settings.lora
    # Full training keeps float32 weights (a step of 1e-6 is lost in bfloat16); under adapters the base is frozen.
    frozen_half = lora.r > 0 and _device(job) == "cuda" and job.settings.precision != "float32"
    model, tokenizer = load(job.model_dir, device="cpu", dtype=torch.bfloat16 if frozen_half else torch.float32)
    return {
        "model": model,
        "processing_class": tokenizer,
        "peft_config": _lora_config(lora) if lora.r > 0 else None,
        "callbacks": [_Record(job)],
    }


def _lora_config(lora: LoraSettings) -> Any:
    from peft import LoraConfig

    targets = list(lora.targets) or "all-linear"
    return LoraConfig(r=lora.r, lora_alpha=lora.alpha, target_modules=targets, task_type="CAUSAL_LM")  # type: ignore[arg-type]


class _Record(TrainerCallback):
    """Writes the metrics file and marks whole checkpoints."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._beta = getattr(job.settings, "beta", 1.0)

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Rows behind the checkpoint that training resumes from are written again: they are dropped."""
        if state.is_world_process_zero:
            keep_rows(self._job.metrics_file, state.global_step)

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, logs: Any = None, **_: Any
    ) -> None:
        if not logs or "loss" not in logs:
            return  # the summary at the end, which holds times
        row = {"step": state.global_step, "epoch": round(logs["epoch"], 4), **_row(logs, self._beta)}
        if not math.isfinite(row["loss"]):
            raise TrainingError(
                f"The loss is {row['loss']} at step {state.global_step}; lower learning_rate or raise warmup. The rows "
                f"up to here are in {str(self._job.metrics_file)!r}."
            )
        if not state.is_world_process_zero:
            return
        with self._job.metrics_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        if self._job.on_step is not None:
            self._job.on_step(state.global_step, state.max_steps, row)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """The last file of a checkpoint says that the others are there, those of other processes too."""
        PartialState().wait_for_everyone()
        if state.is_world_process_zero:
            (self._job.checkpoints / f"checkpoint-{state.global_step}" / _WHOLE).touch()


_NAMES = {
    "loss": "loss",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
    "entropy": "entropy",
    "mean_token_accuracy": "token_accuracy",
    "rewards/accuracies": "accuracy",
    "rewards/margins": "margin",
    "rewards/chosen": "chosen_shift",
    "rewards/rejected": "rejected_shift",
    "logps/chosen": "chosen_log_prob",
    "logps/rejected": "rejected_log_prob",
}


def _row(logs: Mapping[str, float], beta: float) -> dict[str, float]:
    """TRL's metrics under our names; its implicit rewards are shifts in log-probability times beta."""
    row = {ours: float(logs[theirs]) for theirs, ours in _NAMES.items() if theirs in logs}
    for key in ("chosen_shift", "rejected_shift"):
        if key in row:
            row[key] /= beta
    return row


def train(job: Job, data: Sequence[Any]) -> dict[str, Any]:
    """Trains, from the last whole checkpoint on; returns what `fit_*` return. Every process calls it."""
    with _own_randomness(), _scored_positions_only(), _quiet(), logging_to(job.out_dir.parent):
        if isinstance(job.settings, DpoSettings):
            trainer = dpo_trainer(job, job.settings, data)
        else:
            trainer = sft_trainer(job, data)
        trainer.remove_callback(PrinterCallback)  # it writes to standard output
        with trainer.accelerator.main_process_first():
            checkpoint = _last_whole(job.checkpoints)
        trainer.train(resume_from_checkpoint=checkpoint)
        weights = _gathered(trainer)
    notes = {**job.counts, "steps": int(trainer.state.global_step), **_last_epoch(job.metrics_file)}
    if trainer.accelerator.is_main_process:
        model = trainer.accelerator.unwrap_model(trainer.model)
        if job.settings.lora.r > 0:
            model = model.merge_and_unload()
        save_whole(
            job.out_dir, model, trainer.processing_class, {**notes, "fingerprint": job.fingerprint}, weights=weights
        )
        shutil.rmtree(job.checkpoints)
    trainer.accelerator.wait_for_everyone()
    return notes


def _gathered(trainer: Any) -> dict[str, torch.Tensor] | None:
    """The whole weights where FSDP has spread them over the processes; else the model has them."""
    if not trainer.is_fsdp_enabled:
        return None
    return trainer.accelerator.get_state_dict(trainer.model)


def _last_whole(folder: Path) -> str | None:
    """The newest checkpoint that was written to its end; the others are removed."""
    found = {int(each.name.partition("-")[2]): each for each in folder.glob("checkpoint-*")}
    whole = [step for step, each in found.items() if (each / _WHOLE).is_file()]
    for step, each in found.items():
        if step not in whole:
            shutil.rmtree(each, ignore_errors=True)
    return str(found[max(whole)]) if whole else None


def _last_epoch(file: Path) -> dict[str, float]:
    """The means of the metrics over the last epoch."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    last = [row for row in rows if row["epoch"] > rows[-1]["epoch"] - 1]
    names = [name for name in _NAMES.values() if name in rows[-1] and name not in ("learning_rate", "grad_norm")]
    return {name: sum(row[name] for row in last) / len(last) for name in names}


@contextlib.contextmanager
def _own_randomness() -> Iterator[None]:
    """Transformers seeds the global generators; the caller gets them back as they were."""
    states = random.getstate(), np.random.get_state()
    devices = range(torch.cuda.device_count()) if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices=devices):
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No progress bar for every checkpoint; no warning about TRL using a name that Transformers has replaced."""
    with no_progress_bars(), warnings.catch_warnings():
        for name in ("gradient_checkpointing", "is_gradient_checkpointing"):
            warnings.filterwarnings("ignore", f"`{name}` is deprecated", FutureWarning)
        yield


@contextlib.contextmanager
def _scored_positions_only() -> Iterator[None]:
    """Projects only scored positions through the output head, on a CPU too.

    TRL does so on GPUs; elsewhere it projects all positions, for compilers that want fixed shapes. Agent tokens are a
    third of a conversation or less, and nothing is compiled here: a fifth of the step's time on a small model.
    """
    module: Any = trl.trainer.utils
    before = module._use_triton
    module._use_triton = lambda device: True
    try:
        yield
    finally:
        module._use_triton = before
