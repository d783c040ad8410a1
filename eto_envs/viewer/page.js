"use strict";
// Every text of an episode reaches the page through textContent: nothing recorded is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";
const ROWS_AT_ONCE = 200;
const index = JSON.parse(document.getElementById("index").textContent);
const sources = document.querySelectorAll("script.trajectory");
const byId = (id) => document.getElementById(id);

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function svg(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

/** An id that may wrap after any of its parts; what is copied from the page is the id itself. */
const wrapping = (id) => id.split(/(?<=[/_:])/).flatMap((part) => [part, el("wbr")]).slice(0, -1);
const rounded = (number) => String(Math.round(number * 1000) / 1000);
const counted = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
const outcomeName = (outcome) => (outcome === null ? "unfinished" : outcome.replace("_", " "));
const badge = (outcome) => el("span", { class: `badge ${outcome || ""}` }, outcomeName(outcome));

// -- the list -----------------------------------------------------------------------------------------------------

const SORTS = {
  "file order": (a, b) => a.number - b.number,
  "task": (a, b) => a.task.localeCompare(b.task, undefined, { numeric: true }) || a.number - b.number,
  "reward, low first": (a, b) => (a.reward ?? -1) - (b.reward ?? -1) || a.number - b.number,
  "reward, high first": (a, b) => (b.reward ?? -1) - (a.reward ?? -1) || a.number - b.number,
  "steps, few first": (a, b) => a.steps - b.steps || a.number - b.number,
  "steps, many first": (a, b) => b.steps - a.steps || a.number - b.number,
};
let rowsShown = ROWS_AT_ONCE;

function fillSelect(id, options) {
  byId(id).replaceChildren(...options.map(([value, text]) => el("option", { value }, text)));
}

function setUpList() {
  index.forEach((episode, position) => { episode.number = position + 1; });
  const distinct = (key) => [...new Set(index.map((episode) => episode[key]))].sort();
  fillSelect("outcome", [["", "all"], ...distinct("outcome").map((outcome) => [String(outcome), outcomeName(outcome)])]);
  fillSelect("type", [["", "all"], ...distinct("task_type").map((type) => [type, type])]);
  fillSelect("sort", Object.keys(SORTS).map((name) => [name, name]));
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("input", () => { rowsShown = ROWS_AT_ONCE; drawList(); });
  byId("more").addEventListener("click", () => { rowsShown += ROWS_AT_ONCE; drawList(); });
}

function selectedEpisodes() {
  const query = byId("query").value.trim().toLowerCase();
  const [outcome, type] = [byId("outcome").value, byId("type").value];
  const kept = index.filter((episode) =>
    (!outcome || String(episode.outcome) === outcome) && (!type || episode.task_type === type) &&
    (!query || `${episode.task}\n${episode.goal}`.toLowerCase().includes(query)));
  return kept.sort(SORTS[byId("sort").value]);
}

function drawList() {
  const episodes = selectedEpisodes();
  const rated = episodes.filter((episode) => episode.reward !== null);
  const solved = episodes.filter((episode) => episode.outcome === "solved").length;
  const mean = rated.length ? rounded(rated.reduce((sum, episode) => sum + episode.reward, 0) / rated.length) : "none";
  const of = episodes.length < index.length ? ` of ${index.length}` : "";
  byId("summary").textContent =
    `${episodes.length}${of} ${index.length === 1 ? "episode" : "episodes"}, ${solved} solved, mean reward ${mean}`;
  const rows = episodes.slice(0, rowsShown).map(drawRow);
  byId("rows").replaceChildren(...(rows.length ? rows : [el("p", { class: "empty" }, "No episode fits these filters.")]));
  byId("more").hidden = episodes.length <= rowsShown;
  byId("more").textContent = `Show more (${episodes.length - rowsShown} left)`;
}

function drawRow(episode) {
  const level = el("b");
  level.style.width = `${100 * Math.min(1, Math.max(0, episode.reward ?? 0))}%`;
  return el("a", { class: "row", href: `#${episode.number}` },
    badge(episode.outcome),
    el("span", { class: "task" }, ...wrapping(episode.task), el("small", {}, episode.policy ? `  ${episode.policy}` : "")),
    el("span", { class: "gauge" }, el("i", {}, level), episode.reward === null ? "none" : episode.reward.toFixed(2)),
    el("span", { class: "steps" }, counted(episode.steps, "step")),
    el("span", { class: "goal" }, episode.goal));
}

// -- one episode --------------------------------------------------------------------------------------------------

let open = null; // {number, trajectory, turn, cards, marker, ...} of the episode on show

/** Parts a reply into thought and action. The action is the one that reached the world, whatever the reply looks like. */
function parts(turn) {
  if (turn.action === null || turn.text === turn.action) return { thought: "", action: turn.action, rest: turn.action === null ? turn.text : "" };
  const at = turn.text.lastIndexOf("Action:");
  const before = at < 0 ? turn.text : turn.text.slice(0, at);
  return { thought: before.trim().replace(/^Thought:\s*/, ""), action: turn.action, rest: "" };
}

/** Which subgoals are done after each turn; the turns of a prefix do not say, so they repeat what was known before. */
function subgoalStates(trajectory) {
  let known = trajectory.subgoals.map(() => false);
  return trajectory.turns.map((turn) => (known = turn.subgoals.length === known.length ? turn.subgoals : known));
}

/** Whether score and progress of a turn are known: a prefix tells them only for its last turn. */
function isMeasured(trajectory, position) {
  return trajectory.turns[position].role !== "prefix" || trajectory.turns[position + 1]?.role !== "prefix";
}

function labelled(kind, label, text) {
  return el("div", { class: kind }, el("span", { class: "label" }, label), el("p", { class: "text" }, text));
}

function drawTurn(trajectory, position, states) {
  const turn = trajectory.turns[position];
  const card = el("article", { class: `turn ${turn.role}${turn.valid ? "" : " invalid"}`, "data-turn": position });
  if (turn.role === "task") {
    card.append(labelled("observation", "First observation", turn.observation));
    return card;
  }
  const { thought, action, rest } = parts(turn);
  const gain = turn.reward ? `reward ${turn.reward > 0 ? "+" : ""}${rounded(turn.reward)}` : "";
  card.append(el("header", {}, el("span", { class: "number" }, `Turn ${position}`),
    turn.role === "prefix" ? el("span", { class: "tag prefix" }, "prefix") : null,
    turn.valid ? null : el("span", { class: "tag invalid" }, "not understood"),
    action === null ? el("span", { class: "tag invalid" }, "no action") : null,
    el("span", { class: "gain" }, gain)));
  if (thought) card.append(labelled("thought", "Thought", thought));
  if (rest) card.append(labelled("thought", "Reply", rest));
  if (action !== null) card.append(labelled("action", "Action", action));
  card.append(labelled("observation", "Observation", turn.observation));
  const chips = trajectory.subgoals.map((name, i) => {
    if (states[position][i] === states[position - 1][i]) return null;
    return states[position][i] ? el("span", { class: "chip" }, `✓ ${name}`) : el("span", { class: "chip lost" }, `undone: ${name}`);
  }).filter(Boolean);
  if (chips.length) card.append(el("div", { class: "chips" }, ...chips));
  return card;
}

function drawChart(trajectory) {
  const [width, height, left, right, top, bottom] = [320, 150, 26, 8, 8, 18];
  const turns = trajectory.turns;
  const last = Math.max(1, turns.length - 1);
  const share = (turn) => turn.score / trajectory.max_score;
  const floor = Math.min(0, ...turns.map(share), ...turns.map((turn) => turn.reward));
  const ceiling = Math.max(1, ...turns.map(share));
  const x = (position) => left + (width - left - right) * (position / last);
  const y = (value) => top + (height - top - bottom) * (1 - (value - floor) / (ceiling - floor));
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Score, progress and reward by turn" });
  const forced = turns.findLastIndex((turn) => turn.role === "prefix");
  if (forced > 0) picture.append(svg("rect", { class: "forced-span", x: x(0), y: top, width: x(forced) - x(0), height: height - top - bottom }));
  for (const value of new Set([floor, 0, (floor === 0 ? 0.5 : 0), ceiling])) {
    picture.append(svg("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }));
    picture.append(svg("text", { x: left - 5, y: y(value) + 3.5, "text-anchor": "end" }, rounded(value)));
  }
  picture.append(svg("text", { x: left, y: height - 4 }, "start"));
  picture.append(svg("text", { x: width - right, y: height - 4, "text-anchor": "end" }, `turn ${turns.length - 1}`));
  turns.forEach((turn, i) => {
    if (turn.reward) picture.append(svg("line", { class: "reward", x1: x(i), x2: x(i), y1: y(0), y2: y(turn.reward) }));
  });
  const measured = turns.map((_, i) => i).filter((i) => isMeasured(trajectory, i));
  const line = (name, value) => svg("polyline", { class: name, points: measured.map((i) => `${x(i)},${y(value(turns[i]))}`).join(" ") });
  picture.append(line("score", share), line("progress", (turn) => turn.progress));
  const marker = picture.appendChild(svg("line", { class: "marker", y1: top, y2: height - bottom }));
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * width;
    goTo(Math.round(((at - left) / (width - left - right)) * last));
  });
  return { picture, mark: (position) => { marker.setAttribute("x1", x(position)); marker.setAttribute("x2", x(position)); } };
}

function drawLegend() {
  const entry = (name) => {
    const sample = svg("svg", { viewBox: "0 0 24 10", "aria-hidden": "true" });
    sample.append(svg("line", { class: name, x1: 1, x2: 23, y1: 5, y2: 5 }));
    return el("span", {}, sample, name);
  };
  return el("div", { class: "legend" }, ...["score", "progress", "reward"].map(entry));
}

function drawFacts(trajectory) {
  const pairs = (record) => Object.entries(record).map(([k, v]) => `${k} ${typeof v === "string" ? v : JSON.stringify(v)}`).join(", ");
  const facts = {
    environment: trajectory.env, settings: pairs(trajectory.env_kwargs), type: trajectory.task_type, split: trajectory.split,
    policy: trajectory.policy, seed: trajectory.seed === null ? "" : String(trajectory.seed),
    versions: pairs(trajectory.versions), notes: pairs(trajectory.meta), format: String(trajectory.format),
  };
  const shown = Object.entries(facts).filter(([, value]) => value !== "");
  return el("details", { class: "panel" }, el("summary", {}, "Environment, versions and settings"),
    el("dl", {}, ...shown.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
}

function drawVerdict(trajectory) {
  const steps = trajectory.turns.filter((turn) => turn.role !== "task").length;
  const panel = el("section", { class: "panel" }, el("div", { class: "verdict" },
    el("strong", {}, ...wrapping(trajectory.task)), badge(trajectory.outcome),
    el("span", {}, trajectory.final_reward === null ? "no reward" : `reward ${rounded(trajectory.final_reward)}`),
    el("span", {}, counted(steps, "step"))));
  const goal = trajectory.turns.length ? trajectory.turns[0].text : "";
  if (goal) panel.append(labelled("goal-text", "Goal", goal));
  if (trajectory.error) panel.append(el("p", { class: "error-text" }, trajectory.error));
  return panel;
}

function drawStepper() {
  const button = (text, label, by) => {
    const node = el("button", { type: "button", "aria-label": label }, text);
    node.addEventListener("click", () => goTo(open.turn + by));
    return node;
  };
  const [back, on] = [button("←", "Previous turn", -1), button("→", "Next turn", 1)];
  const [place, now] = [el("strong", { class: "place" }), el("small", { class: "now" })];
  const hint = el("small", { class: "hint" }, "Arrow keys step through the turns.");
  const node = el("nav", { class: "panel stepper", "aria-label": "Turns" }, back, place, on, now, hint);
  return { node, back, on, place, now };
}

function showEpisode(number, turn) {
  const trajectory = JSON.parse(sources[number - 1].textContent);
  const states = subgoalStates(trajectory);
  const cards = trajectory.turns.map((_, position) => drawTurn(trajectory, position, states));
  const [chart, stepper] = [drawChart(trajectory), drawStepper()];
  const goals = trajectory.subgoals.map((name) => el("li", {}, name));
  const conversation = el("div", { class: "turns" }, ...cards);
  conversation.addEventListener("click", (event) => {
    const card = event.target.closest(".turn");
    if (card && String(getSelection()) === "") goTo(Number(card.dataset.turn), false); // selecting text is not a click
  });
  const side = el("aside", { class: "side" }, drawVerdict(trajectory), stepper.node,
    cards.length > 1 ? el("section", { class: "panel chart" }, el("h2", {}, "By turn"), chart.picture, drawLegend()) : null,
    goals.length ? el("section", { class: "panel" }, el("h2", {}, "Subgoals"), el("ul", { class: "subgoals" }, ...goals)) : null,
    drawFacts(trajectory));
  byId("episode").replaceChildren(conversation, side);
  open = { number, trajectory, states, cards, chart, stepper, goals, turn: 0 };
  goTo(turn, turn > 0);
  if (turn === 0) scrollTo(0, 0);
}

/** Makes a turn the current one: marks it, shows what stood after it, and brings it into view. */
function goTo(turn, scroll = true) {
  const { trajectory, states, cards, stepper } = open;
  const last = Math.max(0, cards.length - 1);
  open.turn = Math.min(last, Math.max(0, turn));
  cards.forEach((card, i) => { card.classList.toggle("current", i === open.turn); });
  open.chart.mark(open.turn);
  open.goals.forEach((item, i) => item.classList.toggle("done", Boolean(states[open.turn]?.[i])));
  stepper.place.textContent = open.turn === 0 ? `Start of ${counted(last, "turn")}` : `Turn ${open.turn} of ${last}`;
  [stepper.back.disabled, stepper.on.disabled] = [open.turn === 0, open.turn === last];
  const at = trajectory.turns[open.turn];
  stepper.now.textContent = !at ? "No turns were recorded." : isMeasured(trajectory, open.turn)
    ? `score ${rounded(at.score)} of ${rounded(trajectory.max_score)}, progress ${Math.round(100 * at.progress)}%` : "score not recorded within a prefix";
  history.replaceState(null, "", open.turn ? `#${open.number}.${open.turn}` : `#${open.number}`);
  if (scroll && cards.length) cards[open.turn].scrollIntoView({ block: cards[open.turn].offsetHeight > innerHeight / 2 ? "start" : "nearest" });
}

// -- moving about -------------------------------------------------------------------------------------------------

/** Shows what the address names: `#3` is the third episode, `#3.12` its twelfth turn, anything else the list. */
function route() {
  const [, number, turn] = location.hash.match(/^#(\d+)(?:\.(\d+))?$/) || [];
  const only = index.length === 1;
  const wanted = only ? 1 : Number(number || 0);
  const found = wanted >= 1 && wanted <= index.length;
  byId("list").hidden = found;
  byId("episode").hidden = !found;
  byId("back").hidden = !found || only;
  open = null;
  if (found) showEpisode(wanted, Number(turn || 0));
  else drawList();
}

const KEYS = {
  ArrowRight: () => goTo(open.turn + 1), ArrowLeft: () => goTo(open.turn - 1),
  Home: () => goTo(0), End: () => goTo(open.cards.length - 1),
  Escape: () => { if (index.length > 1) location.hash = ""; },
};

addEventListener("keydown", (event) => {
  if (!open || event.altKey || event.ctrlKey || event.metaKey || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
});
addEventListener("hashchange", route);
setUpList();
route();
