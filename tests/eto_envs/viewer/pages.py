"""Episodes to show, and a browser that opens their page and keeps what it logged and asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium

from eto_envs.recording import oracle, record_episode, text_env
from eto_envs.trajectory import Trajectory
from eto_envs.viewer.page import replay_page


class Browser:
    """Opens pages, and keeps what they logged and asked for."""

    def __init__(self, chromium: Any, folder: Path) -> None:
        self.chromium, self.folder = chromium, folder
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def open(
        self,
        episodes: Sequence[Trajectory],
        place: str = "",
        width: int = 1280,
        title: str = "Replay",
        against: Sequence[Trajectory] = (),
    ) -> Any:
        file = self.folder / "page.html"
        file.write_text(replay_page(episodes, title, against), encoding="utf-8")
        page = self.chromium.new_page(viewport={"width": width, "height": 800})
        page.set_default_timeout(20_000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(file.as_uri() + place)
        return page


def episode(task: str = "one-key/3", prefix: int = 0) -> Trajectory:
    env = gymnasium.make("eto/LockedDoor-v0")
    base = text_env(env)
    base.reset(options={"task": task})
    return record_episode(env, oracle(base), task=task, prefix=base.oracle_actions()[:prefix], policy="oracle")


def thoughtful() -> Trajectory:
    """Six turns: a prefix of one, a wrong action with a thought, then the solution."""
    env = gymnasium.make("eto/LockedDoor-v0")
    base = text_env(env)
    base.reset(options={"task": "one-key/3"})
    first, *rest = base.oracle_actions()
    replies = iter([("Thought: I could dance.\nTwice.\nAction: dance", "dance"), *rest])
    return record_episode(env, lambda observation, info: next(replies), task="one-key/3", prefix=[first], policy="m")


def texts(page: Any, selector: str) -> list[str]:
    return page.locator(selector).all_inner_texts()
