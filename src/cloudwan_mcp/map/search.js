// Search, which the server does: what is found opens.

import { onEnter } from "./keyboard.js";
import { setFilter } from "./main.js";
import { fetchInto, openPanel } from "./panel.js";
import { link } from "./routes.js";
import { announce, at, dotted, el, many, note, plain, press, stateName } from "./text.js";

const TYPING_MS = 350;
let typed = 0;

const hit = ({ id, name, prefix, type, segment, edge, account, state: condition, owners = [] }) =>
  el("li", link({ id, name }), el("small", dotted(prefix, type, segment, edge, account, condition && stateName(condition))),
    owners.length > 0 && el("ul", owners.slice(0, 4).map(hit)));

// An account or a tag may also be what the whole grid is to be narrowed to.
const narrowing = (query) => {
  const name = /^\d{12}$/.test(query) ? "account" : /^[^=\s]+=[^=]*$/.test(query) && "tag";
  return name && press(`Show only ${name} ${plain(query, 40)} in the grid`, () => setFilter(name, query));
};

const results = (query) => ({ items, more, close, searched }) => {
  const words = `${many(items.length, "element")} found${more ? ", and there are more" : ""}`;
  announce(words);
  return [narrowing(query), note(words), el("ul.links", items.map(hit)),
    close?.length > 0 && note(`Spelt alike: ${close.join(", ")}`), !items.length && note(`Searched: ${searched.join("; ")}`)];
};

const search = () => {
  clearTimeout(typed);
  const query = at("search").value.trim();
  if (query.length < 2) return;
  openPanel({ title: query, kind: "search", show: (body) => void fetchInto(body, "find", { query, limit: 20 }, results(query)) });
  at("search").focus();
};

export const startSearch = () => {
  at("search").addEventListener("input", ({ target }) => {
    clearTimeout(typed);
    if (target.value.trim().length > 2) typed = setTimeout(search, TYPING_MS);
  });
  at("search").addEventListener("keydown", onEnter(search));
};
