"""The client of endpoints against a real server that behaves badly in every way that servers do."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from eto_agent.cli import main
from eto_agent.endpoints.client import Answer, Endpoint, EndpointError, EndpointSettings, Usage
from tests.eto_agent.api_server import KEY, Api, Behaviour, Fail, Hang, Raw, Say, serving


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEACHER_KEY", KEY)


def endpoint(api: Api, **more: Any) -> Endpoint:
    settings = EndpointSettings(base_url=api.url, key_env="TEACHER_KEY", retries=1, timeout_s=5)
    return Endpoint("m", replace(settings, **more))


def body(text: str = "Hello", **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}], **more}


def asked(of: Endpoint, *texts: str) -> list[Answer]:
    answers = dict(of.ask([body(text) for text in texts]))
    return [answers[index] for index in range(len(texts))]


def test_a_request_is_what_was_asked_for() -> None:
    with serving(lambda text, _: Say(f"{text}!")) as api:
        of = endpoint(api, body={"stop": None, "top_k": 5, "temperature": 0.5})
        [(index, answer)] = of.ask([body(temperature=0, stop=["x"], max_tokens=7)])
    assert (index, answer) == (0, Answer("Hello!", "stop", Usage(10, 3)))
    assert api.requests == [{"model": "m", **body(temperature=0.5, max_tokens=7), "top_k": 5}]
    assert api.headers[0]["authorization"] == f"Bearer {KEY}"


def test_many_at_a_time_each_with_its_own_answer() -> None:
    """The server answers none of the first four before all four have come."""
    together = Barrier(4, timeout=30)

    def behave(text: str, _: int) -> Behaviour:
        if int(text) < 4:
            together.wait()
        return Say(f"to {text}")

    with serving(behave) as api:
        answers = asked(endpoint(api, concurrency=4, timeout_s=40), *map(str, range(20)))
    assert [each.text for each in answers] == [f"to {n}" for n in range(20)]
    assert api.most_at_once == 4


@pytest.mark.parametrize(
    "first",
    [Fail(500), Fail(503), Fail(429), Fail(429, headers={"Retry-After": "1"}), Fail(408)],
    ids=lambda first: f"{first.status}{'-retry-after' if first.headers else ''}",
)
def test_what_passes_is_asked_again(first: Fail) -> None:
    with serving(lambda _, before: first if before == 0 else Say("now")) as api:
        [answer] = asked(endpoint(api), "a")
    assert (answer.text, len(api.requests)) == ("now", 2)


def test_retry_after_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client waits as long as it is told; the clock itself is not looked at."""
    waited: list[float] = []
    with serving(lambda _, before: Fail(429, headers={"Retry-After": "17"}) if before == 0 else Say("now")) as api:
        of = endpoint(api)
        monkeypatch.setattr("time.sleep", waited.append)
        [answer] = asked(of, "a")
    assert (answer.text, [pause for pause in waited if pause > 1]) == ("now", [17])


def test_an_endpoint_that_hangs_is_given_up_after_its_time() -> None:
    with serving(lambda _, before: Hang() if before == 0 else Say("now")) as api:
        [answer] = asked(endpoint(api, timeout_s=0.5), "a")
        assert answer.text == "now"
    with serving(lambda *_: Hang()) as api:
        [answer] = asked(endpoint(api, timeout_s=0.5, retries=0), "a")
    assert answer.error is not None
    assert "timed out" in answer.error.lower()
    assert not answer.refused


@pytest.mark.parametrize(
    "raw",
    [
        Raw(b'{"choices": [{"mess'),
        Raw(b"<html>Bad gateway</html>", "text/html"),
        Raw(b"{}"),
        Raw(b'{"choices": []}'),
        Raw(b'{"choices": [{"message": null}]}'),
        Raw(b'{"choices": [{"message": {"content": ["a"]}}]}'),
        Raw(b""),
    ],
    ids=lambda raw: raw.data.decode() or "nothing",
)
def test_an_unreadable_answer_is_asked_for_again_and_then_told(raw: Raw) -> None:
    with serving(lambda _, before: raw if before == 0 else Say("now")) as api:
        assert asked(endpoint(api), "a")[0].text == "now"
    with serving(lambda *_: raw) as api:
        [answer] = asked(endpoint(api), "a")
    assert len(api.requests) == 3
    assert answer.error is not None
    assert "no chat completion" in answer.error


