"""Catalogues on disk, in the original's three files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from eto_envs.drafts import new_entries
from eto_envs.webshop.generator.products import GeneratedProduct, generate_products
from eto_envs.webshop.sources import DOWNLOADED

__all__ = ["FILE_NAMES", "MINI_PRODUCTS", "MINI_SEED", "write_catalogue", "write_files"]

FILE_NAMES = ("items_shuffle.json", "items_ins_v2.json", "items_human_ins.json")
"""Products (a list); attributes by ASIN; human instructions by ASIN."""

MINI_SEED = 20220704
"""Seed of the endless row of products whose first `MINI_PRODUCTS` are embedded as catalogue "mini"."""
MINI_PRODUCTS = 1200

_dumps = json.JSONEncoder(ensure_ascii=True, separators=(", ", ": ")).encode


def write_files(folder: Path, products: Iterable[GeneratedProduct]) -> int:
    """Write the three files of a catalogue into an existing folder: plain JSON, one product a line.

    Nothing is kept in memory, and what the folder holds under these names is overwritten.

    Returns:
        The number of human-like instructions.
    """
    instructions = 0
    with ExitStack() as stack:
        items, attributes, human = (
            stack.enter_context((folder / name).open("w", encoding="ascii", newline="\n")) for name in FILE_NAMES
        )
        items.write("[")
        attributes.write("{")
        human.write("{")
        line = human_line = "\n"
        for product in products:
            items.write(f"{line}{_dumps(product.item)}")
            attributes.write(f'{line}"{product.asin}": {_dumps(product.attributes)}')
            line = ",\n"
            if product.human:
                human.write(f'{human_line}"{product.asin}": {_dumps(product.human)}')
                human_line = ",\n"
                instructions += len(product.human)
        items.write("\n]\n")
        attributes.write("\n}\n")
        human.write("\n}\n")
    return instructions


def write_catalogue(folder: Path, n: int, seed: int, human_share: float = 1.0) -> int:
    """Write a catalogue of `n` products into `folder`, which is created if it is missing.

    The files appear under their names once all three are whole; after an error none does.

    Args:
        folder: where `items_shuffle.json`, `items_ins_v2.json` and `items_human_ins.json` go.
        n: how many products.
        seed: any integer; the same seed gives the same bytes.
        human_share: the share of products with human-like instructions.

    Returns:
        The number of human-like instructions.

    Raises:
        DataError: `folder` holds files of a catalogue already, or its disk is full.
    """
    # The products come last: without them a folder is no catalogue. With the files of 1,000 products it would be two.
    with new_entries(folder, FILE_NAMES[::-1], refused=DOWNLOADED["1k"]) as draft:
        return write_files(draft, generate_products(n, seed, human_share))
