// The headline: memory in use against the budget, where the budget comes from, and the breaker's state.

import { element, node, write } from "./page.js";
import { briefPercent, count, percent, plain, size } from "./text.js";

const BREAKER = {
  closed: "Closed",
  open: "Open: large work is refused",
  "half-open": "Half open: a few calls may try",
  "forced-open": "Held open by the operator",
  disabled: "Switched off",
};
const NEAR = 12; // percent of the meter that the text of one tick takes

const severityAt = (used, thresholds) => {
  const reached = thresholds.filter((each) => used >= each.percent).map((each) => each.severity);
  return reached.includes("critical") ? "critical" : (reached[0] ?? "");
};

export const showMemory = ({ system, process, guard }, { thresholds }) => {
  const meter = element("meter");
  const severity = severityAt(system.percent, thresholds);
  meter.dataset.severity = severity;
  meter.setAttribute("aria-valuenow", Math.min(100, system.percent));
  meter.setAttribute("aria-valuetext", `${percent(system.percent)} of ${size(system.total)} ${severity}`.trim());
  element("fill").style.width = `${Math.min(100, system.percent)}%`;
  showTicks(thresholds);
  write("percent", percent(system.percent));
  write("used-of", `${size(system.used)} of ${size(system.total)}`);
  write("origin", `The limit comes from ${plain(system.origin)}`);
  showFacts(system, process, guard);
  showBreaker(guard);
};

const showFacts = (system, process, guard) => {
  write("available", size(system.available));
  write("rss", size(process.rss));
  write("heap", size(process.heap));
  write("peak", size(process.peak));
  write("growth", `${process.growth > 0 ? "+" : ""}${size(process.growth)}`);
  write("reserved", `${size(guard.reserved)}${guard.waiting ? `, ${count(guard.waiting)} waiting` : ""}`);
  write("pressure", percent(system.pressure));
};

const showBreaker = (guard) => {
  const state = guard.enabled ? guard.breaker.replace("_", "-") : "disabled";
  element("breaker").dataset.state = state;
  write("breaker", BREAKER[state] ?? plain(state));
  write("breaker-reason", state !== "closed" && guard.reason ? plain(guard.reason) : "");
};

let ticksShown = "";
const showTicks = (thresholds) => {
  const known = JSON.stringify(thresholds);
  if (known === ticksShown) return;
  ticksShown = known;
  const ordered = [...thresholds].sort((a, b) => a.percent - b.percent);
  element("ticks").replaceChildren(...ordered.map((each, index) => {
    const near = (other) => other && Math.abs(other.percent - each.percent) < NEAR;
    const side = near(ordered[index + 1]) ? " low" : near(ordered[index - 1]) ? " high" : "";
    const tick = node("div", `tick${side}`);
    tick.style.left = `${Math.min(100, each.percent)}%`;
    tick.title = plain(each.rule);
    tick.append(node("span", "", briefPercent(each.percent)));
    return tick;
  }));
};
