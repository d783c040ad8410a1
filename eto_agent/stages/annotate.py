"""Annotate: a teacher writes the thought before each expert action; the action stays as it is.

Flow
    expert trajectories -> one question for each action: the task, what the agent has seen so far, the action -> the
    teacher's thought -> `Thought: ...` and the expert's own action, read back and compared; where they differ, or the
    thought cannot be used, the step keeps its rule-made thought and is counted.

The teacher never sees what comes after the action, so its thoughts cannot know it either.

Reads   `expert/trajectories.jsonl`; the section `annotate` says which teacher
Writes  `annotate/trajectories.jsonl`, for `expert.file` of another run; `annotate/stage.json`: counts, tokens and cost;
        `teacher-cache.jsonl`: every answer, written as it comes. Killed and called again, it asks for the rest only.

Differences from the paper: its rationales come from GPT-4 likewise; the wording of the prompt is our own.

Metrics: `written` and `kept` (by reason) steps, tokens read and written by the teacher, their cost (null where a price
is not given or the endpoint did not count).

Example
    eto-agent annotate --config configs/demo.yaml --annotate.model gpt-4o
    eto-agent run --config configs/demo.yaml --out runs/thoughts --expert.file runs/demo/annotate/trajectories.jsonl
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from eto_agent.console import say
from eto_agent.endpoints.client import Answer, Usage
from eto_agent.endpoints.teacher import Teacher, TeacherSettings, judge, load_prompt, question
from eto_agent.run_folder import StageError
from eto_agent.session import Session
from eto_envs.conversation import ConversationFormat
from eto_envs.errors import UnknownNameError
from eto_envs.trajectory import Trajectory, write_trajectories

__all__ = ["annotate"]

Step = tuple[int, int]
"""Which trajectory, and which of its turns."""


def annotate(session: Session) -> Path:
    """Lets the teacher write the thoughts of the run's experts; returns the trajectories' file.

    Raises:
        EndpointError: the teacher cannot be asked, or has stopped answering.
        StageError: there are no experts yet, or too many requests failed.
    """
    settings = session.config.annotate
    if not settings.model:
        raise UnknownNameError("No teacher is named; give --annotate.model, and --annotate.api.base-url.")
    template, text = load_prompt(settings.prompt)
    own = session.config.chat.instruction
    instruction = session.words.instruction if own is None else own
    stage = session.folder.stage(
        "annotate",
        {
            "experts": session.folder.output("expert", "trajectories.jsonl", "expert"),
            "prompt": [text, instruction],
            "teacher": [settings.model, settings.api.identity, settings.temperature, settings.max_tokens],
            "seed": session.config.seed,
        },
    )
    if not stage.done:
        experts = session.experts()
        steps = _steps(experts)
        questions = [question(template, experts[number], index, instruction) for number, index in steps]
        teacher = Teacher(settings, settings.cache or session.folder.path / "teacher-cache.jsonl", session.config.seed)
        answers = _ask(teacher, questions)
        annotated, facts = _write(experts, steps, answers, session.words, settings)
        write_trajectories(stage.path("trajectories.jsonl"), annotated)
        stage.finish(["trajectories.jsonl"], **facts)
        say(f"Thoughts: {facts['written']} by {settings.model}, {sum(facts['kept'].values())} rule-made ones stay")
    return stage.path("trajectories.jsonl")


def _steps(experts: Sequence[Trajectory]) -> list[Step]:
    """The agent's turns that hold an action."""
    return [
        (number, index)
        for number, each in enumerate(experts)
        for index, turn in enumerate(each.turns)
        if turn.role == "agent" and turn.action is not None
    ]


def _ask(teacher: Teacher, questions: Sequence[str]) -> list[Answer]:
    """The answers, in the order of the questions."""
    found = dict(tqdm(teacher.answers(questions), "thoughts", len(questions), disable=None))
    if len(found) < len(questions) or teacher.failed > teacher.settings.max_failed * len(questions):
        reasons = [each.error for each in found.values() if each.error is not None and not each.refused]
        raise StageError(
            f"{teacher.failed} requests to {teacher.settings.api.base_url} failed, the last one with: {reasons[-1]}; "
            "the same command goes on from here, and annotate.max_failed lets more of them fail."
        )
    return [found[position] for position in range(len(questions))]


def _write(
    experts: Sequence[Trajectory],
    steps: Sequence[Step],
    answers: Sequence[Answer],
    words: ConversationFormat,
    settings: TeacherSettings,
) -> tuple[list[Trajectory], dict[str, Any]]:
    """Copies of the experts with the thoughts that can be used, and the counts."""
    annotated = copy.deepcopy(list(experts))
    kept: Counter[str] = Counter()
    written: Counter[int] = Counter()
    for (number, index), answer in zip(steps, answers, strict=True):
        turn = annotated[number].turns[index]
        reply, reason = judge(answer, turn.action or "", words)
        if reply is None:
            kept[reason if answer.error is None or answer.refused else "failed"] += 1
            continue
        turn.text = reply
        turn.meta = {key: value for key, value in turn.meta.items() if key != "token_ids"}  # of the text before
        written[number] += 1
    for number, each in enumerate(annotated):
        each.meta["thoughts"] = {"teacher": settings.model, "written": written[number]}
    return annotated, {"written": written.total(), "kept": dict(sorted(kept.items())), **_charged(answers, settings)}


def _charged(answers: Sequence[Answer], settings: TeacherSettings) -> dict[str, Any]:
    """Tokens and cost of all answers in use, whenever they were paid for; equal questions are one answer."""
    paid = list({id(each): each for each in answers if each.error is None}.values())
    counted = [each.usage for each in paid if each.usage is not None]
    total = sum(counted, Usage())
    return {
        "requests": len(paid),
        "prompt_tokens": total.prompt_tokens,
        "completion_tokens": total.completion_tokens,
        "cost": settings.api.cost(total) if len(counted) == len(paid) else None,
    }
