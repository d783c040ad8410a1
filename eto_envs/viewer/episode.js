// The view of one episode, or of two side by side, and how one moves about: turns, episodes, addresses and keys.

let open = null; // {numbers, tracks, parting, chart, stepper, subgoals, turn} of what is on show

function showEpisode(numbers, turn) {
  const tracks = numbers.map((number, i) => track(number, "ab"[i]));
  nameApart(tracks);
  const conversation = drawConversation(tracks);
  const [chart, stepper, subgoals] = [drawChart(tracks), drawStepper(conversation.parting !== null), drawSubgoals(tracks)];
  conversation.node.addEventListener("click", (event) => {
    const card = event.target.closest(".turn");
    if (card && String(getSelection()) === "") goTo(Number(card.dataset.turn), false); // selecting text is not a click
  });
  const long = tracks.some((each) => each.trajectory.turns.length > 1);
  const side = el("aside", { class: "side" }, drawVerdict(tracks, conversation.parting), stepper.node,
    long ? el("section", { class: "panel chart" }, el("h2", {}, "By turn"), chart.picture, drawLegend(tracks)) : null,
    subgoals.node, ...tracks.map((each) => drawFacts(each, tracks.length > 1)));
  byId("episode").classList.toggle("wide", tracks.length > 1);
  byId("episode").replaceChildren(conversation.node, side);
  open = { numbers, tracks, parting: conversation.parting, chart, stepper, subgoals, turn: 0 };
  goTo(turn, turn > 0);
  if (turn === 0) scrollTo(0, 0);
}

/** Two of the same policy, or of none, are told apart by their places in the file. */
function nameApart(tracks) {
  const [one, other] = tracks;
  if (!other || (one.name !== other.name && one.name && other.name)) return;
  for (const each of tracks) each.name = `${each.name} ${each.number}`.trim();
}

function drawVerdict(tracks, parting) {
  const [{ trajectory }] = tracks;
  const facts = (each) => [badge(each.trajectory.outcome), el("span", {}, rewardText(each.trajectory.final_reward)),
    el("span", {}, stepsOf(each.trajectory))];
  const panel = el("section", { class: "panel" });
  if (tracks.length === 1) {
    panel.append(el("div", { class: "verdict" }, el("strong", {}, ...wrapping(trajectory.task)), ...facts(tracks[0])));
  } else {
    panel.append(el("div", { class: "verdict" }, el("strong", {}, ...wrapping(trajectory.task))));
    for (const each of tracks) panel.append(el("div", { class: "verdict of" }, el("span", { class: `tag who ${each.key}` }, each.name), ...facts(each)));
  }
  const goal = trajectory.turns.length ? trajectory.turns[0].text : "";
  if (goal) panel.append(labelled("goal-text", "Goal", goal));
  for (const each of tracks) if (each.trajectory.error) panel.append(el("p", { class: "error-text" }, each.trajectory.error));
  const choice = drawChoice(tracks);
  if (choice) panel.append(choice);
  if (parting !== null) {
    const apart = el("button", { type: "button", class: "apart" }, `They part at turn ${parting}`);
    apart.addEventListener("click", () => goTo(parting));
    panel.append(apart);
  }
  return panel;
}

/** Chooses another episode of the same task to stand beside this one. */
function drawChoice(tracks) {
  const { number, task } = index[tracks[0].number - 1];
  const others = index.filter((episode) => episode.task === task && episode.number !== number);
  if (!others.length) return null;
  const text = (episode) => `${episode.policy || "episode"} ${episode.number}: ${outcomeName(episode.outcome)}, ${rewardText(episode.reward)}`;
  const select = el("select", { id: "beside" }, el("option", { value: "" }, "none"),
    ...others.map((episode) => el("option", { value: episode.number, selected: tracks[1]?.number === episode.number }, text(episode))));
  select.addEventListener("change", () => visit(address(select.value ? [number, Number(select.value)] : [number], open.turn)));
  return el("label", { class: "choice" }, "Beside it ", select);
}

function drawStepper(parts) {
  const button = (text, label, by) => {
    const node = el("button", { type: "button", "aria-label": label }, text);
    node.addEventListener("click", () => goTo(open.turn + by));
    return node;
  };
  const [back, on] = [button("←", "Previous turn", -1), button("→", "Next turn", 1)];
  const [place, now] = [el("strong", { class: "place" }), el("small", { class: "now" })];
  const keys = ["← → turns", parts ? "d where they part" : "", listed.length > 1 ? "n p episodes, Esc list" : ""].filter(Boolean);
  const hint = el("small", { class: "hint" }, `Keys: ${keys.join(", ")}`);
  const node = el("nav", { class: "panel stepper", "aria-label": "Turns" }, back, place, on, now, hint);
  return { node, back, on, place, now };
}

