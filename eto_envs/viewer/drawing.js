// One or two recorded episodes ("tracks") as cards, chart, subgoals and facts.

/** Reads an episode; `key` is "a" or "b", which its colours go by. */
function track(number, key) {
  const trajectory = JSON.parse(sources[number - 1].textContent);
  return { number, key, trajectory, states: subgoalStates(trajectory), name: trajectory.policy, cards: [] };
}

function labelled(kind, label, text) {
  return el("div", { class: kind }, el("span", { class: "label" }, label), el("p", { class: "text" }, text));
}

/** The card of a turn; `who` names the tracks that it stands for, where there are two. */
function drawTurn(one, position, who) {
  const { trajectory } = one;
  const turn = trajectory.turns[position];
  const card = el("article", { class: `turn ${turn.role}${turn.valid ? "" : " invalid"}`, "data-turn": position });
  const tags = who.map((each) => el("span", { class: `tag who ${each.key}` }, each.name));
  if (turn.role === "task") {
    if (tags.length) card.append(el("header", {}, ...tags));
    card.append(labelled("observation", "First observation", turn.observation));
    return card;
  }
  const { thought, action, rest } = parts(turn);
  const reward = turn.reward ? `reward ${turn.reward > 0 ? "+" : ""}${rounded(turn.reward)}` : "";
  card.append(el("header", {}, el("span", { class: "number" }, `Turn ${position}`), ...tags,
    turn.role === "prefix" ? el("span", { class: "tag prefix" }, "prefix") : null,
    turn.valid ? null : el("span", { class: "tag invalid" }, "not understood"),
    action === null ? el("span", { class: "tag invalid" }, "no action") : null,
    el("span", { class: "gain" }, reward)));
  if (thought) card.append(labelled("thought", "Thought", thought));
  if (rest) card.append(labelled("thought", "Reply", rest));
  if (action !== null) card.append(labelled("action", "Action", action));
  card.append(labelled("observation", "Observation", turn.observation));
  const chips = drawChips(one, position);
  if (chips.length) card.append(el("div", { class: "chips" }, ...chips));
  return card;
}

/** What a turn did to the subgoals. */
function drawChips({ trajectory, states }, position) {
  return trajectory.subgoals.map((name, i) => {
    if (states[position][i] === states[position - 1][i]) return null;
    return states[position][i] ? el("span", { class: "chip" }, `✓ ${name}`) : el("span", { class: "chip lost" }, `undone: ${name}`);
  }).filter(Boolean);
}

/** The conversation: one column of cards, or two, a row a turn; turns that are the same stand in both at once. */
function drawConversation(tracks) {
  const rows = Math.max(...tracks.map((each) => each.trajectory.turns.length));
  const node = el("div", { class: tracks.length > 1 ? "turns two" : "turns" });
  const parting = partingTurn(tracks);
  if (tracks.length > 1) node.append(el("div", { class: "heads" }, ...tracks.map(drawHead)));
  for (let position = 0; position < rows; position += 1) {
    if (position === parting) node.append(el("p", { class: "parting" }, `From turn ${parting} on they differ.`));
    const shared = tracks.length > 1 && isShared(tracks, position);
    for (const each of shared ? tracks.slice(0, 1) : tracks) {
      const card = each.trajectory.turns[position] ? drawTurn(each, position, tracks.length < 2 ? [] : shared ? tracks : [each]) : drawEnd(each, position);
      if (tracks.length > 1) card.classList.add(shared ? "both" : each.key);
      for (const owner of shared ? tracks : [each]) owner.cards.push(card);
      node.append(card);
    }
  }
  return { node, parting };
}

function drawHead({ key, name, trajectory }) {
  return el("div", { class: `head ${key}` }, el("strong", {}, name), badge(trajectory.outcome), el("span", {}, rewardText(trajectory.final_reward)),
    el("span", {}, stepsOf(trajectory)));
}

/** What stands beside the turns of the longer episode. */
function drawEnd({ name, trajectory }, position) {
  const ended = position === trajectory.turns.length;
  return el("div", { class: `turn absent${ended ? "" : " later"}`, "data-turn": position },
    ended ? `${name} has ended: ${outcomeName(trajectory.outcome)}.` : "");
}

const said = (turn) => turn && JSON.stringify([turn.role, turn.role === "task" ? "" : turn.text, turn.action, turn.observation, turn.subgoals, turn.reward]);

function isShared([one, other], position) {
  return Boolean(one.trajectory.turns[position]) && said(one.trajectory.turns[position]) === said(other.trajectory.turns[position]);
}

/** The first turn whose action is another one, or stands on one side only; null where there is none. */
function partingTurn([one, other]) {
  if (!other) return null;
  const [left, right] = [one.trajectory.turns, other.trajectory.turns];
  for (let i = 1; i < Math.max(left.length, right.length); i += 1) {
    if (!left[i] || !right[i] || left[i].action !== right[i].action) return i;
  }
  return null;
}

