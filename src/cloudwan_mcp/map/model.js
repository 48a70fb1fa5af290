// What is shown, and a grid as it came made ready to be drawn.

export const state = { model: null, view: "grid", network: "", filters: {}, stopped: false };

const HUES = ["#3a6fd8", "#2f9e63", "#d08a1e", "#7a5bd0", "#c9423f", "#1e8e97", "#b04cb0", "#6f9a2b", "#d0662b", "#5d6b80"];
const AREAS = [
  ["us", "US"], ["ca", "Canada"], ["mx", "Mexico"], ["sa", "S. America"], ["eu", "Europe"], ["il", "Israel"],
  ["me", "Mid. East"], ["af", "Africa"], ["ap", "Asia Pacific"], ["cn", "China"],
];
const NOWHERE = /^\((none|others)\)$/;

export const laneHue = ([name, , group, , hue]) => {
  if (NOWHERE.test(name)) return "#7d8694";
  return group ? "#b7791f" : HUES[(hue ?? 0) % HUES.length];
};

const areaOf = (edge) => {
  const place = AREAS.findIndex(([prefix]) => edge.startsWith(`${prefix}-`));
  if (place >= 0) return [place, AREAS[place][1]];
  return NOWHERE.test(edge) ? [AREAS.length + 1, ""] : [AREAS.length, "Other"];
};

// Edges stand by geography, west to east as far as that goes; cells are found by lane and edge.
const KEY = 4096;
export const readGrid = (grid) => {
  const edges = grid.edges.map(([name, note, badge], index) => {
    const [rank, area] = areaOf(name);
    return { name, note, badge, index, rank, area, total: 0 };
  });
  edges.sort((one, other) => one.rank - other.rank || (one.name < other.name ? -1 : 1));
  const lanes = grid.lanes.map((lane, index) => ({
    name: lane[0], note: lane[1], group: lane[2], isolated: lane[3], hue: laneHue(lane), index,
    again: !lane[2] && (lane[4] ?? 0) >= HUES.length, total: 0,
  }));
  const cells = new Map();
  const byIndex = new Map(edges.map((edge) => [edge.index, edge]));
  let most = 0;
  let total = 0;
  for (const [lane, edge, value, types, states] of grid.cells ?? []) {
    cells.set(lane * KEY + edge, { count: value, types: types ?? [], states: states ?? [] });
    lanes[lane].total += value;
    byIndex.get(edge).total += value;
    most = Math.max(most, value);
    total += value;
  }
  return { grid, edges, lanes, cells, most, total, at: Date.now() };
};

const NOTHING = { count: 0, types: [], states: [] };
export const cellOf = (model, lane, edge) => model.cells.get(lane.index * KEY + edge.index) ?? NOTHING;

export const findCell = (model, segment, edge) => {
  const lane = model.lanes.find((each) => each.name === segment);
  const column = model.edges.find((each) => each.name === edge);
  return lane && column ? [lane, column] : null;
};

export const troubles = (model, cell) => cell.states.reduce((sum, [, value]) => sum + value, 0);

export const troubleWords = (model, cell) =>
  cell.states.map(([index, value]) => `${count(value)} ${stateName(model.grid.states[index])}`).join(", ");

export const typeWords = (model, cell) =>
  cell.types.map((value, index) => value && `${count(value)} ${typeName(model.grid.types[index])}`)
    .filter(Boolean).join(", ");

// Colours go with the type, so that they stay when the most frequent one changes.
const COLOURS = {
  VPC: "var(--lane)", SITE_TO_SITE_VPN: "var(--k-vpn)", CONNECT: "var(--k-connect)",
  TRANSIT_GATEWAY_ROUTE_TABLE: "var(--k-tgw)", DIRECT_CONNECT_GATEWAY: "var(--k-dx)",
};
export const colourOf = (type) => COLOURS[kindOf(type)] ?? "var(--k-other)";

// What a call about what is shown has to say.
export const scope = () => ({
  snapshot: state.model?.grid.snapshot?.id ?? "",
  core_network_id: state.model?.grid.core_network?.id ?? state.network,
});