/** Makes a turn the current one: marks it, shows what stood after it, and brings it into view. */
function goTo(turn, scroll = true) {
  const { tracks, stepper } = open;
  const last = Math.max(0, ...tracks.map((each) => each.trajectory.turns.length - 1));
  open.turn = Math.min(last, Math.max(0, turn));
  const current = new Set(tracks.map((each) => each.cards[open.turn]).filter(Boolean));
  for (const card of document.querySelectorAll(".turn")) card.classList.toggle("current", current.has(card) && !card.classList.contains("absent"));
  open.chart.mark(open.turn);
  open.subgoals.mark(open.turn);
  stepper.place.textContent = open.turn === 0 ? `Start of ${counted(last, "turn")}` : `Turn ${open.turn} of ${last}`;
  [stepper.back.disabled, stepper.on.disabled] = [open.turn === 0, open.turn === last];
  stepper.now.textContent = tracks.map((each) => (tracks.length > 1 ? `${each.name}: ` : "") + standing(each.trajectory, open.turn)).join("\n");
  history.replaceState(null, "", address(open.numbers, open.turn));
  const [card] = current;
  if (scroll && card) card.scrollIntoView({ block: card.offsetHeight > innerHeight / 2 ? "start" : "nearest" });
}

/** Score and progress after a turn; an episode that has ended stays where it was. */
function standing(trajectory, turn) {
  if (!trajectory.turns.length) return "No turns were recorded.";
  const position = Math.min(turn, trajectory.turns.length - 1);
  const at = trajectory.turns[position];
  if (!isMeasured(trajectory, position)) return "score not recorded within a prefix";
  return `score ${rounded(at.score)} of ${rounded(trajectory.max_score)}, progress ${Math.round(100 * at.progress)}%`;
}

// -- moving about -------------------------------------------------------------------------------------------------

/**
 * What the address names: `#3` is the third episode, `#3.12` its twelfth turn, `#3+7.12` both side by side;
 * `#task=ID&policy=NAME&split=NAME&against=NAME&turn=12` finds them by name (all but the task may be left out).
 */
function wanted() {
  const [, one, other, turn] = location.hash.match(/^#(\d+)(?:\+(\d+))?(?:\.(\d+))?$/) || [];
  if (one) return { numbers: [one, other].filter(Boolean).map(Number), turn: Number(turn || 0) };
  const asked = new URLSearchParams(location.hash.slice(1));
  if (!asked.has("task")) return { numbers: index.length === 1 ? [1] : [], turn: 0 };
  const find = (policy) => index.find((episode) => episode.task === asked.get("task") &&
    (policy === null || episode.policy === policy) && (!asked.has("split") || episode.split === asked.get("split")));
  const found = [find(asked.get("policy")), asked.has("against") ? find(asked.get("against")) : null];
  return { numbers: found.filter(Boolean).map((episode) => episode.number), turn: Number(asked.get("turn") || 0) };
}

/** Shows what the address names; the list, where that is nothing. */
function route() {
  const { numbers, turn } = wanted();
  const found = numbers.length > 0 && numbers.every((number) => number >= 1 && number <= index.length);
  byId("list").hidden = found;
  byId("episode").hidden = !found;
  byId("back").hidden = !found || index.length === 1;
  open = null;
  if (found) showEpisode(numbers, turn);
  else drawList();
}

/** Goes to an address at once: a key pressed right after it finds the page changed. */
function visit(place) {
  history.pushState(null, "", place);
  route();
}

/** The next or the previous episode, in the order of the list as it is filtered and sorted. */
function goToNeighbour(by) {
  const order = selectedEpisodes();
  const next = order[order.findIndex((episode) => episode.number === open.numbers[0]) + by];
  if (next) visit(address(partner(next) ? [next.number, partner(next).number] : [next.number], 0));
}

const KEYS = {
  ArrowRight: () => goTo(open.turn + 1), ArrowLeft: () => goTo(open.turn - 1),
  Home: () => goTo(0), End: () => goTo(Infinity),
  d: () => { if (open.parting !== null) goTo(open.parting); },
  n: () => goToNeighbour(1), p: () => goToNeighbour(-1),
  Escape: () => { if (index.length > 1) visit("#"); },
};

addEventListener("keydown", (event) => {
  if (!open || event.altKey || event.ctrlKey || event.metaKey || !(event.key in KEYS)) return;
  if (event.target.closest("select, input")) return; // its own keys
  event.preventDefault();
  KEYS[event.key]();
});
addEventListener("hashchange", route);
setUpList();
route();
