"""Models behind endpoints as policies: their replies, their episodes, their evaluation from the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from eto_agent.cli import main
from eto_agent.endpoints.client import EndpointSettings, Usage
from eto_agent.methods.catalogue import load_config
from eto_agent.policies import Conversation, OpenAIPolicy
from eto_agent.session import Session
from eto_envs.tasks import TaskSet
from eto_envs.trajectory import Trajectory, Turn, read_trajectories
from tests.eto_agent.api_server import KEY, Api, Fail, Say, serving

CONFIG = """
env: {id: eto/LockedDoor-v0, settings: {max_steps: 3}, num_envs: 3, num_workers: 1}
model: {name: "scratch:tiny"}
evaluate: {per_type: 1, splits: [seen]}
api: {key_env: TEACHER_KEY, retries: 0, timeout_s: 20, concurrency: 4}
"""


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEACHER_KEY", KEY)


def conversation(name: str = "a#0", text: str = "Boil water.") -> Conversation:
    trajectory = Trajectory("eto/LockedDoor-v0", "a", "a", "m/s", turns=[Turn("task", text, "")])
    return Conversation(name, [{"role": "user", "content": text, "trained": False}], trajectory)


def policy(api: Api, **more: Any) -> OpenAIPolicy:
    return OpenAIPolicy("m", EndpointSettings(base_url=api.url, key_env="TEACHER_KEY", retries=0), **more)


def test_replies_keep_the_order_of_the_conversations_and_what_was_charged() -> None:
    with serving(lambda text, _: Say(f" Action: {text}\n", usage=(len(text), 2))) as api:
        batch = [conversation(str(n), "x" * n) for n in range(1, 12)]
        replies = policy(api, stop_strings=["\nObservation:"]).act(batch)
    assert [(reply.text, reply.usage, reply.stop) for reply in replies] == [
        (f"Action: {'x' * n}", Usage(n, 2), "end") for n in range(1, 12)
    ]
    greedy = {"model": "m", "temperature": 0.0, "max_tokens": 512, "stop": ["\nObservation:"]}
    assert all({**request, "messages": 0} == {**greedy, "messages": 0} for request in api.requests)
    assert api.requests[0]["messages"][0].keys() == {"role", "content"}


def test_a_slow_answer_holds_no_other_episode(tmp_path: Path) -> None:
    """The first request is answered when all steps of the three other tasks are done."""
    (tmp_path / "config.yaml").write_text(CONFIG.replace("num_envs: 3", "num_envs: 2"))
    numbers, others_done, in_time = count(), Event(), []

    def behave(*_: Any) -> Say:
        number = next(numbers)
        if number == 0:
            in_time.append(others_done.wait(timeout=60))
        elif number == 9:
            others_done.set()
        return Say("Action: look")

    with (
        serving(behave) as api,
        Session(replace(load_config(tmp_path / "config.yaml"), out=tmp_path / "run")) as session,
    ):
        tasks = TaskSet("some", list(session.train_tasks)[:4])
        played = session.play("some", tasks, policy(api), tmp_path / "some.jsonl")
    assert in_time == [True]
    assert [(each.outcome, len(each.turns)) for each in played] == [("step_limit", 4)] * 4


def test_what_follows_a_stop_string_is_cut_off_though_the_server_left_it() -> None:
    with serving(lambda *_: Say("Action: go\nObservation: You win.")) as api:
        [reply] = policy(api, stop_strings=["\nObservation:"]).act([conversation()])
    assert reply.text == "Action: go"


def test_sampled_replies_have_seeds_of_their_own() -> None:
    def seeds(seed: int) -> list[int]:
        with serving(lambda *_: Say("x")) as api:
            policy(api, temperature=1.0, seed=seed).act([conversation(name) for name in ("a#0", "a#1", "a#2")])
        return sorted(request["seed"] for request in api.requests)

    assert len({*seeds(1), *seeds(2)}) == 6
    assert seeds(1) == seeds(1)
    assert all(0 <= seed < 2**63 for seed in seeds(3))


def test_a_failure_is_an_error_and_a_full_context_is_none() -> None:
    fails = {"long": Fail(400, "", "context_length_exceeded"), "fire": Fail(500, "on fire")}
    with serving(lambda text, _: fails.get(text, Say("x"))) as api:
        long, fire, fine = policy(api).act([conversation(text=text) for text in ("long", "fire", "fine")])
    assert (long.text, long.stop, long.error) == (None, "context", None)
    assert (fire.text, fine.text, fine.error) == (None, "x", None)
    assert fire.error is not None
    assert api.url in fire.error
    assert "on fire" in fire.error


def evaluate(tmp_path: Path, api: Api, *more: str) -> tuple[int, Path]:
    config, out = tmp_path / "config.yaml", tmp_path / "run"
    config.write_text(CONFIG, encoding="utf-8")
    given = ["--config", str(config), "--out", str(out), "--api.base-url", api.url, "--policy", "openai:org/m-1.5"]
    return main(["evaluate", *given, *more]), out / "evaluate" / "openai-org-m-1.5"


def test_an_evaluation_counts_tokens_and_costs(tmp_path: Path) -> None:
    with serving(lambda *_: Say("Thought: Hm.\nAction: look", usage=(1000, 10))) as api:
        prices = ("--api.prompt-price", "2", "--api.completion-price", "10")
        code, folder = evaluate(tmp_path, api, *prices)
        assert code == 0
        requests = len(api.requests)
        assert evaluate(tmp_path, api, *prices)[0] == 0
        assert (len(api.requests), api.probes) == (requests, 1)  # what is done is not asked again
    figures = json.loads((folder / "results.json").read_text())["seen"]
    episodes = list(read_trajectories(folder / "seen.jsonl", strict=True))
    assert requests == 3 * len(episodes)
    tokens = {"prompt_tokens": 1000 * requests, "completion_tokens": 10 * requests}
    assert figures["usage"] == {
        **tokens, "counted": requests, "replies": requests, "cost": pytest.approx(requests * 2100 / 1e6)
    }  # fmt: skip
    assert all(turn.text == "Thought: Hm.\nAction: look" for each in episodes for turn in each.turns[1:])
    assert api.requests[0]["messages"][-1]["content"].startswith(episodes[0].goal[:10])
    written = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if KEY.encode() in path.read_bytes()]


def test_without_prices_or_counts_the_cost_is_unknown(tmp_path: Path) -> None:
    for name in ("no-prices", "half"):
        (tmp_path / name).mkdir()
    with serving(lambda *_: Say("Action: look")) as api:
        folder = evaluate(tmp_path / "no-prices", api)[1]
    assert json.loads((folder / "results.json").read_text())["seen"]["usage"]["cost"] is None
    with serving(lambda text, _: Say("Action: look", usage=None if "Observation" in text else (5, 1))) as api:
        folder = evaluate(tmp_path / "half", api, "--api.prompt-price", "1", "--api.completion-price", "1")[1]
    usage = json.loads((folder / "results.json").read_text())["seen"]["usage"]
    assert usage["cost"] is None
    assert 0 < usage["counted"] < usage["replies"]


def test_an_endpoint_that_fails_here_and_there_breaks_those_episodes_only(tmp_path: Path) -> None:
    seen: list[str] = []

    def behave(text: str, _: int) -> Say | Fail:
        if text not in seen:
            seen.append(text)
        return Fail(500, "on fire") if text == seen[0] else Say("Action: look")

    with serving(behave) as api:
        code, folder = evaluate(tmp_path, api)
    assert code == 0
    figures = json.loads((folder / "results.json").read_text())["seen"]
    broken = [each for each in read_trajectories(folder / "seen.jsonl") if each.outcome == "error"]
    assert figures["broken"] == len(broken) >= 1
    assert all(each.final_reward is None and "on fire" in (each.error or "") for each in broken)


@pytest.mark.parametrize(
    ("fail", "told"), [(Fail(401), "refuses the key"), (Fail(404, "no such model"), "'org/m-1.5'")], ids=["401", "404"]
)
def test_a_wrong_set_up_is_told_before_any_episode(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fail: Fail, told: str
) -> None:
    with serving(lambda *_: fail, answer_probe=False) as api:
        code, folder = evaluate(tmp_path, api)
    err = capsys.readouterr().err
    assert code == 2
    assert err.count("\n") == 1
    assert told in err
    assert KEY not in err
    assert len(api.requests) == 1
    assert not (folder / "seen.jsonl").exists()


def test_after_a_breakdown_the_same_command_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Episodes that the endpoint broke off are played again, the others are not."""
    few = ("--api.concurrency", "1", "--env.num-envs", "1", "--evaluate.per-type", "12")
    sound = 7  # replies before it goes down: two episodes of three steps, and one reply
    up = False

    def behave(*_: object) -> Say | Fail:
        return Say("Action: look") if up or len(api.requests) <= sound else Fail(500, "down")

    with serving(behave) as api:
        code, folder = evaluate(tmp_path, api, *few)
        assert code == 2
        assert "requests in a row" in capsys.readouterr().err
        before = [each.outcome for each in read_trajectories(folder / "seen.jsonl")]
        assert before == ["step_limit"] * 2 + ["error"] * 7
        up, asked = True, len(api.requests)
        assert evaluate(tmp_path, api, *few)[0] == 0
        after = list(read_trajectories(folder / "seen.jsonl"))
        assert {each.outcome for each in after} == {"step_limit"}
        assert len(api.requests) - asked == 3 * (len(after) - 2)


def test_a_recording_is_evaluated_by_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(lambda *_: Say("Action: look")) as api:
        _, folder = evaluate(tmp_path, api)
        recorded = (tmp_path / "once.jsonl", (folder / "seen.jsonl").read_text())
        recorded[0].write_text(recorded[1])
        requests = len(api.requests)
        assert evaluate(tmp_path, api, "--policy", str(recorded[0]))[0] == 0
        assert len(api.requests) == requests
    replayed = list(read_trajectories(tmp_path / "run" / "evaluate" / "replay-once" / "seen.jsonl", strict=True))
    assert [each.actions for each in replayed] == [each.actions for each in read_trajectories(recorded[0])]
    assert "replay-once" in capsys.readouterr().out
