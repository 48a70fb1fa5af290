// What is shown, and a grid as it came made ready to be drawn.

import { count, stateName, typeName } from "./text.js";

export const state = { model: null, view: "grid", network: "", filters: {}, stopped: false };

const HUES = ["#3a6fd8", "#2f9e63", "#d08a1e", "#7a5bd0", "#c9423f", "#1e8e97", "#b04cb0", "#6f9a2b", "#d0662b", "#5d6b80"];
const AREAS = {
  us: "US", ca: "Canada", mx: "Mexico", sa: "S. America", eu: "Europe", il: "Israel", me: "Mid. East", af: "Africa",
  ap: "Asia Pacific", cn: "China",
};
export const NOWHERE = /^\((none|others)\)$/;

const hueOf = ([name, , group, , hue]) => {
  if (NOWHERE.test(name)) return "#7d8694";
  return group ? "#b7791f" : HUES[(hue ?? 0) % HUES.length];
};

// Edges stand by geography, west to east as far as that goes; cells are found by lane and edge.
const KEY = 4096;
export const readGrid = (grid) => {
  const order = Object.keys(AREAS);
  const edges = (grid.edges ?? []).map(([name, text, badge], index) => {
    const area = name.split("-")[0];
    const rank = area in AREAS ? order.indexOf(area) : 20 + NOWHERE.test(name);
    return { name, note: text, badge, index, rank, area: AREAS[area] ?? "", total: 0 };
  });
  const byIndex = [...edges];
  edges.sort((one, other) => one.rank - other.rank || (one.name < other.name ? -1 : 1));
  const lanes = (grid.lanes ?? []).map((lane, index) => {
    const [name, text, group, isolated, hue] = lane;
    return { name, note: text, group, isolated, hue: hueOf(lane), again: !group && hue >= HUES.length, index, total: 0 };
  });
  const model = { grid, edges, lanes, cells: new Map(), most: 0, total: 0, at: Date.now() };
  for (const [lane, edge, value, types, states = []] of grid.cells ?? []) {
    model.cells.set(lane * KEY + edge, { count: value, types, states });
    lanes[lane].total += value;
    byIndex[edge].total += value;
    model.total += value;
    model.most = Math.max(model.most, value);
  }
  return model;
};

const NOTHING = { count: 0, types: [], states: [] };
export const cellOf = (model, lane, edge) => model.cells.get(lane.index * KEY + edge.index) ?? NOTHING;

export const troubleWords = ({ grid }, cell) =>
  cell.states.map(([index, value]) => `${count(value)} ${stateName(grid.states[index])}`).join(", ");

export const typesOf = ({ grid }, cell) =>
  cell.types.map((value, index) => [grid.types[index], value]).filter(([, value]) => value);

export const typeWords = (model, cell) =>
  typesOf(model, cell).map(([type, value]) => `${count(value)} ${typeName(type)}`).join(", ");

// What every call about what is shown has to say.
export const network = () => ({ core_network_id: state.model?.grid.core_network?.id ?? state.network });
