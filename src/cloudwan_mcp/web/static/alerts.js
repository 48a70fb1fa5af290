// The alerts that stand, with their acknowledgement, and those that are over.

import { ask, reason, tell } from "./ask.js";
import { announce, element, fillTable, keep, node, write } from "./page.js";
import { count, duration, measured, moment, plain } from "./text.js";

const PAST = 10;
const WORDS = { critical: "Critical", warning: "Warning" };

let known = new Map();
const acknowledged = new Set(); // until the next summary says so itself

const acknowledge = async (alert, button) => {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await tell(`/api/alerts/${alert.id}/acknowledge`);
    acknowledged.add(alert.id);
    mark(button, alert);
    announce(`${plain(alert.rule)} is acknowledged.`);
  } catch (error) {
    button.removeAttribute("aria-disabled");
    announce(`That could not be acknowledged. ${reason(error)}`, true);
  }
};

// It stays where the keyboard is, so it is said to be spent rather than made unreachable.
const mark = (button, alert) => {
  const seen = alert.acknowledged_at !== null || acknowledged.has(alert.id);
  if (seen) button.setAttribute("aria-disabled", "true");
  write(button, seen ? "Acknowledged" : "Acknowledge");
};

const make = (alert) => {
  const item = node("li");
  const words = item.appendChild(node("p"));
  words.append(node("b", "outside"), node("span", "outside"), node("small"));
  const button = item.appendChild(node("button"));
  button.type = "button";
  item.dataset.severity = alert.severity;
  button.addEventListener("click", () => acknowledge(alert, button));
  return item;
};

const update = (now) => (item, alert) => {
  const [words, button] = item.children;
  const [what, value, since] = words.children;
  const title = `${WORDS[alert.severity] ?? "Alert"}: ${plain(alert.rule)}`;
  write(what, title);
  write(value, `${measured(alert.metric, alert.value)}, threshold ${measured(alert.metric, alert.threshold)}`);
  write(since, `for ${duration(now - alert.raised_at)}, worst ${measured(alert.metric, alert.worst)}`);
  mark(button, alert);
  button.setAttribute("aria-label", `${button.textContent} ${title}`);
};

const announceChanges = (alerts) => {
  const standing = new Map(alerts.map((alert) => [alert.id, alert]));
  const raised = alerts.filter((alert) => !known.has(alert.id));
  const over = [...known.values()].filter((alert) => !standing.has(alert.id));
  if (raised.length) {
    const words = raised.map((each) => `${WORDS[each.severity] ?? "Alert"}: ${plain(each.rule)}, ${measured(each.metric, each.value)}`);
    announce(`${words.join(". ")}.`, true);
  }
  if (over.length) announce(`Over: ${over.map((each) => plain(each.rule)).join(", ")}.`);
  for (const each of over) acknowledged.delete(each.id);
  known = standing;
  return over.length > 0;
};

export const showAlerts = (alerts, now) => {
  const held = element("alerts").contains(document.activeElement);
  keep(element("alerts"), alerts, { key: (alert) => alert.id, make, update: update(now) });
  if (held && document.activeElement === document.body) element("alerts-title").focus();
  element("no-alerts").hidden = alerts.length > 0;
  const open = alerts.filter((alert) => alert.acknowledged_at === null && !acknowledged.has(alert.id)).length;
  document.title = `${open ? `(${open}) ` : ""}Memory – cloudwan-mcp`;
  if (announceChanges(alerts)) loadAlerts().catch(() => {}); // the next connection asks again
};

const channel = (each) =>
  `${plain(each.name)}: ${count(each.sent)} sent, ${count(each.failed)} failed, ${count(each.dropped)} dropped` +
  (each.last_error ? ` (${plain(each.last_error)})` : "");

// What the summary does not carry: the past ones, and how the notifications fare.
export const loadAlerts = async () => {
  const { past, notifications = [] } = await ask("/api/alerts");
  write("past-count", past.length ? `Earlier alerts (${count(past.length)})` : "Earlier alerts");
  fillTable(
    "past",
    past.slice(0, PAST).map((each) => [
      plain(each.rule),
      moment(each.raised_at, "day"),
      duration(each.cleared_at - each.raised_at),
      measured(each.metric, each.worst),
    ]),
    "None so far.",
  );
  write("notified", notifications.length ? `Told by ${notifications.map(channel).join("; ")}` : "Told by the log only.");
};
