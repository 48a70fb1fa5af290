// What stands around the view: which network, how much, how old, what is missing, what is filtered.

import { setFilter, setNetwork } from "./main.js";
import { state } from "./model.js";
import { at, brief, colourOf, count, dotted, duration, el, kindOf, many, note, plain, put, stateName, typeName } from "./text.js";

const DEMO = /^Demonstration data: [^.]*\. ?/;
const SIGNS = { growing: "◔", complete: "●", interrupted: "■", stale: "▲" };

export const hintOf = (answer) => answer.hint && note(answer.hint.replace(DEMO, ""));

export const showAge = () => {
  const { grid, at: asked } = state.model ?? {};
  if (!grid) return;
  const { age_s: age = 0, state: condition, stale } = grid.snapshot ?? {};
  const { elements, expected } = grid.totals;
  const old = duration(age + (Date.now() - asked) / 1000);
  const kind = stale && condition === "complete" ? "stale" : condition;
  const words = {
    growing: `growing: ${count(elements)}${expected ? " of about " + count(expected) : ""} elements so far`,
    interrupted: `interrupted ${old} ago`, stale: `stale: ${old} old`, complete: `snapshot ${old} old`,
  };
  at("age").dataset.state = kind;
  put(at("age"), el("i", { "aria-hidden": "true" }, SIGNS[kind]), words[kind]);
};

// Only what changed is made anew, so that focus and open folds stay while a discovery grows.
const keep = (id, key, make) => {
  const place = at(id);
  const text = JSON.stringify(key);
  if (place.shown === text) return;
  place.shown = text;
  const held = [...place.children].indexOf(document.activeElement);
  put(place, make());
  if (held >= 0) [...place.children].at(Math.min(held, place.children.length - 1))?.focus();
};

const gapNode = ({ gaps = [], gaps_omitted: omitted = 0 }) =>
  gaps.length > 0 && el("details.gaps", el("summary", `▲ ${many(gaps.length + omitted, "part")} of the network could not be read`),
    el("ul", gaps.map((gap) => el("li", dotted(gap.operation, gap.scope, gap.code, gap.action && `needs ${gap.action}`)))));

const networkNode = ({ networks: known = [], core_network: shown }) =>
  known.length > 1
    ? el("select.pill", { "aria-label": "Core network", change: ({ target }) => setNetwork(target.value) },
      known.map(([id, name]) => el("option", { value: id, selected: id === shown?.id }, plain(name || id, 32))))
    : shown && el("span.pill", { title: shown.id }, plain(shown.name || shown.id, 32));

const chip = (name, value, label, style = "") =>
  el(`button.chip${style}`, { type: "button", "aria-pressed": String(state.filters[name] === value),
    click: () => setFilter(name, state.filters[name] === value ? "" : value) }, label);

// What there is to choose from is what the whole grid has: a filtered one knows less.
let choices = { types: [], states: [] };

const chips = () => {
  const { account, tag } = state.filters;
  return [
    choices.types.length > 1 && choices.types.slice(0, 8).map((each) => chip("type", each, typeName(each))),
    choices.states.slice(0, 6).map((each) => chip("state", each, `▲ ${stateName(each)}`, ".warn")),
    account && chip("account", account, `account ${plain(account, 40)} ×`),
    tag && chip("tag", tag, `tag ${plain(tag, 40)} ×`),
  ];
};

export const showFilters = ({ types, states, filters }) => {
  if (!filters) choices = { types, states };
  keep("filters", [choices, state.filters], chips);
};

const LEGEND = (types) => [
  types.slice(0, 8).map((type) => el("li", el("i.key", { css: { background: colourOf(type) } }), typeName(type),
    kindOf(type) === "VPC" && " (lane colour)")),
  el("li", el("em.alarm", { "data-n": "n" }), "needs attention"), el("li", el("span.ramp"), "tint = log(attachments)"),
];

export const showStatus = ({ grid }) => {
  const { totals, identity, folded = {}, gaps, types = [] } = grid;
  keep("networks", [grid.networks, grid.core_network], () => networkNode(grid));
  put(at("totals"), `${brief(totals.elements)} elements · ${brief(totals.connections)} links`);
  at("totals").title = `${many(totals.attachments, "attachment")}; policy version ${count(grid.core_network?.policy_version)}`;
  put(at("account"), plain(dotted(identity?.alias, identity?.account), 80));
  at("demo").hidden = !DEMO.test(grid.hint);
  const words = Object.entries(folded).filter(([, value]) => value).map(([name, value]) => `${count(value)} ${name}`);
  keep("words", [gaps, words], () => [gapNode(grid), words.length > 0 && note(`Folded into (others): ${words.join(", ")}.`)]);
  keep("legend", types, () => LEGEND(types));
  showFilters(grid);
  showAge();
};
