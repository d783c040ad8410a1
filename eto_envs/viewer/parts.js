"use strict";
// What all parts of the page use: elements, numbers and names, and how a recorded turn is read.
// Every text of an episode reaches the page through textContent: nothing recorded is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";
const index = JSON.parse(document.getElementById("index").textContent);
index.forEach((episode, position) => { episode.number = position + 1; });
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
const rewardText = (reward) => (reward === null ? "no reward" : `reward ${rounded(reward)}`);
const meanReward = (episodes) => {
  const rated = episodes.filter((episode) => episode.reward !== null);
  return rated.length ? rounded(rated.reduce((sum, episode) => sum + episode.reward, 0) / rated.length) : "none";
};

const stepsOf = (trajectory) => counted(trajectory.turns.filter((turn) => turn.role !== "task").length, "step");

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

/** The place of an episode, alone or beside another, as an address within the page. */
const address = (numbers, turn) => `#${numbers.join("+")}${turn ? `.${turn}` : ""}`;
