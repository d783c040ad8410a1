"""`eto-agent annotate` against a real server: what it asks, what it takes, what it pays, being killed."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from eto_agent.cli import main
from eto_envs.trajectory import Trajectory, read_trajectories
from tests.eto_agent.api_server import KEY, Behaviour, Fail, Hang, Raw, Say, serving
from tests.eto_agent.forks import eto_agent

CONFIG = """
env: {id: eto/LockedDoor-v0, train_per_type: 2, num_envs: 3, num_workers: 1}
model: {name: "scratch:tiny"}
annotate:
  model: teacher
  api: {key_env: TEACHER_KEY, retries: 1, timeout_s: 20, concurrency: 4, prompt_price: 3, completion_price: 15}
"""
ACTION = re.compile(r"The next action, which is fixed:\n(.+)\n")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEACHER_KEY", KEY)


def action_of(question: str) -> str:
    match = ACTION.search(question)
    assert match is not None, question
    return match[1]


def think(question: str, _: int = 0) -> Behaviour:
    return Say(f"I have a reason to {action_of(question)}.", usage=(100, 10))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of experts with rule-made thoughts."""
    folder = tmp_path_factory.mktemp("experts")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    assert main(["expert", "--config", str(folder / "config.yaml"), "--out", str(folder / "run")]) == 0
    return folder / "run" / "expert" / "trajectories.jsonl"


@pytest.fixture
def command(tmp_path: Path, recorded: Path) -> Callable[..., list[str]]:
    """The arguments of `annotate` in a run of the recorded experts."""
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    shared = ["--config", str(config), "--out", str(tmp_path / "run"), "--expert.file", str(recorded)]
    assert main(["expert", *shared]) == 0
    return lambda api, *more: ["annotate", *shared, "--annotate.api.base-url", api.url, *more]


def steps(trajectories: list[Trajectory]) -> list[tuple[str, str | None]]:
    return [(turn.text, turn.action) for each in trajectories for turn in each.turns[1:]]


def result(tmp_path: Path) -> tuple[list[Trajectory], dict[str, Any]]:
    folder = tmp_path / "run" / "annotate"
    trajectories = list(read_trajectories(folder / "trajectories.jsonl", strict=True))
    return trajectories, json.loads((folder / "stage.json").read_text())["facts"]


def test_thoughts_change_and_nothing_else(tmp_path: Path, recorded: Path, command: Any) -> None:
    with serving(think) as api:
        assert main(command(api)) == 0
    before = list(read_trajectories(recorded, strict=True))
    after, facts = result(tmp_path)
    assert [text for text, _ in steps(after)] == [
        f"Thought: I have a reason to {action}.\nAction: {action}" for _, action in steps(before)
    ]
    for one, other in zip(before, after, strict=True):
        assert one.actions == other.actions
        assert [turn.observation for turn in one.turns] == [turn.observation for turn in other.turns]
        assert other.meta.pop("thoughts") == {"teacher": "teacher", "written": len(one.turns) - 1}
        for turn, kept in zip(other.turns, one.turns, strict=True):
            turn.text = kept.text
    assert after == before
    asked = len(api.requests)
    assert facts == {
        "written": len(steps(before)), "kept": {}, "requests": asked,
        "prompt_tokens": 100 * asked, "completion_tokens": 10 * asked, "cost": pytest.approx(asked * 450 / 1e6),
    }  # fmt: skip


def test_a_question_shows_the_past_and_the_action_but_not_the_future(
    tmp_path: Path, recorded: Path, command: Any
) -> None:
    with serving(think) as api:
        assert main(command(api)) == 0
    [first, *_] = read_trajectories(recorded)
    third = next(text for text in api.questions if text.count("\nAction: ") == 3 and first.turns[0].observation in text)
    task, one, two, now, *_ = first.turns  # the third "Action: " is in the instruction
    parts = [task.text, task.observation, f"Action: {one.action}", one.observation, f"Action: {two.action}"]
    assert all(part in third for part in parts)
    assert action_of(third) == now.action
    assert "Thought: I " not in third  # the rule-made thoughts are not shown
    assert now.observation not in third


