// The page of the memory dashboard. Names come from outside: everything is written as text, never as markup.

import { extend, POINTS, replace } from "./chart.js";
import { count, duration, element, measured, milliseconds, percent, rate, share, size, write } from "./text.js";

const SILENCE_MS = 6000; // the server speaks once a second
const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
const RELOAD_MS = 30000;

// --- The sections ----------------------------------------------------------------------------------------

// Rows are kept and only their text changes, so that a selection or a reader's place survives the second.
const fillTable = (id, rows, nothing) => {
  const body = element(id);
  const wanted = rows.length ? rows : [[nothing]];
  while (body.rows.length > wanted.length) body.deleteRow(-1);
  wanted.forEach((cells, index) => {
    const row = body.rows[index] ?? body.insertRow();
    while (row.cells.length > cells.length) row.deleteCell(-1);
    cells.forEach((text, column) => {
      let cell = row.cells[column];
      if (!cell) {
        cell = row.appendChild(document.createElement(column === 0 && rows.length ? "th" : "td"));
        if (cell.tagName === "TH") cell.scope = "row";
      }
      write(cell, text);
    });
  });
};

const showMemory = ({ system, process, guard }, { thresholds }) => {
  const reached = thresholds.filter((each) => system.percent >= each.percent).map((each) => each.severity);
  const severity = reached.includes("critical") ? "critical" : (reached[0] ?? "");
  const meter = element("meter");
  meter.dataset.severity = severity;
  meter.setAttribute("aria-valuenow", system.percent);
  meter.setAttribute("aria-valuetext", `${percent(system.percent)} of ${size(system.total)}`);
  element("fill").style.width = `${Math.min(100, system.percent)}%`;
  showTicks(thresholds);
  write("percent", percent(system.percent));
  write("used-of", `${size(system.used)} of ${size(system.total)}`);
  write("origin", `The limit comes from: ${system.origin}`);
  write("available", size(system.available));
  write("rss", size(process.rss));
  write("peak", size(process.peak));
  write("growth", `${process.growth > 0 ? "+" : ""}${size(process.growth)}`);
  write("breaker", guard.breaker);
  element("breaker").dataset.state = guard.breaker;
  write("breaker-reason", guard.breaker !== "closed" ? `Breaker: ${guard.reason}` : "");
  const queue = guard.waiting ? `, ${count(guard.waiting)} waiting` : "";
  write("reserved", `${size(guard.reserved)}${queue}`);
};

let ticksShown = "";
const showTicks = (thresholds) => {
  const known = JSON.stringify(thresholds);
  if (known === ticksShown) return;
  ticksShown = known;
  const ordered = [...thresholds].sort((a, b) => a.percent - b.percent);
  const ticks = ordered.map((each, index) => {
    const tick = document.createElement("div");
    const near = (other) => other && Math.abs(other.percent - each.percent) < 12;
    tick.className = near(ordered[index + 1]) ? "tick low" : near(ordered[index - 1]) ? "tick high" : "tick";
    tick.style.left = `${Math.min(100, each.percent)}%`;
    tick.title = each.rule;
    tick.appendChild(document.createElement("span")).textContent = `${count(each.percent)} %`;
    return tick;
  });
  element("ticks").replaceChildren(...ticks);
};

const showComponents = ({ components, process }) => {
  const of = (bytes) => (process.rss ? share(bytes / process.rss) : "–");
  const rows = Object.entries(components).sort((a, b) => b[1] - a[1]);
  const all = [...rows, ["not accounted for", process.unaccounted]];
  fillTable("components", all.map(([name, bytes]) => [name, ...(bytes === null ? ["unknown", "–"] : [size(bytes), of(bytes)])]));
};

const showCalls = ({ performance: done }) => {
  write("rate", rate(done.recent.elements_per_s));
  write("elements", count(done.elements));
  write("calls-made", count(done.calls));
  write("success", share(done.success_rate));
  const rows = Object.entries(done.by_name).map(([name, each]) => [
    name,
    count(each.calls),
    count(each.failed),
    ...[each.p50_ms, each.p95_ms, each.p99_ms].map(milliseconds),
  ]);
  fillTable("calls", rows, "No calls yet.");
};

// --- Alerts ----------------------------------------------------------------------------------------------

const standing = new Map();

