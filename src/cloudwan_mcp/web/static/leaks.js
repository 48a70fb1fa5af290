// What the leak detector says: of the process that is watched, and of each tool that was tried.

import { element, keep, node, section, write } from "./page.js";
import { moment, plain } from "./text.js";

const KINDS = { leak: "Leak", suspect: "Suspect", inconclusive: "Inconclusive", clean: "Clean" };
const WORST_FIRST = Object.keys(KINDS);

const make = () => {
  const item = node("li");
  const head = item.appendChild(node("p", "head"));
  head.append(node("b", "outside"), node("span", "chip verdict"));
  item.append(node("p", "outside"), node("code", "outside"), node("small", "note"));
  return item;
};

const update = (item, { name, kind, text, line, at }) => {
  const [head, words, code, when] = item.children;
  const [title, verdict] = head.children;
  write(title, plain(name));
  write(verdict, KINDS[kind] ?? plain(kind));
  verdict.dataset.kind = kind in KINDS ? kind : "";
  write(words, plain(text));
  code.hidden = !line;
  write(code, plain(line));
  write(when, `Judged ${moment(at, "day")}`);
};

export const showLeaks = ({ leaks }) =>
  section("leaks", leaks, ({ watched, tools }) => {
    const ordered = Object.entries(tools).sort((a, b) => WORST_FIRST.indexOf(a[1].kind) - WORST_FIRST.indexOf(b[1].kind));
    const verdicts = ordered.map(([name, verdict]) => ({ ...verdict, name, key: `tool ${name}` }));
    if (watched) verdicts.unshift({ ...watched, name: "This process", key: "process" });
    element("no-leaks").hidden = verdicts.length > 0;
    keep(element("verdicts"), verdicts, { key: (each) => each.key, make, update });
  });