UNUSABLE = {
    "changed action": Say("Thought: Better.\nAction: go nowhere"),
    "empty": Say("  "),
    "cut off": Say("I think that I", "length"),
    "not a thought": Say("I look. Observation: You win."),
    "refused": Fail(400, "policy violation"),
}


@pytest.mark.parametrize("reason", UNUSABLE)
def test_what_cannot_be_used_keeps_the_rule_made_thought(
    tmp_path: Path, recorded: Path, command: Any, reason: str
) -> None:
    with serving(lambda text, _: UNUSABLE[reason] if "take" in action_of(text) else think(text)) as api:
        assert main(command(api)) == 0
    before, (after, facts) = list(read_trajectories(recorded)), result(tmp_path)
    taken = [index for index, (_, action) in enumerate(steps(before)) if "take" in (action or "")]
    assert len(taken) > 2
    assert facts["kept"] == {reason: len(taken)}
    assert facts["written"] == len(steps(before)) - len(taken)
    assert [steps(after)[index] for index in taken] == [steps(before)[index] for index in taken]
    assert [action for _, action in steps(after)] == [action for _, action in steps(before)]


@pytest.mark.parametrize(
    "say",
    [
        lambda action: f"Thought: A reason.\nAction: {action}",
        lambda action: f"Thought: A\n  reason.\n\nAction:  {action}\n",
        lambda action: "Thought: A reason.",
    ],
    ids=["with its action", "loosely", "with a heading"],
)
def test_a_teacher_that_repeats_the_form_is_understood(tmp_path: Path, command: Any, say: Callable[[str], str]) -> None:
    with serving(lambda text, _: Say(say(action_of(text)))) as api:
        assert main(command(api)) == 0
    after, facts = result(tmp_path)
    assert facts["kept"] == {}
    assert all(text == f"Thought: A reason.\nAction: {action}" for text, action in steps(after))


@pytest.mark.parametrize(
    "first",
    [Fail(429, headers={"Retry-After": "1"}), Fail(500), Hang(), Raw(b'{"choices": [')],
    ids=["429", "500", "hang", "malformed"],
)
def test_what_passes_leaves_no_trace(tmp_path: Path, command: Any, first: Behaviour) -> None:
    def behave(text: str, before: int) -> Behaviour:
        return first if before == 0 and text == api.questions[0] else think(text)

    with serving(behave) as api:
        assert main(command(api, "--annotate.api.timeout-s", "2")) == 0
    assert result(tmp_path)[1]["kept"] == {}


