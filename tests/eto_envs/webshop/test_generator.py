"""The generator of made-up catalogues: determinism, shape, truth of instructions, the embedded catalogue."""

from __future__ import annotations

import json
import lzma
import re
import subprocess
import sys
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest

from eto_envs.errors import DataError
from eto_envs.webshop.generator import FILE_NAMES, GeneratedProduct, generate_products, write_catalogue
from eto_envs.webshop.generator.draws import asin_maker, scramble
from eto_envs.webshop.generator.instructions import with_article
from eto_envs.webshop.generator.kinds import CATEGORIES, KINDS
from eto_envs.webshop.generator.tables import read_features, read_kinds, title_case

ROOT = Path(__file__).resolve().parents[3]
MINI = ROOT / "eto_envs" / "webshop" / "data" / "mini"


def normalised(value: str) -> str:
    """As the original engine does it, written again from its source."""
    return value.strip().replace("/", " | ").lower()


def option_values(item: dict[str, Any]) -> list[set[str]]:
    groups = item["customization_options"] or {}
    return [{normalised(entry["value"]) for entry in entries} for entries in groups.values()]


def read_catalogue(folder: Path) -> tuple[Any, Any, Any]:
    items, attributes, human = ((folder / name).read_text(encoding="ascii") for name in FILE_NAMES)
    return json.loads(items), json.loads(attributes), json.loads(human)


@pytest.fixture(scope="module")
def products() -> list[GeneratedProduct]:
    return list(generate_products(3000, seed=7))


def test_same_seed_gives_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("first", 5), ("again", 5), ("other", 6)):
        write_catalogue(tmp_path / name, 40, seed)
    for name in FILE_NAMES:
        first, again, other = ((tmp_path / folder / name).read_bytes() for folder in ("first", "again", "other"))
        assert first == again
        assert first != other


def test_a_product_does_not_depend_on_how_many_are_made() -> None:
    few, many = list(generate_products(10, seed=3)), list(islice(generate_products(1_180_000, seed=3), 10))
    assert few == many


def test_human_share_changes_nothing_but_the_human_instructions() -> None:
    every, none = list(generate_products(200, 1)), list(generate_products(200, 1, human_share=0.0))
    assert [(made.item, made.attributes) for made in every] == [(made.item, made.attributes) for made in none]
    assert all(made.human for made in every)
    assert not any(made.human for made in none)
    some = sum(bool(made.human) for made in generate_products(2000, 1, human_share=0.25))
    assert 400 < some < 600


def test_asins_are_unique_and_look_random() -> None:
    asin = asin_maker(11)
    asins = [asin(number) for number in range(60_000)]
    assert len(set(asins)) == len(asins)
    assert all(re.fullmatch(r"B0[0-9A-Z]{8}", name) for name in asins)
    neighbours = sum(one[:5] == other[:5] for one, other in pairwise(asins))
    assert neighbours < 60


def test_scramble_keeps_numbers_apart() -> None:
    assert len({scramble(number) for number in range(10_000)}) == 10_000


def test_items_have_the_original_shape(products: list[GeneratedProduct]) -> None:
    for made in products:
        item = made.item
        assert item["category"] in CATEGORIES
        assert item["query"] == item["query"].lower()
        assert re.fullmatch(r"(\$\d+\.\d\d( to \$\d+\.\d\d)?)?", item["pricing"])
        assert 3 <= len(item["small_description"]) <= 6
        assert item["images"] == [""]
        assert " › " in item["product_category"]
        assert item["average_rating"] == "" or 2.0 <= item["average_rating"] <= 5.0
        assert item["page"] >= 1
        assert item["customization_options"] == "" or 1 <= len(item["customization_options"]) <= 3
        text = " ".join([item["name"], item["full_description"], *item["small_description"]])
        assert not re.search(r"[{}]|\s,", text), text


def test_titles_are_long_and_untidy(products: list[GeneratedProduct]) -> None:
    lengths = [len(re.findall(r"[^\s,]+", made.item["name"])) for made in products]
    assert min(lengths) >= 5
    assert sum(6 <= length <= 20 for length in lengths) > 0.9 * len(lengths)


def test_price_ranges_go_up(products: list[GeneratedProduct]) -> None:
    ranges = [
        made.item["pricing"].replace("$", "").split(" to ") for made in products if " to " in made.item["pricing"]
    ]
    assert len(ranges) > 100
    assert all(float(low) < float(high) for low, high in ranges)


def test_options_of_a_group_differ_after_normalising(products: list[GeneratedProduct]) -> None:
    for made in products:
        for entries in (made.item["customization_options"] or {}).values():
            values = [normalised(entry["value"]) for entry in entries]
            assert len(values) == len(set(values)) > 0


def test_about_a_quarter_has_no_options(products: list[GeneratedProduct]) -> None:
    share = sum(made.item["customization_options"] == "" for made in products) / len(products)
    assert 0.2 < share < 0.3


def test_synthetic_instructions_are_true(products: list[GeneratedProduct]) -> None:
    with_instruction = [made for made in products if "instruction" in made.attributes]
    assert 0.55 < len(with_instruction) / len(products) < 0.65
    for made in with_instruction:
        chosen = made.attributes["instruction_attributes"]
        assert 1 <= len(chosen) <= 3
        assert set(chosen) <= set(made.attributes["attributes"])
        assert made.attributes["instruction"].startswith("Find me ")
        assert all(name in made.attributes["instruction"] for name in (*chosen, made.item["query"]))


