"""The command `eto-envs generate`: synthetic data of a world, written in the format of its official files."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import tyro

from eto_envs.errors import UnknownNameError

__all__ = ["GENERATED", "Made", "check_world"]


def webshop(products: int, out: Path, seed: int = 0) -> int:
    """Generate a WebShop catalogue: products, attributes and instructions, in the original's three files.

    Args:
        products: how many; 10,000 take about a second and 19 MB.
        out: folder for items_shuffle.json, items_ins_v2.json, items_human_ins.json; must not hold a catalogue yet.
        seed: any integer; the same seed gives the same files.
    """
    if products < 1:
        raise UnknownNameError(f"Unusable --products {products}; expected a whole number from 1.")
    from rich.filesize import decimal

    from eto_envs.webshop.generator import FILE_NAMES, write_catalogue

    instructions = write_catalogue(out, products, seed)
    size = decimal(sum((out / name).stat().st_size for name in FILE_NAMES))
    print(f"{out}: {products:,} products, {instructions:,} instructions, {size} in {', '.join(FILE_NAMES)}")
    print(f"Next: eto-envs play webshop --set {shlex.quote(f'catalogue={out.resolve()}')}")
    return 0


def alfworld(
    games: int,
    out: Path,
    seed: int = 0,
    dialect: Literal["move", "put"] = "move",
    grammar_from: Path | None = None,
) -> int:
    """Generate ALFWorld games in the official layout, for this package, TextWorld and alfworld.

    Args:
        games: how many; a tenth each become valid_seen and valid_unseen.
        out: the folder to write json_2.1.1/SPLIT/TASK/TRIAL/game.tw-pddl in; it must not hold games yet.
        seed: any integer; the same seed gives the same games.
        dialect: how putting is said: "move X to Y", or "put X in/on Y" as in the paper.
        grammar_from: a game.tw-pddl to take domain and texts from; without it the installed alfworld gives them.
    """
    from eto_envs.alfworld.generator import write_set

    sizes = write_set(out, games, seed, dialect, grammar_from)
    print(f"{out / 'json_2.1.1'}: {', '.join(f'{size} {split}' for split, size in sizes.items())}")
    print(f"Next: eto-envs play alfworld --set {shlex.quote(f'games={out.resolve()}')} --set manifest=folder")
    return 0


GENERATED = {"webshop": webshop, "alfworld": alfworld}
"""World -> what generates its data and returns the exit code."""

Made = tyro.conf.OmitArgPrefixes[
    Annotated[int, tyro.conf.subcommand("webshop", constructor=webshop)]
    | Annotated[int, tyro.conf.subcommand("alfworld", constructor=alfworld)]
]


def check_world(arguments: Sequence[str]) -> list[str]:
    """The arguments of `eto-envs generate`, or `--help` where there is none.

    Raises:
        UnknownNameError: the first one is no world whose data can be generated.
    """
    if arguments and not arguments[0].startswith("-") and arguments[0] not in GENERATED:
        raise UnknownNameError.of("world to generate", arguments[0], GENERATED)
    return list(arguments) or ["--help"]