def test_a_teacher_that_stays_broken_is_told_and_the_same_command_goes_on(
    tmp_path: Path, command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    up = False
    with serving(lambda text, _: think(text) if up or len(api.requests) <= 10 else Fail(503, "full")) as api:
        given = command(api, "--annotate.api.retries", "0")
        assert main(given) == 2
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert "full" in err
        assert "goes on from here" in err
        assert len(api.requests) < 20  # it stopped asking
        up, before = True, list(api.requests[:10])
        assert main(given) == 0
    assert all(api.requests.count(request) == 1 for request in before)  # nothing is paid twice
    after, facts = result(tmp_path)
    assert facts["written"] == len(steps(after))


def test_a_share_of_failures_can_be_allowed(tmp_path: Path, command: Any) -> None:
    with serving(lambda text, _: Fail(500) if text == api.questions[0] else think(text)) as api:
        assert main(command(api, "--annotate.api.retries", "0", "--annotate.max-failed", "0.1")) == 0
    facts = result(tmp_path)[1]
    assert facts["kept"] == {"failed": 1}


def test_a_wrong_key_is_told_before_anything_is_asked(
    command: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(lambda *_: Fail(401), answer_probe=False) as api:
        assert main(command(api)) == 2
        assert len(api.requests) == 1
        monkeypatch.delenv("TEACHER_KEY")
        assert main(command(api)) == 2
        assert len(api.requests) == 1
    assert capsys.readouterr().err.count("TEACHER_KEY") == 2


@pytest.mark.parametrize(
    ("text", "told"), [("{{ nothing }}", "'nothing'"), ("{% for %}", "line 1")], ids=["unknown name", "no template"]
)
def test_an_unusable_prompt(
    tmp_path: Path, command: Any, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    (tmp_path / "prompt.j2").write_text(text)
    with serving(think) as api:
        assert main(command(api, "--annotate.prompt", str(tmp_path / "prompt.j2"))) == 2
    err = capsys.readouterr().err
    assert told in err
    assert "annotate.prompt" in err
    assert api.requests == []


def test_another_prompt_asks_anew_and_the_first_one_s_answers_stay(tmp_path: Path, command: Any) -> None:
    (tmp_path / "prompt.j2").write_text("{{ goal }}\nThe next action, which is fixed:\n{{ action }}\n.")
    cache = tmp_path / "answers.jsonl"
    with serving(think) as api:
        assert main(command(api, "--annotate.cache", str(cache))) == 0
        asked = len(api.requests)
        assert len(cache.read_text().splitlines()) == asked
        (tmp_path / "run" / "annotate" / "stage.json").unlink()
        assert main(command(api, "--annotate.cache", str(cache), "--annotate.prompt", str(tmp_path / "prompt.j2"))) == 0
        again = len(api.requests)
        assert again > asked
        (tmp_path / "run" / "annotate" / "stage.json").unlink()
        assert main(command(api, "--annotate.cache", str(cache))) == 0
        assert (len(api.requests), api.probes) == (again, 2)


def test_killed_it_goes_on_and_pays_for_nothing_twice(tmp_path: Path, recorded: Path, command: Any) -> None:
    with serving(think) as whole:
        assert main(command(whole)) == 0
    wanted, facts = result(tmp_path)
    (tmp_path / "run" / "annotate" / "stage.json").unlink()
    (tmp_path / "run" / "annotate" / "trajectories.jsonl").unlink()
    (tmp_path / "run" / "teacher-cache.jsonl").unlink()
    victims: list[Any] = []

    def behave(text: str, before: int) -> Behaviour:
        if len(victims) < 2 and len(api.requests) == 6 * (len(victims) + 1):
            os.kill(running.pid, signal.SIGKILL)
            victims.append(running.pid)
        return think(text, before)

    with serving(behave) as api:
        given = command(api, "--annotate.api.concurrency", "2")
        for _ in range(2):
            running = eto_agent(*given)
            assert running.end().code == -signal.SIGKILL
        cache = tmp_path / "run" / "teacher-cache.jsonl"
        paid = len(cache.read_text().splitlines())
        assert paid >= 6
        with cache.open("a") as file:
            file.write('{"key": "cut o')  # as a full disk or a killed process leaves it
        asked = len(api.requests)
        assert eto_agent(*given).end().code == 0
        assert len(api.requests) - asked == facts["requests"] - paid
    assert result(tmp_path) == (wanted, facts)
    assert KEY not in "".join(path.read_text() for path in (tmp_path / "run").rglob("*.*") if path.is_file())


def test_interrupted_it_does_not_wait_for_a_server_that_hangs(tmp_path: Path, command: Any) -> None:
    pressed = Lock()  # once: a second signal while it ends kills it, as it should

    def behave(*_: object) -> Behaviour:
        if pressed.acquire(blocking=False):
            os.kill(running.pid, signal.SIGINT)
        return Hang()

    with serving(behave) as api:
        running = eto_agent(*command(api, "--annotate.api.timeout-s", "3600"))
        ended = running.end()
    assert ended.code == 130
    assert "goes on from here" in ended.err


def test_the_result_serves_as_experts_of_another_run(tmp_path: Path, command: Any) -> None:
    with serving(think) as api:
        assert main(command(api)) == 0
    annotated = tmp_path / "run" / "annotate" / "trajectories.jsonl"
    config, out = str(tmp_path / "config.yaml"), tmp_path / "second"
    assert main(["expert", "--config", config, "--out", str(out), "--expert.file", str(annotated)]) == 0
    assert (out / "expert" / "trajectories.jsonl").read_bytes() == annotated.read_bytes()