/** Score and progress of each track by turn, and the rewards of a single one. */
function drawChart(tracks) {
  const [width, height, left, right, top, bottom] = [320, 160, 28, 8, 8, 20];
  const all = tracks.flatMap((each) => each.trajectory.turns.map((turn) => turn.score / each.trajectory.max_score));
  const rewards = tracks.length > 1 ? [] : tracks[0].trajectory.turns.map((turn) => turn.reward);
  const last = Math.max(1, ...tracks.map((each) => each.trajectory.turns.length - 1));
  const floor = Math.min(0, ...all, ...rewards);
  const ceiling = Math.max(1, ...all);
  const x = (position) => left + (width - left - right) * (position / last);
  const y = (value) => top + (height - top - bottom) * (1 - (value - floor) / (ceiling - floor));
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Score, progress and reward by turn" });
  const forced = tracks[0].trajectory.turns.findLastIndex((turn) => turn.role === "prefix");
  if (forced > 0) picture.append(svg("rect", { class: "forced-span", x: x(0), y: top, width: x(forced) - x(0), height: height - top - bottom }));
  for (const value of new Set([floor, 0, (floor === 0 ? 0.5 : 0), ceiling])) {
    picture.append(svg("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }));
    picture.append(svg("text", { x: left - 5, y: y(value) + 3.5, "text-anchor": "end" }, rounded(value)));
  }
  picture.append(svg("text", { x: left, y: height - 4 }, "start"));
  picture.append(svg("text", { x: width - right, y: height - 4, "text-anchor": "end" }, `turn ${last}`));
  rewards.forEach((reward, i) => {
    if (reward) picture.append(svg("line", { class: "reward", x1: x(i), x2: x(i), y1: y(0), y2: y(reward) }));
  });
  for (const each of tracks) picture.append(...drawLines(each, tracks.length > 1, x, y));
  const marker = picture.appendChild(svg("line", { class: "marker", y1: top, y2: height - bottom }));
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * width;
    goTo(Math.round(((at - left) / (width - left - right)) * last));
  });
  return { picture, mark: (position) => { marker.setAttribute("x1", x(position)); marker.setAttribute("x2", x(position)); } };
}

function drawLines({ key, trajectory }, coloured, x, y) {
  const { turns, max_score: most } = trajectory;
  const measured = turns.map((_, i) => i).filter((i) => isMeasured(trajectory, i));
  const points = (value) => measured.map((i) => `${x(i)},${y(value(turns[i]))}`).join(" ");
  return [["score", (turn) => turn.score / most], ["progress", (turn) => turn.progress]].map(([name, value]) =>
    svg("polyline", { class: coloured ? `${name} ${key}` : name, points: points(value) }));
}

function drawLegend(tracks) {
  const entry = (kind, text) => {
    const sample = svg("svg", { viewBox: "0 0 24 10", "aria-hidden": "true" });
    sample.append(svg("line", { class: kind, x1: 1, x2: 23, y1: 5, y2: 5 }));
    return el("span", {}, sample, text);
  };
  const entries = tracks.length > 1
    ? tracks.flatMap((each) => ["score", "progress"].map((kind) => entry(`${kind} ${each.key}`, `${each.name}: ${kind}`)))
    : ["score", "progress", "reward"].map((kind) => entry(kind, kind));
  return el("div", { class: "legend" }, ...entries);
}

/** The subgoals, each with a box a track that is ticked as the turns go on. */
function drawSubgoals(tracks) {
  const names = tracks[0].trajectory.subgoals;
  const shared = tracks.every((each) => JSON.stringify(each.trajectory.subgoals) === JSON.stringify(names));
  const shown = shared ? tracks : tracks.slice(0, 1);
  const items = names.map((name) => {
    const ticks = shown.map((each) => el("span", { class: tracks.length > 1 ? `tick ${each.key}` : "tick", title: tracks.length > 1 ? each.name : null }));
    return el("li", {}, ...ticks, el("span", { class: "name" }, name), el("small", { class: "when" }));
  });
  const mark = (position) => items.forEach((item, i) => {
    const done = shown.map((each) => Boolean(stateAt(each, position)?.[i]));
    item.classList.toggle("done", done.some(Boolean));
    [...item.querySelectorAll(".tick")].forEach((tick, j) => {
      tick.classList.toggle("on", done[j]);
      tick.setAttribute("aria-label", done[j] ? "done" : "open");
    });
    item.querySelector(".when").textContent = shown.length > 1 || !done[0] ? "" : `turn ${doneSince(shown[0], position, i)}`;
  });
  return { node: names.length ? el("section", { class: "panel" }, el("h2", {}, "Subgoals"), el("ul", { class: "subgoals" }, ...items)) : null, mark };
}

/** What is done after a turn; an episode that has ended stays as it was. */
const stateAt = ({ states }, position) => states[Math.min(position, states.length - 1)];

function doneSince({ states }, position, i) {
  let turn = position;
  while (turn > 0 && states[turn - 1][i]) turn -= 1;
  return turn;
}

function drawFacts({ trajectory, name }, several) {
  const pairs = (record) => Object.entries(record).map(([k, v]) => `${k} ${typeof v === "string" ? v : JSON.stringify(v)}`).join(", ");
  const facts = {
    environment: trajectory.env, settings: pairs(trajectory.env_kwargs), type: trajectory.task_type, split: trajectory.split,
    policy: trajectory.policy, seed: trajectory.seed === null ? "" : String(trajectory.seed),
    versions: pairs(trajectory.versions), notes: pairs(trajectory.meta), format: String(trajectory.format),
  };
  const shown = Object.entries(facts).filter(([, value]) => value !== "");
  return el("details", { class: "panel" }, el("summary", {}, `Environment, versions and settings${several ? `: ${name}` : ""}`),
    el("dl", {}, ...shown.flatMap(([key, value]) => [el("dt", {}, key), el("dd", {}, value)])));
}
