"""ALFWorld: the thoughts of experts (the aim first, then what was seen, in both dialects), labels and ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eto_agent.evaluation.failures import failure_labels
from eto_agent.worlds.alfworld import rationale, task_of, type_of
from eto_envs.alfworld.explorer import explore
from eto_envs.alfworld.household import Game
from eto_envs.alfworld.native import NativeEngine
from eto_envs.alfworld.oracle import plan
from eto_envs.conversation.live import conversation_format
from eto_envs.trajectory import Trajectory, Turn
from tests.eto_agent.episodes import ALFWORLD, FOUND, acted, episode
from tests.eto_envs.alfworld.handmade import KITCHEN, STUDY, house

ENGINE = NativeEngine()
HOUSES = [
    (KITCHEN, "put some mug on sinkbasin"),
    (KITCHEN, "clean some egg and put it in countertop"),
    (KITCHEN, "put a hot apple in fridge"),
    (KITCHEN, "put a cool mug in cabinet"),
    (KITCHEN, "find two apple and put them in countertop"),
    (KITCHEN, "put a hot sliced bread in cabinet"),
    (STUDY, "look at book under the desklamp"),
]


def thoughts(game: Game, actions: list[str]) -> Iterator[tuple[str, str]]:
    """(thought, action) along a trajectory."""
    trajectory = Trajectory("eto/ALFWorld-v0", "task", "type", "split")
    trajectory.turns = [Turn("task", game.instruction, ENGINE.observe_start(game))]
    state = game.start
    for action in actions:
        yield rationale(trajectory, action), action
        state, observation = ENGINE.apply(game, state, action)
        trajectory.turns.append(Turn("agent", "", observation, action))


@pytest.mark.parametrize("expert", [explore, lambda game: plan(game, game.start)], ids=["explorer", "oracle"])
@pytest.mark.parametrize("dialect", ["put", "move"])
@pytest.mark.parametrize(("places", "task"), HOUSES)
def test_one_line_that_names_the_aim(
    places: dict[str, str], task: str, dialect: str, expert: Callable[[Game], list[str]]
) -> None:
    game = house(places, task, dialect="put" if dialect == "put" else "move")
    words = conversation_format("eto/ALFWorld-v0")
    word = game.goal.object_type.removesuffix("type")
    lines = list(thoughts(game, expert(game)))
    assert lines
    for thought, action in lines:
        assert 5 <= len(thought) <= 300
        assert thought == thought.strip()
        assert "\n" not in thought
        aim = thought.partition(";")[0]
        assert word in aim, thought
        assert words.parse_action(f"Thought: {thought}\nAction: {action}") == action


def test_the_thoughts_of_a_hot_mug() -> None:
    game = house({"cabinet 1": "mug 1", "microwave 1": "", "shelf 1": ""}, "put a hot mug in shelf")
    actions = ["go to cabinet 1", "open cabinet 1", "take mug 1 from cabinet 1", "go to microwave 1"]
    actions += ["heat mug 1 with microwave 1", "go to shelf 1", "put mug 1 in/on shelf 1", "inventory"]
    assert [thought for thought, _ in thoughts(game, actions)] == [
        "I need to find a mug; the cabinet 1 is a likely place. I go to the cabinet 1.",
        "I need to find a mug; the cabinet 1 is closed and may hide one. I open the cabinet 1.",
        "I need a mug; here is mug 1, so I take it.",
        "The mug has to be hot; I have mug 1 and heat it next. I go to the microwave 1.",
        "The mug has to be hot; I have mug 1, so I heat it with the microwave 1.",
        "The mug belongs in the shelf; mug 1 is hot now. I go to the shelf 1.",
        "The mug belongs in the shelf; I put mug 1 into or onto the shelf 1.",
        "I need a mug; I check what I hold.",
    ]


def test_the_thoughts_of_full_hands() -> None:
    game = house({"desk 1": "pen 1", "bed 1": "", "shelf 1": "book 1"}, "put a book in bed")
    actions = ["go to desk 1", "take pen 1 from desk 1", "go to shelf 1", "go to desk 1", "put pen 1 in/on desk 1"]
    actions += ["go to shelf 1", "take book 1 from shelf 1"]
    assert [thought for thought, _ in thoughts(game, actions)][2:] == [
        "I need to find a book; the shelf 1 is a likely place. I go to the shelf 1.",
        "I need my hands free for a book; I put the pen 1 away. I go to the desk 1.",
        "I need my hands free for a book; I put the pen 1 down.",
        "I need a book; I have seen book 1 at the shelf 1. I go to the shelf 1.",
        "I need a book; here is book 1, so I take it.",
    ]


def test_an_unknown_task_gets_a_plain_thought() -> None:
    trajectory = Trajectory("eto/ALFWorld-v0", "task", "type", "split")
    trajectory.turns = [Turn("task", "Sing a song.", "You see a shelf 1.")]
    assert rationale(trajectory, "look") == "I have a task to do: Sing a song. I look."


def test_the_words() -> None:
    words = conversation_format("eto/ALFWorld-v0")
    assert words.render_task("the goal", "You see a shelf 1.") == "You see a shelf 1."
    error = "Error Input. Your input must contains 'Action: '"
    assert words.render_observation(error) == f"Observation: {error}"
    assert words.render_observation("Nothing happens.") == "Observation: Nothing happens."
    for word in ("go to", "take", "put", "open", "close", "use", "clean", "heat", "cool", "slice"):
        assert f"{word} " in words.instruction


@pytest.mark.parametrize(
    ("actions", "labels"),
    [
        (["take apple 1 from shelf 1", "take butterknife 2 from shelf 1"], set()),
        (["take pen 1 from shelf 1"], {"wrong_object"}),
        (["take Pen 1 from shelf 1"], {"wrong_object"}),
    ],
)
def test_a_wrong_object_in_alfworld(actions: list[str], labels: set[str]) -> None:
    turns = [FOUND, *(acted(action, done=[0]) for action in actions)]
    assert failure_labels(episode("ALFWorld", "step_limit", *turns)) == {"out_of_steps", *labels}
    refused = [FOUND, *(acted(action, done=[0], valid=False) for action in actions)]
    assert "wrong_object" not in failure_labels(episode("ALFWorld", "step_limit", *refused))


def test_a_knife_is_wrong_where_nothing_is_to_be_sliced() -> None:
    whole = [name for name in ALFWORLD if "knife" not in name and "slice" not in name]
    turns = [FOUND, acted("take knife 1 from shelf 1")]
    assert "wrong_object" in failure_labels(episode("ALFWorld", "step_limit", *turns, subgoals=whole))


def test_never_found_in_alfworld_means_every_thing_to_find() -> None:
    two = ["find a pen", "take a pen", "find another pen"]
    one_of_two = [acted("go to shelf 1", done=[0], of=3)]
    both = [*one_of_two, acted("go to bed 1", done=[0, 2], of=3), acted("go to desk 1", of=3)]
    assert "never_found" in failure_labels(episode("ALFWorld", "step_limit", *one_of_two, subgoals=two))
    assert "never_found" not in failure_labels(episode("ALFWorld", "step_limit", *both, subgoals=two))


def test_the_release_s_alfworld_games(shared_dir: Path) -> None:
    games = (shared_dir / "data" / "eto" / "alfworld" / "gamefile_id.txt").read_text().split()
    for game in games:
        record = {"id": 1, "game_file": f"data/json_2.1.1/valid_unseen/{game}/game.tw-pddl"}
        task = task_of(record, "id")
        assert task == f"valid_unseen/{game}"
        assert type_of(task) == game.partition("-")[0]


def test_an_id_that_is_no_game_is_kept() -> None:
    assert task_of({"id": "alfworld_3"}, "id") == "alfworld_3"
    assert type_of("alfworld_3") == ""
