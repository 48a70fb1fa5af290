// The past of memory and work over the range chosen: loaded in bounded points, then followed live.

import { ask } from "./ask.js";
import { Chart } from "./chart.js";
import { element } from "./page.js";
import { briefPercent, briefRate, briefSize, rate, size } from "./text.js";

const POINTS = 360;
const HOUR_S = 3600;
const DAY_S = 86400;
const MIB = 1024 * 1024;
const NARROW = 3; // times the process: above that, the whole machine would flatten everything else

const tierOf = (range) => (range <= HOUR_S ? "1s" : range <= DAY_S ? "10s" : "60s");

const memory = new Chart(element("memory-chart"), {
  series: [
    { name: "rss", label: "Process" },
    { name: "heap", label: "Heap" },
    { name: "store", label: "Store" },
    { name: "cache", label: "Cache" },
    { name: "used", label: "All in use", hidden: true },
  ],
  format: size,
  axis: briefSize,
  least: MIB,
  steps: Array.from({ length: 34 }, (_, power) => 2 ** (power + 10)),
  lines: () => (memory.isShown("used") ? thresholds : []),
});

const work = new Chart(element("work-chart"), {
  series: [
    { name: "elements", label: "Elements/s" },
    { name: "calls", label: "Calls/s" },
    { name: "failures", label: "Failures/s" },
  ],
  format: rate,
  axis: briefRate,
  least: 1,
});

let range = HOUR_S / 4;
let step = 1;
let moments = [];
let columns = {};
let thresholds = [];
let loading = 0;
let last = null; // counts of the last summary
let began = null; // and of the one before the newest row
let usedChosen = false;

const names = [...memory.series, ...work.series].map((each) => each.name);
const unknown = (column) => column === undefined || column.every((value) => !value);
const measurable = new Set(["heap", "store", "cache"]); // 0 says that it is not known

const gapless = (at, index) => index === 0 || at - moments[index - 1] <= 2 * step;

// Where nothing was measured, nothing is drawn: a row without values stands between.
const spread = (wanted) => {
  const rows = [];
  moments.forEach((at, index) => {
    if (!gapless(at, index)) rows.push([moments[index - 1] + step, null]);
    rows.push([at, index]);
  });
  const of = (name) => {
    const column = columns[name];
    if (measurable.has(name) && unknown(column)) return rows.map(() => null);
    return rows.map(([, index]) => (index === null ? null : (column?.[index] ?? null)));
  };
  return [rows.map(([at]) => at), ...wanted.map(({ name }) => of(name))];
};

const draw = () => {
  if (!moments.length) return;
  const now = moments.at(-1);
  const window = [Math.max(now - range, Math.min(moments[0], now - 30)), now];
  for (const chart of [memory, work]) chart.show(spread(chart.series), window);
};

export const load = async () => {
  const turn = ++loading;
  const path = `/api/history?tier=${tierOf(range)}&points=${POINTS}&last=${range}`;
  const found = await ask(path);
  if (turn !== loading) return; // another range was chosen meanwhile
  step = found.step_s;
  moments = found.columns.at;
  columns = Object.fromEntries(names.map((name) => [name, found.columns[name] ?? moments.map(() => 0)]));
  began = null;
  draw();
  memory.refreshTable();
  work.refreshTable();
};

// A component's kind stands before a colon or a space, as "cache" in "cache:texts".
const ofKind = (components, kind) =>
  Object.entries(components).reduce((sum, [name, bytes]) => sum + (name.split(/[ :]/)[0] === kind ? bytes ?? 0 : 0), 0);

const sizesOf = ({ process, system, components }) => ({
  rss: process.rss,
  heap: process.heap ?? 0,
  used: system.used,
  store: ofKind(components, "store"),
  cache: ofKind(components, "cache"),
});

const countsOf = ({ at, performance: { elements, calls, failed } }) => ({ at, elements, calls, failures: failed });

// As the server joins them: of sizes the highest of a step, of counts their number per second.
const put = (row, current, added) => {
  const set = (name, value) => { columns[name][row] = value; };
  for (const [name, bytes] of Object.entries(sizesOf(current))) set(name, Math.max(columns[name][row] ?? 0, bytes));
  const counts = countsOf(current);
  if (added) began = last ?? counts;
  last = counts;
  if (!began || counts.at <= began.at || counts.calls < began.calls) return; // the first, or of a new server
  for (const name of work.series.map((each) => each.name)) {
    set(name, (counts[name] - began[name]) / (counts.at - began.at));
  }
};

const forget = (before) => {
  const kept = moments.findIndex((each) => each >= before);
  if (kept <= 0) return;
  moments.splice(0, kept);
  for (const name of names) columns[name].splice(0, kept);
};

export const extend = (summary) => {
  noteLimits(summary);
  if (!moments.length) return;
  const at = Math.floor(summary.current.at);
  const added = at - moments.at(-1) >= step;
  if (added) {
    moments.push(at);
    for (const name of names) columns[name].push(0);
  }
  put(moments.length - 1, summary.current, added);
  forget(at - range);
  draw();
};

const noteLimits = ({ current: { system, process }, limits }) => {
  thresholds = limits.thresholds.map((each) => ({ at: each.bytes, label: briefPercent(each.percent) }));
  if (usedChosen) return;
  usedChosen = true;
  memory.setShown("used", system.used <= NARROW * process.rss);
};

// The range stands in the address: a reload keeps it, and a link hands it on. (A browser's storage is asked
// synchronously, and a slow disk would hold up the page.)
const choose = (seconds) => {
  range = seconds;
  globalThis.history.replaceState(null, "", `?range=${seconds}`);
  return load();
};

export const startRanges = (failed) => {
  const buttons = [...document.querySelectorAll("input[name=range]")];
  const asked = new URLSearchParams(location.search).get("range");
  const known = buttons.find((each) => each.value === asked) ?? buttons.find((each) => each.defaultChecked);
  known.checked = true;
  range = Number(known.value);
  element("ranges").addEventListener("change", (event) => choose(Number(event.target.value)).catch(failed));
};
