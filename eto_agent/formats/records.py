"""One record of a file of conversations <-> one `Trajectory`.

All formats hold a list of messages, and an id beside it. They differ in names:

| format | messages in | id in | a message | scored |
|---|---|---|---|---|
| `sharegpt` (the ETO release) | `conversations` | `id` | `from` (`human`, `gpt`), `value` | |
| `agenttraj` (AgentTraj-L) | `conversations` | `item_id` | `from`, `loss`, `value` | `loss` |
| `messages` (Hugging Face) | `messages` | `id` | `role` (`user`, `assistant`), `content` | |
| `conversations` | `conversations` | `id` | `role`, `content` | |

What they all hold: the texts of all turns, so actions and observations too; the task; the reward. What we export has
one key more, `episode`, for what a conversation leaves open: environment, task type, split, outcome, policy, goal, the
observation after the last action, how many messages come before the task, how many turns were teacher-forced. What is
lost: scores, progress, subgoals and validity of single turns, token ids, seed, versions, errors. A bare action (as
`eto-envs record` and prefixes have it) is written `Action: ...`.

What is imported goes out again as it came: what our own words would write otherwise (another instruction, observations
quoted in another way, further keys) is kept in `meta`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eto_agent.worlds import world_of
from eto_envs.conversation import ConversationFormat, react_messages
from eto_envs.conversation.live import conversation_format
from eto_envs.errors import DataError
from eto_envs.making import full_id
from eto_envs.trajectory import Trajectory, Turn

__all__ = ["FORMATS", "Format", "format_of", "from_record", "to_record"]

Record = dict[str, Any]
Raw = Mapping[str, Any]
"""A message as a file has it."""


@dataclass(frozen=True, slots=True)
class Format:
    """The names of one format; see the module's table. `loss` is the key that marks what is trained on, or ""."""

    name: str
    messages: str
    id: str
    role: str
    text: str
    user: str
    agent: str
    loss: str = ""

    def message(self, is_agent: bool, text: str, trained: bool) -> Record:
        """A message in this format; keys stand in alphabetical order, as in the files."""
        message: Record = {self.role: self.agent if is_agent else self.user}
        if self.loss:
            message[self.loss] = trained if is_agent else None
        return message | {self.text: text}


FORMATS = {
    each.name: each
    for each in (
        Format("sharegpt", "conversations", "id", "from", "value", "human", "gpt"),
        Format("agenttraj", "conversations", "item_id", "from", "value", "human", "gpt", "loss"),
        Format("messages", "messages", "id", "role", "content", "user", "assistant"),
        Format("conversations", "conversations", "id", "role", "content", "user", "assistant"),
    )
}


def format_of(record: Any) -> Format:
    """The format of a record, by its keys.

    Raises:
        DataError: none of ours.
    """
    if isinstance(record, dict):
        for each in FORMATS.values():
            messages = record.get(each.messages)
            if isinstance(messages, list) and messages and all(map(_is_of(each), messages)):
                if each.name == "sharegpt" and "item_id" in record:
                    continue
                return each
    keys = ", ".join(record) if isinstance(record, dict) else type(record).__name__
    raise DataError(f"no conversation of a known format ({', '.join(FORMATS)}): it holds {keys or 'nothing'}")


def _is_of(form: Format) -> Any:
    roles = (form.user, form.agent, "system")

    def fits(message: Any) -> bool:
        return isinstance(message, dict) and message.get(form.role) in roles and isinstance(message.get(form.text), str)

    return fits


