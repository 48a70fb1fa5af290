// The alert thresholds, which may be moved for this run.

import { ask, reason, Refused, tell } from "./ask.js";
import { announce, element, keep, node, write } from "./page.js";
import { inUnit, plain } from "./text.js";

const MIB = 1024 * 1024;
// How a person types a value of each unit: the word behind the field, and the factor to the server's.
const FIELDS = {
  percent: { word: "%", factor: 1, step: "0.1" },
  bytes: { word: "MiB", factor: MIB, step: "any" },
  fraction: { word: "%", factor: 0.01, step: "0.1" },
  rate: { word: "per second", factor: 1, step: "any" },
};

const fieldOf = (rule) => FIELDS[rule.unit] ?? { word: "", factor: 1, step: "any" };
const typed = (rule, value) => String(Number((value / fieldOf(rule).factor).toFixed(3)));

const titled = ({ rule, severity, below }) => {
  const says = [rule.toLowerCase().includes(severity) ? "" : severity, below ? "when below" : ""].filter(Boolean);
  return says.length ? `${plain(rule)} (${says.join(", ")})` : plain(rule);
};

const rules = new Map();

const button = (text, type) => {
  const made = node("button", "", text);
  made.type = type;
  return made;
};

const make = ({ rule: name }) => {
  const form = node("form", "threshold");
  form.noValidate = true; // the server knows the bounds, and says them in words
  const label = form.appendChild(node("label", "outside"));
  const row = form.appendChild(node("div", "row"));
  const input = row.appendChild(node("input"));
  Object.assign(input, { type: "number", inputMode: "decimal", required: true });
  row.append(node("span", "note"), button("Apply", "submit"), button("Reset", "button"));
  const help = form.appendChild(node("p", "note"));
  const said = form.appendChild(node("p", "error"));
  said.setAttribute("role", "alert");
  input.id = `threshold-${rules.size}-${Math.random().toString(36).slice(2)}`;
  help.id = `${input.id}-help`;
  said.id = `${input.id}-error`;
  label.htmlFor = input.id;
  input.setAttribute("aria-describedby", `${help.id} ${said.id}`);
  input.addEventListener("input", () => { form.dataset.edited = "yes"; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(form, rules.get(name), input.value);
  });
  row.lastChild.addEventListener("click", () => change(form, rules.get(name), typed(rules.get(name), rules.get(name).configured)));
  return form;
};

const update = (form, rule) => {
  rules.set(rule.rule, rule);
  const [input, word, apply, reset] = form.querySelector(".row").children;
  const field = fieldOf(rule);
  const name = plain(rule.rule);
  write(form.querySelector("label"), titled(rule));
  write(word, field.word);
  Object.assign(input, { step: field.step, min: typed(rule, rule.low), max: typed(rule, rule.high) });
  if (form.dataset.edited !== "yes") input.value = typed(rule, rule.threshold);
  apply.setAttribute("aria-label", `Apply ${name}`);
  reset.setAttribute("aria-label", `Reset ${name}`);
  reset.hidden = !rule.changed;
  const now = rule.changed ? `Changed for this run; configured is ${inUnit(rule.unit, rule.configured)}. ` : "";
  write(form.querySelector(".note:not(span)"), `${now}Raised after ${rule.for_s} s, over at ${inUnit(rule.unit, rule.clear)}.`);
};

const change = async (form, rule, text) => {
  const [input] = form.querySelector(".row").children;
  const refuse = (words) => {
    input.setAttribute("aria-invalid", "true");
    write(form.querySelector(".error"), words);
    input.focus();
  };
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return refuse("Type a number.");
  try {
    const changed = await tell("/api/thresholds", { rule: rule.rule, threshold: value * fieldOf(rule).factor });
    delete form.dataset.edited;
    input.removeAttribute("aria-invalid");
    write(form.querySelector(".error"), "");
    if (form.querySelector(".row").contains(document.activeElement)) input.focus(); // Reset may go away
    update(form, changed);
    return announce(`${plain(rule.rule)} is now at ${inUnit(changed.unit, changed.threshold)}, for this run.`);
  } catch (error) {
    return refuse(reason(error));
  }
};

let seen = "";

// Asked for anew when the summary shows that somebody moved one.
export const noteThresholds = ({ limits }) => {
  const now = JSON.stringify(limits.thresholds);
  if (now === seen) return;
  seen = now;
  loadThresholds().catch(() => { seen = ""; }); // asked again with the next summary
};

const loadThresholds = async () => {
  try {
    const found = await ask("/api/thresholds");
    element("thresholds").hidden = false;
    keep(element("rules"), found.rules, { key: (each) => each.rule, make, update });
  } catch (error) {
    if (!(error instanceof Refused && error.status === 404)) throw error;
    element("thresholds").hidden = true;
  }
};
