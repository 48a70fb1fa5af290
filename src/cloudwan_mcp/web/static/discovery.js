// The discovery that runs, how far it is, and the last snapshots with what they could not see.

import { announce, element, keep, node, section, write } from "./page.js";
import { count, duration, percent, plain, rate, size } from "./text.js";

let running = false;

const showProgress = (found) => {
  const bar = element("progress");
  const whole = found.expected;
  if (whole) {
    bar.max = Math.max(whole, found.elements);
    bar.value = found.elements;
    write("progress-of", `${count(found.elements)} of about ${count(whole)} elements, ${percent(Math.min(100, (100 * found.elements) / whole))}`);
  } else {
    bar.removeAttribute("value");
    write("progress-of", `${count(found.elements)} elements so far`);
  }
  write("discovery-state", plain(found.state));
  write("pages", count(found.pages));
  write("aws-calls", count(found.calls));
  write("throttles", count(found.throttles));
  write("pace", rate(found.per_second));
  write("left", found.left_s === null ? "unknown" : duration(found.left_s));
};

export const showDiscovery = ({ discovery }) =>
  section("discovery", discovery, (found) => {
    element("no-discovery").hidden = found !== null;
    element("discovery-progress").hidden = found === null;
    if (running !== (found !== null)) announce(found ? "A discovery has started." : "The discovery has ended.");
    running = found !== null;
    if (found) showProgress(found);
  });

const fact = (name) => {
  const pair = node("div");
  pair.append(node("dt", "", name), node("dd", "", "–"));
  return pair;
};

const makeSnapshot = () => {
  const item = node("li");
  const head = item.appendChild(node("p", "head"));
  head.append(node("b", "outside"), node("span", "chip outside"));
  const facts = item.appendChild(node("dl", "facts"));
  facts.append(...["Age", "Elements", "Connections", "Size"].map(fact));
  const fold = item.appendChild(node("details"));
  fold.append(node("summary"), node("ul", "gaps"));
  return item;
};

const gapText = ({ operation, scope, code }) => [operation, scope, code].map(plain).join(" · ");

const updateSnapshot = (item, found) => {
  const [name, state] = item.querySelector(".head").children;
  write(name, plain(found.alias || found.id));
  name.title = plain(found.id);
  write(state, plain(found.state));
  state.dataset.state = found.state === "complete" ? "good" : "";
  const values = [duration(found.age_s), count(found.elements), count(found.connections), size(found.bytes)];
  [...item.querySelectorAll("dd")].forEach((each, index) => write(each, values[index]));
  const fold = item.querySelector("details");
  fold.hidden = found.gaps.length === 0;
  write(fold.firstChild, `${count(found.gaps.length)} ${found.gaps.length === 1 ? "gap" : "gaps"}: what could not be seen`);
  keep(fold.lastChild, found.gaps, {
    key: gapText,
    make: () => node("li", "outside"),
    update: (gap, each) => write(gap, gapText(each)),
  });
};

export const showSnapshots = ({ snapshots }) =>
  section("snapshots", snapshots, (found) => {
    element("no-snapshots").hidden = found.length > 0;
    keep(element("snapshot-list"), found, { key: (each) => each.id, make: makeSnapshot, update: updateSnapshot });
  });