def from_record(record: Record, env: str = "", *, reward: float | None = None, split: str = "") -> Trajectory:
    """Reads a record.

    Args:
        record: of any of `FORMATS`.
        env: the Gymnasium id; a record that we wrote says it itself.
        reward: the reward where the record states none (the ETO release scores its experts 1).
        split: the split to note.

    Raises:
        DataError: no known format, or messages that do not take turns.
        UnknownNameError: no such environment.
        PluginError: its module cannot be imported.
    """
    form = format_of(record)
    ours: Record | None = record.get("episode")
    env_id = full_id(ours["env"] if ours else env)
    words, world = conversation_format(env_id), world_of(env_id)
    raw: list[Raw] = record[form.messages]
    start = ours["preamble"] if ours else _preamble(raw, form, words)
    _check_turns(raw[start:], form)
    stated = record.get("reward")
    trajectory = Trajectory(
        env_id,
        task=str(record.get(form.id, "")) if ours else world.task_of(record, form.id),
        task_type=ours["type"] if ours else "",
        split=ours["split"] if ours else split,
        final_reward=reward if stated is None else float(stated),
        policy=ours["policy"] if ours else "imported",
    )
    trajectory.turns = _turns(raw[start:], form, words, ours)
    if ours:
        trajectory.outcome = ours["outcome"]
        return trajectory
    trajectory.task_type = world.type_of(trajectory.task)
    if trajectory.final_reward is not None:
        trajectory.final_reward = min(1.0, max(0.0, trajectory.final_reward))
        trajectory.outcome = "solved" if trajectory.final_reward >= 1.0 else "failed"
    _keep_the_rest(trajectory, record, form, start)
    return trajectory


def to_record(trajectory: Trajectory, form: Format, *, instruction: str | None = None) -> Record:
    """Writes a trajectory; one that was imported from a file of this format becomes the record that it was.

    Args:
        trajectory: begins with its task turn.
        form: one of `FORMATS`.
        instruction: replaces the environment's own; "" leaves it and its `OK` out.
    """
    imported = trajectory.meta.get("imported")
    if imported and imported["format"] == form.name:
        return _as_it_was(trajectory, form, imported)
    if not trajectory.turns:
        raise DataError(f"The episode of task {trajectory.task!r} has no turn, so it is no conversation; leave it out.")
    words = conversation_format(trajectory.env)
    spoken = replace(trajectory, turns=[_spoken(turn, words) for turn in trajectory.turns])
    messages = react_messages(spoken, words, instruction=instruction)
    task, *turns = trajectory.turns
    record: Record = {
        form.id: trajectory.task,
        form.messages: [
            form.message(each["role"] == "assistant", each["content"], each["trained"]) for each in messages
        ],
        "reward": trajectory.final_reward,
        "episode": {
            "env": trajectory.env,
            "type": trajectory.task_type,
            "split": trajectory.split,
            "outcome": trajectory.outcome,
            "policy": trajectory.policy,
            "goal": task.text,
            "last_observation": turns[-1].observation if turns else "",
            "preamble": len(messages) - max(1, 2 * len(turns)),
            "prefix": sum(turn.role == "prefix" for turn in turns),
        },
    }
    return record


def _spoken(turn: Turn, words: ConversationFormat) -> Turn:
    bare = turn.role != "task" and turn.action is not None and words.parse_action(turn.text) is None
    return replace(turn, text=f"Action: {turn.action}") if bare else turn


# Reading


def _preamble(raw: Sequence[Raw], form: Format, words: ConversationFormat) -> int:
    """How many messages come before the task: system messages, and an instruction that is only acknowledged."""
    count = 0
    while count < len(raw) and raw[count][form.role] == "system":
        count += 1
    if len(raw) > count + 2 and raw[count + 1][form.role] == form.agent:
        reply = raw[count + 1]
        acknowledges = reply[form.text].strip().lower().startswith("ok") or reply.get(form.loss) is False
        if acknowledges and words.parse_action(reply[form.text]) is None:
            count += 2
    return count


def _check_turns(raw: Sequence[Raw], form: Format) -> None:
    for position, message in enumerate(raw):
        expected = form.agent if position % 2 else form.user
        if message[form.role] != expected:
            raise DataError(
                f"message {position} after the instruction is of {message[form.role]!r}, expected {expected!r}: "
                f"{form.user} and {form.agent} take turns"
            )
    if not raw:
        raise DataError(f"no task: after the instruction comes no message of {form.user!r}")