def test_empty_and_refused_answers_are_answers() -> None:
    says = {"none": Say(None), "empty": Say(""), "uncounted": Say("x", usage=None), "long": Say("y", "length")}
    with serving(lambda text, _: says[text]) as api:
        answers = asked(endpoint(api), *says)
    assert [(each.text, each.finish, each.usage is None, each.error) for each in answers] == [
        ("", "stop", False, None), ("", "stop", False, None), ("x", "stop", True, None), ("y", "length", False, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fail", "found"),
    [
        (Fail(400, "too long", "context_length_exceeded"), ("context", None, False)),
        (Fail(400, "This model's maximum context length is 4096 tokens."), ("context", None, False)),
        (Fail(400, "bad words"), ("", "bad words", True)),
        (Fail(422, "no such option"), ("", "no such option", True)),
        (Fail(500, "on fire"), ("", "on fire", False)),
    ],
)
def test_what_does_not_pass_is_told(fail: Fail, found: tuple[str, str | None, bool]) -> None:
    with serving(lambda *_: fail) as api:
        [answer] = asked(endpoint(api, retries=0), "a")
    assert (answer.finish, answer.refused) == (found[0], found[2])
    assert (answer.error is None) if found[1] is None else (found[1] in (answer.error or ""))


@pytest.mark.parametrize(
    ("fail", "told"),
    [
        (Fail(401, f"Incorrect key {KEY[:8]}***"), ["HTTP 401", "TEACHER_KEY"]),
        (Fail(403), ["HTTP 403", "TEACHER_KEY"]),
        (Fail(404, "no such model"), ["'m'", "no such model", "/models"]),
        (Fail(400, "unknown parameter"), ["'m'", "unknown parameter"]),
        (Fail(503, "loading"), ["loading"]),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Fail) else "",
)
def test_a_wrong_set_up_is_one_line(fail: Fail, told: list[str]) -> None:
    with serving(lambda *_: fail, answer_probe=False) as api, pytest.raises(EndpointError) as caught:
        endpoint(api, retries=0).check({"max_tokens": 5, "messages": []})
    message = str(caught.value)
    assert all(part in message for part in [*told, api.url])
    assert "\n" not in message
    assert KEY[:8] not in message


def test_the_check_asks_as_the_real_requests_will() -> None:
    with serving(lambda *_: Say("OK"), answer_probe=False) as api:
        endpoint(api).check({"max_tokens": 5, "stop": ["x"], "messages": []})
    [request] = api.requests
    assert (request["max_tokens"], request["stop"], request["model"]) == (5, ["x"], "m")


def test_no_server() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, and nobody listens
        of = endpoint(Api(f"http://127.0.0.1:{held.getsockname()[1]}/v1"), retries=0)
        with pytest.raises(EndpointError, match="does not answer"):
            of.check({})


def test_a_key_that_an_endpoint_repeats_is_taken_out() -> None:
    with serving(lambda *_: Fail(500, f"cannot read Bearer {KEY}")) as api:
        [answer] = asked(endpoint(api, retries=0), "a")
    assert answer.error is not None
    assert "Bearer ***" in answer.error


def test_an_endpoint_that_has_stopped_working_ends_the_work() -> None:
    """The answers that came before it are not lost."""
    with serving(lambda text, _: Say("x") if int(text) < 5 else Fail(500)) as api:
        coming = endpoint(api, retries=0, concurrency=2).ask(body(str(n)) for n in range(100))
        came: list[tuple[int, Answer]] = []
        with pytest.raises(EndpointError, match="8 requests in a row"):
            came.extend(coming)
        assert sorted(index for index, answer in came if answer.error is None) == list(range(5))
    assert len(api.requests) < 20


def test_failures_between_successes_do_not_count_as_stopped() -> None:
    with serving(lambda text, _: Fail(500) if int(text) % 2 else Say("x")) as api:
        answers = asked(endpoint(api, retries=0, concurrency=1), *map(str, range(24)))
    assert sum(each.error is not None for each in answers) == 12


def test_costs_are_counted_and_never_guessed() -> None:
    usage = Usage(1_000_000, 200_000) + Usage(500_000, 0)
    priced = EndpointSettings(prompt_price=2.0, completion_price=10.0)
    assert priced.cost(usage) == pytest.approx(5.0)
    assert replace(priced, completion_price=None).cost(usage) is None
    assert replace(priced, prompt_price=None).cost(usage) is None
    assert replace(priced, prompt_price=0.0, completion_price=0.0).cost(usage) == 0.0


def test_a_key_is_needed_unless_none_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEACHER_KEY")
    with serving(lambda *_: Say("x")) as api:
        with pytest.raises(EndpointError, match="'TEACHER_KEY'"):
            endpoint(api)
        assert asked(endpoint(api, key_env=""), "a")[0].text == "x"


def test_a_key_in_the_place_of_its_name_is_not_repeated(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"api: {{key_env: {KEY}}}")
    run = ["--env.id", "eto/LockedDoor-v0", "--out", str(tmp_path / "run")]
    for given in (["--config", str(config)], ["--api.key-env", KEY], ["--annotate.api.key-env", KEY]):
        assert main(["evaluate", "--policy", "openai:m", *run, *given]) == 2
    told = capsys.readouterr()
    assert told.err.count("key_env has to be the name") == 3
    assert KEY not in told.err + told.out
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("wrong", [{"concurrency": 0}, {"timeout_s": 0.0}, {"retries": -1}], ids=str)
def test_settings_that_cannot_work(wrong: dict[str, Any]) -> None:
    with pytest.raises(EndpointError, match=next(iter(wrong))):
        EndpointSettings(**wrong)