const alertItem = (alert) => {
  const item = document.createElement("li");
  const words = item.appendChild(document.createElement("p"));
  const what = words.appendChild(document.createElement("b"));
  const value = words.appendChild(document.createElement("span"));
  const since = words.appendChild(document.createElement("small"));
  const button = item.appendChild(document.createElement("button"));
  item.dataset.severity = alert.severity;
  what.textContent = `${alert.severity === "critical" ? "Critical" : "Warning"}: ${alert.rule}`;
  button.setAttribute("aria-label", `Acknowledge ${alert.rule}`);
  button.addEventListener("click", () => acknowledge(alert.id, button));
  return { item, value, since, button };
};

const showAlerts = (alerts, now) => {
  for (const [id, { item, rule }] of standing) {
    if (alerts.some((alert) => alert.id === id)) continue;
    item.remove();
    standing.delete(id);
    write("announce", `Over: ${rule}`);
  }
  for (const alert of alerts) {
    if (!standing.has(alert.id)) {
      standing.set(alert.id, { ...alertItem(alert), rule: alert.rule });
      write("announce", `${alert.severity}: ${alert.rule}`);
    }
    const { item, value, since, button } = standing.get(alert.id);
    write(value, `${measured(alert.metric, alert.value)}, threshold ${measured(alert.metric, alert.threshold)}`);
    write(since, `for ${duration(now - alert.raised_at)}, worst ${measured(alert.metric, alert.worst)}`);
    button.disabled = alert.acknowledged_at !== null;
    write(button, button.disabled ? "Acknowledged" : "Acknowledge");
    if (!item.isConnected) element("alerts").append(item);
  }
  element("no-alerts").hidden = alerts.length > 0;
  const open = alerts.filter((alert) => alert.acknowledged_at === null).length;
  document.title = `${open ? `(${open}) ` : ""}Memory – cloudwan-mcp`;
};

const acknowledge = async (id, button) => {
  button.disabled = true;
  try {
    await ask(`/api/alerts/${id}/acknowledge`, { method: "POST" });
  } catch {
    button.disabled = false;
    write("announce", "That could not be acknowledged; try again.");
  }
};

// --- Live ------------------------------------------------------------------------------------------------

const reload = async () => {
  const tier = document.querySelector("input[name=tier]:checked").value;
  try {
    replace(await (await ask(`/api/history?tier=${tier}&points=${POINTS}`)).json());
  } catch {
    // the stream tells whether the server is there, and the next reload asks again
  }
};

let stream = null;
let silence = 0;
let retry = 0;
let attempts = 0;

const show = (summary) => {
  const { current, alerts, limits } = summary;
  write("uptime", duration(current.uptime_s));
  showMemory(current, limits);
  showAlerts(alerts, current.at);
  showComponents(current);
  showCalls(current);
  extend(Math.floor(current.at), current.process.rss);
};

const state = (name, text) => {
  document.body.dataset.state = name;
  write("connection", text);
};

const lost = () => {
  clearTimeout(silence);
  clearTimeout(retry);
  stream?.close();
  state("offline", "Offline, reconnecting: the figures are the last known");
  const wait = RETRY_MS[Math.min(attempts++, RETRY_MS.length - 1)];
  retry = setTimeout(connect, wait * (1 + Math.random() / 4)); // many pages do not come back as one
};

const connect = async () => {
  try {
    await reload();
    show(await (await ask("/api/summary")).json());
  } catch (error) {
    if (!(error instanceof SignInNeeded)) lost();
    return;
  }
  stream = new EventSource("/events");
  silence = setTimeout(lost, SILENCE_MS);
  stream.onerror = lost;
  stream.onmessage = (event) => {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENCE_MS);
    attempts = 0;
    state("live", "Live");
    show(JSON.parse(event.data));
  };
};

class SignInNeeded extends Error {}

const ask = async (path, options = {}) => {
  const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(SILENCE_MS) });
  if (answer.status === 401) {
    signIn(true);
    throw new SignInNeeded();
  }
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
};

const signIn = (needed) => {
  if (element("sign-in").hidden !== needed) return;
  element("sign-in").hidden = !needed;
  element("figures").hidden = needed;
  if (!needed) return;
  stream?.close();
  clearTimeout(silence);
  state("connecting", "Not signed in");
  element("token").focus();
};

element("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  write("sign-in-error", "");
  try {
    const answer = await fetch("/api/sign-in", { method: "POST", body: element("token").value });
    if (!answer.ok) throw new Error("That is not the token.");
    element("token").value = "";
    signIn(false);
    connect();
  } catch (error) {
    write("sign-in-error", error instanceof TypeError ? "The server does not answer." : error.message);
  }
});

element("ranges").addEventListener("change", reload);
setInterval(reload, RELOAD_MS);
connect();