def test_human_instructions_are_true(products: list[GeneratedProduct]) -> None:
    for made in products:
        groups = option_values(made.item)
        for entry in made.human:
            assert entry["asin"] == made.asin
            assert entry["attributes"] == made.attributes["attributes"]
            assert 1 <= len(entry["instruction_attributes"]) <= 3
            assert set(entry["instruction_attributes"]) <= set(entry["attributes"])
            wanted = entry["instruction_options"]
            assert len(wanted) <= len(groups)
            assert all(any(value in group for group in groups) for value in wanted)
            assert all(value in entry["instruction"].lower() for value in wanted)
            assert "{" not in entry["instruction"]
            assert "  " not in entry["instruction"]


def test_human_instructions_differ_and_read_well(products: list[GeneratedProduct]) -> None:
    texts = [entry["instruction"] for made in products for entry in made.human]
    assert len(set(texts)) > 0.99 * len(texts)
    wrong = (
        r"\ba (area|easy|eco|entryway|energy|eye|hdmi|ottoman|office)|\ban (bed|dress|high|non|pair|usb)|"
        r"\ban? an? |\b(for|in|with|the|size|style|color|that) \2\b"
    )
    assert not [text for text in texts if re.search(wrong, text)]
    assert sum(text == text.lower() for text in texts) > 0.9 * len(texts)


def test_attributes_of_a_product_are_told_by_its_text(products: list[GeneratedProduct]) -> None:
    said = {feature.name: feature for kind in KINDS for group in kind.traits for feature in group}
    told = total = 0
    for made in products[:500]:
        item = made.item
        text = " ".join([item["name"], item["full_description"], *item["small_description"]]).lower()
        for name in made.attributes["attributes"]:
            total += 1
            told += name in text or said[name].said in text
    assert told > 0.6 * total


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("usb cable", "a usb cable"),
        ("hdmi cable", "an hdmi cable"),
        ("easy to clean rug", "an easy to clean rug"),
        ("dress", "a dress"),
        ("unique dress", "a unique dress"),
    ],
)
def test_articles(words: str, expected: str) -> None:
    assert with_article(words) == expected


def test_title_case() -> None:
    assert title_case("easy to clean") == "Easy to Clean"
    assert title_case("usb port") == "USB Port"


def test_tables_are_checked() -> None:
    with pytest.raises(ValueError, match="Unknown role 'are' of 'soft'"):
        read_features("soft | are | soft | It is soft.")
    with pytest.raises(KeyError):
        read_kinds("garden", "query: rugs\ntrait: soft\nprice: 1; 2", {}, {})


def test_files_are_lists_of_lines_and_appear_whole(tmp_path: Path) -> None:
    write_catalogue(tmp_path, 25, 9, human_share=0.5)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILE_NAMES)
    items, attributes, human = read_catalogue(tmp_path)
    assert len(items) == len(attributes) == 25
    assert 0 < len(human) < 25
    assert len((tmp_path / FILE_NAMES[0]).read_text(encoding="ascii").splitlines()) == 27
    assert [made.item for made in generate_products(25, 9)] == items


def test_empty_catalogue_is_valid_json(tmp_path: Path) -> None:
    write_catalogue(tmp_path, 0, 1)
    assert read_catalogue(tmp_path) == ([], {}, {})


def test_a_folder_with_a_catalogue_is_refused_and_stays(tmp_path: Path) -> None:
    write_catalogue(tmp_path, 5, 1)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(DataError, match=r"items_shuffle\.json' exists already; give another folder"):
        write_catalogue(tmp_path, 5, 2)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_generator_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    with pytest.raises(TypeError):
        write_catalogue(tmp_path, 5, seed="no number")  # pyright: ignore[reportArgumentType]
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_files_of_another_catalogue_are_refused(tmp_path: Path) -> None:
    (tmp_path / "items_shuffle_1000.json").touch()
    with pytest.raises(DataError, match=r"items_shuffle_1000\.json' exists already"):
        write_catalogue(tmp_path, 5, 1)
    assert len(list(tmp_path.iterdir())) == 1


def test_embedded_catalogue_is_small_and_broad() -> None:
    packed = [(MINI / f"{name}.xz").read_bytes() for name in FILE_NAMES]
    assert sum(map(len, packed)) <= 350_000
    items, attributes, human = (json.loads(lzma.decompress(content)) for content in packed)
    assert len(items) == len(attributes) == len(human) == 1200
    assert {item["category"] for item in items} == set(CATEGORIES)
    assert len({item["query"] for item in items}) >= 40


def test_embedded_catalogue_is_what_the_script_builds(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "build_webshop_mini"
    subprocess.run([sys.executable, str(script), "--folder", str(tmp_path)], check=True, capture_output=True)
    for name in FILE_NAMES:
        built, embedded = ((folder / f"{name}.xz").read_bytes() for folder in (tmp_path, MINI))
        assert lzma.decompress(built) == lzma.decompress(embedded), f"{name}: run scripts/build_webshop_mini"
