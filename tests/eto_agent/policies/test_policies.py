"""Policies: who says what, and that it depends on the conversation alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from scipy.stats import chisquare

from eto_agent.cli import main
from eto_agent.decoding.generator import GenerationSettings
from eto_agent.models import create_scratch
from eto_agent.policies import Conversation, OraclePolicy, RandomPolicy, TransformersPolicy
from eto_envs.trajectory import Trajectory, Turn

TEXTS = ["Thought: I look.\nAction: look around", "Observation: You are in the kitchen.", "Boil water."] * 5


def conversation(key: str = "a#0", taken: Sequence[str] = (), **more: object) -> Conversation:
    turns = [Turn("task", "Boil water.", ""), *(Turn("agent", "", "", action=each) for each in taken)]
    trajectory = Trajectory("eto/ScienceWorld-v0", "a", "a", "m/s", turns=turns)
    messages = [{"role": "user", "content": "Boil water.", "trained": False}]
    return Conversation(key, messages, trajectory, **more)  # type: ignore[arg-type]


def test_the_oracle_follows_its_plan_and_then_has_no_answer() -> None:
    policy, plan = OraclePolicy(), ["go", "take"]
    told = [policy.act([conversation(taken=plan[:n], plan=plan)])[0] for n in range(3)]
    assert [(reply.text, reply.stop) for reply in told] == [
        ("Action: go", "end"),
        ("Action: take", "end"),
        (None, "plan"),
    ]


def test_the_oracle_leaves_out_what_it_may_and_thinks_before_it_acts() -> None:
    policy = OraclePolicy(lambda trajectory, action: f"I {action}.", lambda action: action == "open")
    [reply] = policy.act([conversation(plan=["open", "go"])])
    assert reply.text == "Thought: I go.\nAction: go"


def test_random_choices_depend_on_seed_and_episode_alone() -> None:
    def chosen(seed: int, keys: list[str]) -> dict[str, list[str | None]]:
        policy = RandomPolicy(seed)
        told: dict[str, list[str | None]] = {key: [] for key in keys}
        for _ in range(8):
            batch = [conversation(key, admissible=["a", "b", "c", "d"]) for key in keys]
            for key, reply in zip(keys, policy.act(batch), strict=True):
                told[key].append(reply.text)
        return told

    both = chosen(1, ["x", "y"])
    assert both["x"] != both["y"]
    assert both == chosen(1, ["y", "x"])
    assert both["x"] == chosen(1, ["x"])["x"] != chosen(2, ["x"])["x"]


def test_random_choices_are_even() -> None:
    policy = RandomPolicy(0)
    counts = Counter(policy.act([conversation(admissible=["a", "b", "c"])])[0].text for _ in range(900))
    assert chisquare(list(counts.values())).pvalue > 0.001
    assert policy.act([conversation(admissible=[])])[0].text == "Action: "


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return create_scratch("tiny", TEXTS, tmp_path_factory.mktemp("model") / "m", seed=1, vocab_size=300)


def test_a_model_answers_a_batch_as_it_answers_each(model: Path) -> None:
    settings = GenerationSettings(max_new_tokens=8)
    batch = [conversation(str(i)) for i in range(3)]
    batch[1].messages[0]["content"] = "Freeze lead, then wait."
    together = TransformersPolicy(model, settings).act(batch)
    alone = [TransformersPolicy(model, settings).act([each])[0] for each in batch]
    assert [reply.text for reply in together] == [reply.text for reply in alone]
    for reply in together:
        assert reply.token_ids is not None
        assert reply.log_probs is not None
        assert len(reply.token_ids) == len(reply.log_probs) == 8


def test_a_stop_string_is_cut_off_with_the_ids(model: Path) -> None:
    """The ids would be those of more than the text."""
    settings = GenerationSettings(max_new_tokens=8)
    [whole] = TransformersPolicy(model, settings).act([conversation()])
    assert whole.text
    stop = whole.text[len(whole.text) // 2 :][:2]
    [cut] = TransformersPolicy(model, settings, stop_strings=[stop]).act([conversation()])
    assert (cut.text, cut.stop, cut.token_ids) == (whole.text.partition(stop)[0], "string", None)


def test_a_full_context_has_no_answer(model: Path) -> None:
    policy = TransformersPolicy(model, GenerationSettings(max_new_tokens=4))
    full = conversation()
    full.messages[0]["content"] = "Boil water. " * 5000
    assert [(reply.text, reply.stop) for reply in policy.act([full])] == [(None, "context")]


def test_an_engine_that_is_not_installed_is_told_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eto_agent.policies.vllm.find_spec", lambda name: None)  # installed or not
    arguments = ["--env.id", "eto/LockedDoor-v0", "--out", str(tmp_path / "run"), "--generation.engine", "vllm"]
    assert main(["run", *arguments]) == 2
    err = capsys.readouterr().err
    assert 'pip install "eto-envs[vllm]"' in err
    assert err.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["gpt-4o", "openai:", "./no/such.jsonl"])
def test_an_unknown_policy_is_told_with_those_that_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["evaluate", "--env.id", "eto/LockedDoor-v0", "--out", str(tmp_path / "run"), "--policy", name]) == 2
    err = capsys.readouterr().err
    assert repr(name) in err
    assert "openai:MODEL" in err