def _turns(raw: Sequence[Raw], form: Format, words: ConversationFormat, ours: Record | None) -> list[Turn]:
    goal, observation = _split_task(raw[0][form.text], words, ours["goal"] if ours else None)
    turns = [Turn("task", goal, observation)]
    prefix = words.observation_prefix if ours else _observation_prefix(raw[2::2], form, words)
    for number, position in enumerate(range(1, len(raw), 2)):
        reply = raw[position]
        teacher = number < ours["prefix"] if ours else bool(form.loss) and reply.get(form.loss) is False
        after = raw[position + 1][form.text] if position + 1 < len(raw) else None
        if after is None:
            seen = ours["last_observation"] if ours else ""
        elif after == f"Observation: {words.format_error}":
            seen = words.format_error
        else:
            seen = after.removeprefix(prefix)
        action = words.parse_action(reply[form.text])
        turns.append(Turn("prefix" if teacher else "agent", reply[form.text], seen, action=action))
    return turns


def _split_task(text: str, words: ConversationFormat, goal: str | None) -> tuple[str, str]:
    """Goal and first observation of a task message; `goal` where it is known."""
    if not words.goal_in_task:
        return goal or "", text
    if goal is not None:
        return goal, text[len(goal) :].removeprefix("\n\n") if goal else text
    stated, _, observation = text.partition("\n\n")
    return stated, observation


def _observation_prefix(answers: Sequence[Raw], form: Format, words: ConversationFormat) -> str:
    """How a record quotes observations: the first of a few ways that all of them begin with."""
    error = f"Observation: {words.format_error}"
    texts = [each[form.text] for each in answers if each[form.text] != error]
    ways = (words.observation_prefix, "Observation: ", "Observation:\n")
    return next((way for way in ways if texts and all(text.startswith(way) for text in texts)), "")


# What goes out again as it came


def _keep_the_rest(trajectory: Trajectory, record: Record, form: Format, start: int) -> None:
    """Notes in `meta` what `_as_it_was` could not know otherwise."""
    raw: list[Raw] = record[form.messages]
    answers = raw[start + 2 :: 2]
    trajectory.meta["imported"] = {
        "format": form.name,
        "record": {key: None if key == form.messages else value for key, value in record.items()},
        "preamble": raw[:start],
        "observation_prefix": _observation_prefix(answers, form, conversation_format(trajectory.env)),
        "ends_with_observation": len(raw) > start + 1 and raw[-1][form.role] == form.user,
    }
    for position, (written, was) in enumerate(zip(_messages(trajectory, form), raw[start:], strict=True)):
        if list(written.items()) != list(was.items()):
            turn = trajectory.turns[(position + 1) // 2]
            turn.meta["observation_message" if position % 2 == 0 else "reply_message"] = dict(was)


def _as_it_was(trajectory: Trajectory, form: Format, imported: Record) -> Record:
    messages = [*imported["preamble"], *_messages(trajectory, form)]
    return {key: messages if key == form.messages else value for key, value in imported["record"].items()}


def _messages(trajectory: Trajectory, form: Format) -> list[Record]:
    """The messages from the task on, in the words of the file that they came from."""
    words, imported = conversation_format(trajectory.env), trajectory.meta["imported"]
    task, *turns = trajectory.turns
    messages = [task.meta.get("observation_message") or form.message(False, _task_text(task, words), False)]
    for turn in turns:
        said = form.message(True, turn.text, turn.role == "agent")
        seen = form.message(False, _quoted(turn.observation, words, imported["observation_prefix"]), False)
        messages += [turn.meta.get("reply_message") or said, turn.meta.get("observation_message") or seen]
    return messages if imported["ends_with_observation"] or not turns else messages[:-1]


def _task_text(task: Turn, words: ConversationFormat) -> str:
    return words.render_task(task.text, task.observation)


def _quoted(observation: str, words: ConversationFormat, prefix: str) -> str:
    return f"Observation: {observation}" if observation == words.format_error else f"{prefix}{observation}"
