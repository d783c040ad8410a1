"""From an environment or a record to the next prompt, and from a reply to the action."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium

from eto_envs.conversation.format import ChatMessage, ConversationFormat
from eto_envs.conversation.react import React
from eto_envs.conversation.style import Style
from eto_envs.conversation.window import Window
from eto_envs.errors import EpisodeError, SimulatorError, UnknownNameError
from eto_envs.making import env_class
from eto_envs.recording import blank_trajectory, text_env
from eto_envs.trajectory import Trajectory

__all__ = ["STYLES", "Conversation", "conversation_format", "messages", "parse_reply"]

STYLES: dict[str, type[React] | type[Window]] = {"react": React, "window": Window}
"""The styles by name, each with its defaults; another setting is an object, such as `Window(history=4)`."""


class Conversation(gymnasium.Wrapper[str, str, str, str], gymnasium.utils.RecordConstructorArgs):
    """An environment whose actions are a language model's whole replies, and which keeps the conversation.

    ```python
    env = eto_envs.Conversation(gymnasium.make("eto/LockedDoor-v0"))
    env.reset(seed=0)
    while env.trajectory.outcome is None:
        env.step(model(env.messages))
    print(env.trajectory.final_reward)
    ```

    A reply without an action costs a step, like any other; the world is not told of it, and the observation says what
    a reply has to look like. The episode is truncated after `step_limit` replies. Everything else is as without the
    wrapper.

    Args:
        env: an environment of the suite.
        style: the shape of the prompts: a name of `STYLES`, or a style object.
        policy: who acts, for the record.

    Raises:
        UnknownNameError: an unknown style, or an environment that is not of this suite.
    """

    def __init__(self, env: gymnasium.Env[str, str], style: Style | str = "react", policy: str = "") -> None:
        gymnasium.utils.RecordConstructorArgs.__init__(self, style=style, policy=policy)
        gymnasium.Wrapper.__init__(self, env)
        self.style = _style(style)
        self.words = text_env(env).conversation
        self.policy = policy
        self._trajectory: Trajectory | None = None
        self._info: dict[str, Any] = {}

    @property
    def trajectory(self) -> Trajectory:
        """The record of the current episode.

        Raises:
            EpisodeError: there is none; call `reset` first.
        """
        if self._trajectory is None:
            raise EpisodeError("The conversation has no episode; call reset() on it first.")
        return self._trajectory

    @property
    def messages(self) -> list[ChatMessage]:
        """What the model should see next: `eto_envs.messages(self)`."""
        return messages(self)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """As for the environment. The actions of a prefix become turns of the conversation."""
        self._trajectory = None
        observation, info = self.env.reset(seed=seed, options=options)
        base = text_env(self.env)
        split = info["split"].removeprefix(f"{base.manifest.name}/")
        self._trajectory = blank_trajectory(self, base.task, split, policy=self.policy).begin(observation, info)
        self._info = info
        return observation, info

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Takes the action in a whole reply.

        Args:
            action: the reply.

        Returns:
            As the environment. After a reply without an action: the style's format error, with `valid_action` False.
            `info["steps"]` counts such replies.

        Raises:
            EpisodeError: there is no episode, it has ended, or it was changed beneath the wrapper.
        """
        trajectory = self.trajectory
        if trajectory.outcome is not None:
            raise EpisodeError(f"The episode of task {trajectory.task!r} has ended; call reset() to start another.")
        found = self.style.parse(action, self.words)
        if found is None:
            turn = trajectory.record_unparsed(action, self.style.format_error(self.words))
            result = turn.observation, 0.0, False, False, {**self._info, "valid_action": False}
        else:
            result = self._step(action, found)
        return self._counted(*result)

    def _step(self, reply: str, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        trajectory = self.trajectory
        try:
            observation, reward, terminated, truncated, info = self.env.step(action)
        except SimulatorError as error:
            trajectory.finish("error", None, str(error))
            raise
        if info["steps"] != len(trajectory.actions) + 1 or info["task"] != trajectory.task:
            self._trajectory = None
            raise EpisodeError("The episode was changed beneath the conversation; call reset() on the conversation.")
        trajectory.record(reply, action, observation, float(reward), info)
        return observation, float(reward), terminated, truncated, info

    def _counted(
        self, observation: str, reward: float, terminated: bool, truncated: bool, info: dict[str, Any]
    ) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """The result of a reply, with the step limit counted in replies."""
        trajectory, base = self.trajectory, text_env(self.env)
        if trajectory.outcome is None and len(trajectory.turns) > base.step_limit:
            final = min(1.0, max(0.0, trajectory.turns[-1].score / trajectory.max_score))
            trajectory.finish("step_limit", final)
            truncated = True
            if base.reward_mode == "final":  # the environment, which counts fewer steps, has not given it yet
                reward = final
        self._info = {**info, "steps": len(trajectory.turns) - 1, "outcome": trajectory.outcome}
        return observation, reward, terminated, truncated, self._info


def messages(source: gymnasium.Env[str, str] | Trajectory, style: Style | str | None = None) -> list[ChatMessage]:
    """The chat messages that a language model should see next; the goal is in them in every world.

    Args:
        source: an environment in a `Conversation`, or a `Trajectory`.
        style: the shape of the prompt: `"react"` (the whole history, thought and action), `"window"` (a fresh prompt
            for every step), or an object, such as `React(instruction="...", example=trajectory)`. None takes the
            conversation's own; for a trajectory, `"react"`.

    Returns:
        Messages with `role` and `content`. Those of an open episode end with a user message, after which the reply is
        due; those of an episode that has ended, with its last reply.

    Raises:
        EpisodeError: the environment is in no `Conversation`, or has no episode.
        UnknownNameError: an unknown style, or a trajectory of an unknown environment.
    """
    admissible: Sequence[str] = ()
    if isinstance(source, Trajectory):
        trajectory, words, chosen = source, conversation_format(source.env), _style(style or "react")
    else:
        followed = _conversation_around(source)
        trajectory, words, chosen = followed.trajectory, followed.words, _style(style or followed.style)
        if chosen.wants_admissible and trajectory.outcome is None:
            admissible = text_env(followed).admissible_actions()
    rendered = chosen.messages(trajectory, words, admissible)
    return [{"role": each["role"], "content": each["content"]} for each in rendered]


def parse_reply(env: gymnasium.Env[str, str] | str, reply: str, style: Style | str | None = None) -> str | None:
    """The action in a reply; None where there is none.

    Args:
        env: the environment, or its id.
        reply: the whole reply.
        style: as for `messages`.

    Raises:
        UnknownNameError: an unknown style or environment.
    """
    if isinstance(env, str):
        return _style(style or "react").parse(reply, conversation_format(env))
    followed = _found_conversation(env)
    chosen = style or ("react" if followed is None else followed.style)
    return _style(chosen).parse(reply, text_env(env).conversation)


def conversation_format(env_id: str) -> ConversationFormat:
    """The words of an environment, by its id; those of `TextEnv` where it brings none.

    Args:
        env_id: a Gymnasium id, its short form (`scienceworld`), or `module:id`, whose module is imported first.

    Raises:
        UnknownNameError: no environment has the id, or it is none of this suite.
        PluginError, MissingDependencyError: its module, or a package that it needs, cannot be imported.
    """
    return env_class(env_id).conversation


def _style(style: Style | str) -> Style:
    if not isinstance(style, str):
        return style
    if style not in STYLES:
        raise UnknownNameError.of("style", style, STYLES)
    return STYLES[style]()


def _conversation_around(env: gymnasium.Env[str, str]) -> Conversation:
    found = _found_conversation(env)
    if found is None:
        raise EpisodeError(
            f"{type(env.unwrapped).__name__} keeps no replies; wrap it in eto_envs.Conversation(env), "
            "or give the Trajectory of the episode."
        )
    return found


def _found_conversation(env: gymnasium.Env[str, str]) -> Conversation | None:
    """The conversation among an environment's wrappers."""
    while isinstance(env, gymnasium.Wrapper):
        if isinstance(env, Conversation):
            return env
        env = env.env
    return None
