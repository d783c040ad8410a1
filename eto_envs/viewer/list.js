// The list of episodes: filters, sorting, and with a second recording how each episode compares with its counterpart.

const ROWS_AT_ONCE = 200;
const listed = index.filter((episode) => !episode.counterpart);
const partner = (episode) => (episode.beside === null ? null : index[episode.beside - 1]);
const gain = (episode) => (partner(episode) ? (episode.reward ?? 0) - (partner(episode).reward ?? 0) : 0);
const SORTS = {
  "file order": (a, b) => a.number - b.number,
  "task": (a, b) => a.task.localeCompare(b.task, undefined, { numeric: true }) || a.number - b.number,
  "reward, low first": (a, b) => (a.reward ?? -1) - (b.reward ?? -1) || a.number - b.number,
  "reward, high first": (a, b) => (b.reward ?? -1) - (a.reward ?? -1) || a.number - b.number,
  "steps, few first": (a, b) => a.steps - b.steps || a.number - b.number,
  "steps, many first": (a, b) => b.steps - a.steps || a.number - b.number,
};
const COMPARED_SORTS = {
  "lost most first": (a, b) => gain(a) - gain(b) || a.number - b.number,
  "gained most first": (a, b) => gain(b) - gain(a) || a.number - b.number,
};
const isCompared = listed.some((episode) => episode.beside !== null);
if (isCompared) Object.assign(SORTS, COMPARED_SORTS);
let rowsShown = ROWS_AT_ONCE;

function fillSelect(id, options) {
  byId(id).replaceChildren(...options.map(([value, text]) => el("option", { value }, text)));
}

function setUpList() {
  const distinct = (key) => [...new Set(listed.map((episode) => episode[key]))].sort();
  fillSelect("outcome", [["", "all"], ...distinct("outcome").map((outcome) => [String(outcome), outcomeName(outcome)])]);
  fillSelect("type", [["", "all"], ...distinct("task_type").map((type) => [type, type])]);
  fillSelect("policy", [["", "all"], ...distinct("policy").map((policy) => [policy, policy || "not named"])]);
  byId("policy").closest("label").hidden = distinct("policy").length < 2;
  fillSelect("sort", Object.keys(SORTS).map((name) => [name, name]));
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("input", () => { rowsShown = ROWS_AT_ONCE; drawList(); });
  byId("more").addEventListener("click", () => { rowsShown += ROWS_AT_ONCE; drawList(); });
}

function selectedEpisodes() {
  const query = byId("query").value.trim().toLowerCase();
  const [outcome, type, policy] = [byId("outcome").value, byId("type").value, byId("policy").value];
  const kept = listed.filter((episode) =>
    (!outcome || String(episode.outcome) === outcome) && (!type || episode.task_type === type) &&
    (!policy || episode.policy === policy) &&
    (!query || `${episode.task}\n${episode.goal}`.toLowerCase().includes(query)));
  return kept.sort(SORTS[byId("sort").value]);
}

function drawList() {
  const episodes = selectedEpisodes();
  byId("summary").replaceChildren(summaryText(episodes), ...comparedText(episodes));
  const rows = episodes.slice(0, rowsShown).map(drawRow);
  byId("rows").replaceChildren(...(rows.length ? rows : [el("p", { class: "empty" }, "No episode fits these filters.")]));
  byId("more").hidden = episodes.length <= rowsShown;
  byId("more").textContent = `Show more (${episodes.length - rowsShown} left)`;
}

function summaryText(episodes) {
  const solved = episodes.filter((episode) => episode.outcome === "solved").length;
  const of = episodes.length < listed.length ? ` of ${listed.length}` : "";
  return `${episodes.length}${of} ${listed.length === 1 ? "episode" : "episodes"}, ${solved} solved, mean reward ${meanReward(episodes)}`;
}

function comparedText(episodes) {
  const compared = episodes.filter(partner);
  if (!isCompared) return [];
  const count = (test) => compared.filter((episode) => test(gain(episode))).length;
  const others = [...new Map(compared.map((episode) => [episode.beside, partner(episode)])).values()];
  return [el("br"), `Beside ${counted(others.length, "episode")} of the same tasks, mean reward ${meanReward(others)}: ` +
    `${count((g) => g > 0)} better, ${count((g) => g === 0)} equal, ${count((g) => g < 0)} worse`];
}

function drawGauge(reward) {
  const level = el("b");
  level.style.width = `${100 * Math.min(1, Math.max(0, reward ?? 0))}%`;
  return el("span", { class: "gauge" }, el("i", {}, level), reward === null ? "none" : reward.toFixed(2));
}

function drawRow(episode) {
  const other = partner(episode);
  const numbers = other ? [episode.number, other.number] : [episode.number];
  return el("a", { class: "row", href: address(numbers, 0) },
    badge(episode.outcome),
    el("span", { class: "task" }, ...wrapping(episode.task), el("small", {}, episode.policy ? `  ${episode.policy}` : "")),
    drawGauge(episode.reward),
    el("span", { class: "steps" }, counted(episode.steps, "step")),
    el("span", { class: "goal" }, episode.goal),
    other ? el("span", { class: "beside" }, `beside ${other.policy || "the other"}: ${outcomeName(other.outcome)}, ` +
      `${rewardText(other.reward)}, ${counted(other.steps, "step")}`) : null);
}
