"""`Session`: what the stages of a run share: its folder, its environments, its tasks and its conversations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eto_agent.config.checks import check_config, resolved
from eto_agent.config.schema import BaseConfig
from eto_agent.console import EpisodeProgress
from eto_agent.models import check_model
from eto_agent.policies import OpenAIPolicy, Policy, ReplayPolicy, TransformersPolicy, VllmEngine, VllmPolicy
from eto_agent.policies.named import is_outside, outside_policy
from eto_agent.policies.openai import ENDPOINT_PREFIX
from eto_agent.rollout.exploration import Environments, explore
from eto_agent.rollout.start_states import StartState
from eto_agent.run_folder import RunFolder
from eto_envs.conversation import ConversationFormat, Message, react_messages
from eto_envs.core import TextEnv
from eto_envs.errors import DataError, UnknownNameError
from eto_envs.making import make_with
from eto_envs.pool import EnvPool
from eto_envs.recording import text_env
from eto_envs.tasks import Task, TaskSet
from eto_envs.trajectory import Trajectory, read_trajectories

__all__ = ["Session"]


class Session:
    """A run folder with the environments of its configuration; use it as a context manager.

    Environments start when the first stage needs them and are stopped at the end.

    Args:
        config: the configuration.
        flags: what a command on this run is given, for messages that name the next one.

    Raises:
        EtoEnvError: the configuration cannot work (unknown environment, split, task type, model folder, ...), or
            the folder was made with another one. Nothing has been written or started then.
    """

    def __init__(self, config: BaseConfig, flags: str = "") -> None:
        self.config = config = resolved(config)
        check_config(config)
        self._env = self._make_env()
        self.train_tasks = self._tasks(config.env.train_split, config.env.train_per_type)
        self.expert_tasks = _first(self.train_tasks, config.env.expert_per_type)
        self.explored_tasks = _first(self.train_tasks, config.env.explore_per_type)
        # ETO contrasts with experts: where these are recorded, a task without one makes no pair.
        self.contrasted_tasks = (
            self.explored_tasks if config.expert.file else _first(self.explored_tasks, config.env.expert_per_type)
        )
        splits = config.evaluate.splits or [split for split in self._env.manifest if split != config.env.train_split]
        found = {split: self._tasks(split, config.evaluate.per_type) for split in splits}
        self.eval_tasks = {split: tasks for split, tasks in found.items() if tasks}
        check_model(config.model.name)
        if not config.out.exists():
            self._try_environment()
        growing = {"methods"}.union(*(each.growing_keys for each in config.known_methods))
        self.folder = RunFolder(config.out, config, flags, growing)
        self._pool: EnvPool | None = None
        self._engine: VllmEngine | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.close()
        self._env.close()
        self.folder.close()

    def _make_env(self) -> TextEnv:
        return text_env(make_with(self.config.env.id, dict(self._env_kwargs)))

    def _try_environment(self) -> None:
        """A set-up that cannot run (no Java, for instance) is told before a new folder is made."""
        try:
            self._env.reset(options={"task": self.train_tasks[0].id})
        finally:
            self._env.close()

    @property
    def _env_kwargs(self) -> dict[str, Any]:
        return {**self.config.env.settings, "split": self.config.env.train_split}

    def _tasks(self, split: str, per_type: int | None) -> TaskSet:
        tasks = self._env.manifest[split]
        if self.config.env.types:
            present = {task.type for task in tasks}
            wanted = [kind for kind in self.config.env.types if kind in present]
            known = {task.type for each in self._env.manifest.values() for task in each}
            for kind in self.config.env.types:
                if kind not in known:
                    raise UnknownNameError.of("task type", kind, sorted(known))
            tasks = tasks.of_types(wanted)
        if not tasks and split in (self.config.env.train_split, *self.config.evaluate.splits):
            raise DataError(f"No task of {', '.join(self.config.env.types)} in split {split}; name other env.types.")
        return _first(tasks, per_type)

    @property
    def words(self) -> ConversationFormat:
        """How conversations with the environment read."""
        return self._env.conversation

    def environments(self, example: Trajectory | None = None) -> Environments:
        """The running environments (started now, if they are not yet)."""
        if self._pool is None:
            env = self.config.env
            self._pool = EnvPool(env.id, env.num_envs, num_workers=env.num_workers, **self._env_kwargs)
        return Environments(
            pool=self._pool,
            env=self.config.env.id,
            words=self.words,
            env_kwargs=self.config.env.settings,
            instruction=self.config.chat.instruction,
            example=example,
            versions=self._env.versions,
            max_score=self._env.max_score,
        )

    def policy(
        self,
        model: Path | str,
        name: str,
        *,
        temperature: float | None = None,
        seed: int | None = None,
        stop_strings: tuple[str, ...] | None = None,
    ) -> Policy:
        """A policy of this run.

        Args:
            model: a model's folder or Hugging Face name; `openai:MODEL`, a model behind the endpoint of the section
                `api`; `MODULE:NAME`, a policy of one's own; or a file of trajectories, which are replayed.
            name: how it is called in records.
            temperature, seed: replace `generation.temperature` and the run's seed.
            stop_strings: what ends a reply; None takes the environment's own.
        """
        generation = self.config.generation
        stops = (self.words.stop,) if stop_strings is None else stop_strings
        seed = self.config.seed if seed is None else seed
        heat = generation.temperature if temperature is None else temperature
        if str(model).startswith(ENDPOINT_PREFIX):
            return OpenAIPolicy(
                str(model).removeprefix(ENDPOINT_PREFIX),
                self.config.api,
                temperature=heat,
                max_new_tokens=generation.max_new_tokens,
                seed=seed,
                stop_strings=stops,
                name=name,
            )
        if is_outside(model):
            return outside_policy(str(model))(self)
        if Path(model).is_file():
            return ReplayPolicy(read_trajectories(model, strict=True), name)
        from eto_agent.decoding.generator import GenerationSettings  # brings torch, which not every command needs

        settings = GenerationSettings(heat, generation.max_new_tokens, seed)
        if generation.engine == "vllm":
            return VllmPolicy(self._vllm(model), model, settings, stop_strings=stops, name=name)
        return TransformersPolicy(model, settings, stop_strings=stops, name=name)

    def _vllm(self, model: Path | str) -> VllmEngine:
        """One engine for all models of the run: they have one shape, and each policy puts its own weights into it."""
        if self._engine is None:
            generation = self.config.generation
            self._engine = VllmEngine(
                model, gpu_memory=generation.gpu_memory, tensor_parallel=generation.tensor_parallel
            )
        return self._engine

    def play(
        self,
        title: str,
        tasks: TaskSet,
        policy: Policy,
        out: Path,
        *,
        samples: int = 1,
        start_states: Sequence[StartState] | None = None,
        example: Trajectory | None = None,
    ) -> list[Trajectory]:
        """`rollout.explore` in this run's environments, with a line of progress."""
        there, seed = self.environments(example), self.config.seed
        with EpisodeProgress(title) as progress:
            told = progress.update
            return explore(
                tasks, policy, there, out, samples=samples, start_states=start_states, seed=seed, on_episode=told
            )

    def messages(self, trajectory: Trajectory) -> list[Message]:
        """A trajectory as the conversation that training reads (no example)."""
        return react_messages(trajectory, self.words, instruction=self.config.chat.instruction)

    def acting_inputs(self, tasks: TaskSet | Mapping[str, TaskSet], *, seed: int | None = None) -> dict[str, Any]:
        """What the episodes of a stage depend on, beside the policy: tasks, decoding, conversation, world and seed.

        Args:
            tasks: what is played; by split for an evaluation.
            seed: replaces the run's.
        """
        config = self.config
        return {
            "tasks": tasks.hash if isinstance(tasks, TaskSet) else {name: each.hash for name, each in tasks.items()},
            "generation": config.generation,
            "chat": config.chat,
            "settings": config.env.settings,
            "seed": config.seed if seed is None else seed,
        }

    @property
    def experts_file(self) -> Path:
        """The file of expert trajectories.

        Raises:
            StageError: they have not been made yet.
        """
        return self.folder.output("expert", "trajectories.jsonl", "expert")

    def experts(self) -> list[Trajectory]:
        """The expert trajectories of this run.

        Raises:
            StageError: they have not been made yet.
        """
        return list(read_trajectories(self.experts_file, strict=True))


def _first(tasks: TaskSet, per_type: int | None) -> TaskSet:
    """At most `per_type` tasks of each type; none means all."""
    return tasks if per_type is None else first_of_each_type(tasks, per_type)


def first_of_each_type(tasks: TaskSet, count: int) -> TaskSet:
    """The first `count` tasks of each type, in the order of the split; the name says so."""
    seen: Counter[str] = Counter()
    kept: list[Task] = []
    for task in tasks:
        seen[task.type] += 1
        if seen[task.type] <= count:
            kept.append(task)
    return TaskSet(f"{tasks.name}[:{count} a type]", kept)
