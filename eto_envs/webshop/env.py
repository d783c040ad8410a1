"""`eto/WebShop-v0`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from eto_envs.core import TextEnv, WorldStep
from eto_envs.errors import UnknownNameError
from eto_envs.progress import Subgoal
from eto_envs.tasks import Task
from eto_envs.webshop.catalogues import open_catalogue
from eto_envs.webshop.conversation import CONVERSATION
from eto_envs.webshop.goals import Goal
from eto_envs.webshop.html import render_html
from eto_envs.webshop.nouns import NounTagger, find_tagger
from eto_envs.webshop.oracle import instruction_keywords, plan
from eto_envs.webshop.pages import Pages
from eto_envs.webshop.reward import RewardDetail, purchase_reward
from eto_envs.webshop.shop import Shop, ShopState, can_be_clicked
from eto_envs.webshop.tasks import GOAL_KINDS, MANIFESTS, goal_of, load_manifest

__all__ = ["OBSERVATION_MODES", "ObservationMode", "WebShopEnv"]

ObservationMode = Literal["text", "text_rich", "html"]
OBSERVATION_MODES: tuple[ObservationMode, ...] = ("text", "text_rich", "html")


class _World(NamedTuple):
    """Everything that changes. Immutable, so a snapshot is a reference."""

    state: ShopState
    purchase: RewardDetail | None


class WebShopEnv(TextEnv):
    """Buy the product that an instruction asks for.

    ## Description
    A shop with a search, pages of results, products with options, descriptions and features. A customer asks for a
    kind of product with certain attributes, options and a price below a cap. The purchase ends the episode and is
    scored by what was bought.

    ## Action Space
    Any string. Understood: `search[keywords]` on every page, and `click[text]`, where the text, in any case, is that of
    a button, of a product's link (its ASIN) or of a value of an option on the page. Everything else changes nothing.
    `available_actions()` says what can be clicked.

    ## Observation Space
    Any string. `observation_mode="text"`: the visible texts of the page joined by `[SEP]`. `"text_rich"`: a line for
    each, with buttons and what was clicked before marked. `"html"`: the page itself.

    ## Rewards
    The score, 0 before the purchase, is type * (attributes met + options met + price met) / (number of attributes +
    options + 1), in [0, 1]; type is 1, 0.5, 0.1 or 0 by search, category and nouns of the title.
    `reward_mode="final"` gives it once with the purchase, `"delta"` gives its changes.

    ## Episode End
    Terminated by the purchase (solved where the score is 1, else failed); truncated after 10 steps, the paper's limit.

    ## Information
    The keys of every environment of the suite; see `TextEnv`. The subgoals are the parts of the reward as they would be
    if the product on the page were bought now: `type`, `attribute: A` and `option: O` for each of the goal's, `price`.
    Progress is that reward, 0 where no product is open. `purchase_detail()` gives the parts as numbers.

    ## Arguments
    * `catalogue`: `mini` (default; a synthetic catalogue of 1,200 products, embedded), `mini:N` (a synthetic one of N
      products, 1 to 100,000), `1k` and `full` (the original's 1,000 and 1.18 million products; `eto-envs download
      webshop`), or a folder with files in the original's format, for instance from `eto-envs generate webshop`.
    * `goals`: `human` or `synthetic`; the default is `human` (`synthetic` for `1k`, which has 13 human goals).
    * `manifest`: `products` (train, dev, test, no product in two splits), `original` (test: the first 500 goals, dev:
      the next 1,000, train: the rest), `eto` (the lists released with ETO, for `full` only, and the default there).
    * `tagger`: how the nouns of titles are found: `rules` (default, bundled), `words`, `spacy:MODEL` or one's own.
    * `observation_mode`, `show_attributes` (a button to the product's attributes; off, as in the paper).
    * Further arguments: see `TextEnv`.

    ## Synthetic catalogues
    `mini:N` is the first N products of an endless row whose first 1,200 are `mini`: `mini:1200` has the same products,
    goals and identity. In the manifest `products`, a product has the same split whatever N is. The catalogue is
    generated and indexed on first use and kept in `ETO_ENVS_DATA` (default: the user's cache folder): 1,000 products
    take 1 s and 7 MB, 10,000 take 5 s and 64 MB, 100,000 take 30 s and 360 MB. Every product has one or two goals of
    kind `human`; goals of kind `synthetic` exist up to 20,000 products. `eto-envs generate webshop --products N --seed
    S --out DIR` writes such files for any N and seed.

    ## Fidelity
    WebShop at commit 64fa2a5, its text environment. With the same files, prices, rankings and nouns, observations,
    what can be clicked, rewards and ends of episodes are the same (1,286 recorded steps). Differences:

    * Prices of ranged products and price caps are drawn from a generator of their own with seed 0, in the original's
      order; the original draws them anew in every process.
    * Search is Lucene's BM25 without Lucene, see `search/index.py`: 3,933 recorded queries have the same 50 results and
      the same scores. Results of equal score are in the order
      of their ASINs.
    * The original asks a spaCy model for the nouns of titles. The default here is a rule tagger, whatever else is
      installed: rewards must not depend on that. Tagger and catalogue stand in `info["versions"]` and in recordings.
    * The original draws synthetic goals in proportion to the rarity of their attributes; `reset` here draws all goals
      with the same chance, as the original does human ones.
    * `html` is this suite's own page, with the same texts, not the original's source.
    * `search[<r>]` lists the same "random" products every time; `search[<a> ...]`, an exception there, finds nothing,
      and `search[<c>]`, one too, the products without a category.
    * The files given out hold no reviews and no ratings; these pages are empty here as there.

    ## References
    Yao, Chen, Yang, Narasimhan: WebShop: Towards Scalable Real-World Web Interaction with Grounded Language Agents.
    NeurIPS 2022. https://github.com/princeton-nlp/WebShop. Task lists and step limit: Song et al.: Trial and Error:
    Exploration-Based Trajectory Optimization for LLM Agents. ACL 2024.

    ## Version History
    * v0: first version.
    """

    conversation = CONVERSATION

    def __init__(
        self,
        split: str = "train",
        *,
        catalogue: str = "mini",
        goals: str | None = None,
        manifest: str | None = None,
        tagger: str | NounTagger = "rules",
        observation_mode: ObservationMode = "text",
        show_attributes: bool = False,
        **settings: Any,
    ) -> None:
        if observation_mode not in OBSERVATION_MODES:
            raise UnknownNameError.of("observation_mode", observation_mode, OBSERVATION_MODES)
        kind = ("synthetic" if catalogue == "1k" else "human") if goals is None else goals
        if kind not in GOAL_KINDS:
            raise UnknownNameError.of("kind of goals", kind, GOAL_KINDS)
        name = ("eto" if catalogue == "full" else "products") if manifest is None else manifest
        if name not in MANIFESTS:
            raise UnknownNameError.of("WebShop manifest", name, MANIFESTS)
        self.tagger = find_tagger(tagger)
        opened = open_catalogue(catalogue)
        super().__init__(load_manifest(name, opened, kind), split, **settings)
        self.shop = Shop(opened, show_attributes=show_attributes)
        self._pages = Pages(self.shop)
        self.observation_mode: ObservationMode = observation_mode
        self._goal_now: Goal | None = None
        self._world = _World(ShopState(), None)
        self._rated: tuple[tuple[int, tuple[tuple[str, str], ...]], RewardDetail] | None = None

    # -- the world ---------------------------------------------------------------------------------------------

    def _start(self, task: Task) -> WorldStep:
        self._begin_goal(task, _World(ShopState(), None))
        return self._answer(valid=True)

    def _apply(self, action: str) -> WorldStep:
        state, valid = self.shop.act(self._world.state, action)
        purchase = self._rate(state) if state.page == "done" else None
        self._world = _World(state, purchase)
        return self._answer(valid)

    def _answer(self, valid: bool) -> WorldStep:
        purchase = self._world.purchase
        score = 0.0 if purchase is None else purchase.reward
        return WorldStep(self._observe(), score, purchase is not None, score == 1.0, valid)

    def _observe(self) -> str:
        state, purchase = self._world
        if self.observation_mode == "html":
            return render_html(self.shop, state, self.goal.instruction, purchase)
        write = self._pages.rich_text if self.observation_mode == "text_rich" else self._pages.text
        return write(state, self.goal.instruction, 0.0 if purchase is None else purchase.reward)

    def _goal(self) -> str:
        return self.goal.instruction

    def _subgoals(self) -> tuple[Subgoal, ...]:
        detail, goal = self.purchase_detail(), self.goal
        attributes = detail.attributes if detail else (False,) * len(goal.attributes)
        options = detail.options if detail else (False,) * len(goal.options)
        return (
            Subgoal("type", detail is not None and detail.r_type == 1.0),
            *(Subgoal(f"attribute: {name}", met) for name, met in zip(goal.attributes, attributes, strict=True)),
            *(Subgoal(f"option: {value}", met) for value, met in zip(goal.options, options, strict=True)),
            Subgoal(f"price: at most {goal.price_cap:.2f}", detail is not None and detail.r_price),
        )

    def _progress(self) -> float:
        detail = self.purchase_detail()
        return 0.0 if detail is None else detail.reward

    def _admissible_actions(self) -> Sequence[str]:
        texts = self.shop.clickables(self._world.state)
        clicks = [f"click[{text}]" for text in texts if text != "search" and can_be_clicked(text)]
        keywords = instruction_keywords(self.goal.instruction)
        return [*clicks, f"search[{keywords}]"] if keywords else clicks

    def _oracle_actions(self) -> Sequence[str]:
        return [] if self._world.purchase else plan(self.shop, self._world.state, self.goal, self.tagger)

    def _capture(self) -> _World:
        return self._world

    def _reinstate(self, task: Task, world: _World) -> None:
        self._begin_goal(task, world)

    def _shut_down(self) -> None:
        self._goal_now = None

    def _begin_goal(self, task: Task, world: _World) -> None:
        self._goal_now, self._world, self._rated = goal_of(task), world, None

    # -- beyond the contract -----------------------------------------------------------------------------------

    @property
    def goal(self) -> Goal:
        """The goal of the current episode; raises `EpisodeError` where there is none."""
        if self._goal_now is None:
            self._goal_now = goal_of(self.task)
        return self._goal_now

    @property
    def state(self) -> ShopState:
        """The page that the agent is on, with all that was searched and chosen."""
        return self._world.state

    def available_actions(self) -> dict[str, Any]:
        """`has_search_bar`, and `clickables`: what can be clicked on the page, in the original's order.

        Raises:
            EpisodeError: there is no episode.
        """
        _ = self.task
        state = self._world.state
        return {"has_search_bar": state.page == "search", "clickables": list(self.shop.clickables(state))}

    def purchase_detail(self) -> RewardDetail | None:
        """The reward and its parts: of the purchase, or as they would be if the product on the page were bought now.

        None where no product is open.

        Raises:
            EpisodeError: there is no episode.
        """
        _ = self.task
        return self._rate(self._world.state)

    def _rate(self, state: ShopState) -> RewardDetail | None:
        if state.product is None:
            return None
        what = (state.product, state.options)
        if self._rated is None or self._rated[0] != what:
            product, price = self.shop.product(state), float(self.shop.catalogue.prices[state.product])
            chosen = [value for _, value in state.options]
            self._rated = (what, purchase_reward(product, self.goal, price, chosen, self.tagger))
        return self._rated[1]

    @property
    def versions(self) -> dict[str, str]:
        catalogue = self.shop.catalogue
        named = {"catalogue": f"{catalogue.name}@{catalogue.identity}", "tagger": self.tagger.name}
        return {**super().versions, **named}

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "catalogue": self.shop.catalogue.identity,
            "tagger": self.tagger.name,
            "observation_mode": self.observation_mode,
            "show_attributes": self.shop.show_attributes,
        }
