// A route table, or where one address goes in it.

import { openElement } from "./element.js";
import { onEnter } from "./keyboard.js";
import { network } from "./model.js";
import { fetchInto } from "./panel.js";
import { dotted, duration, el, many, note, plain, press, stateName } from "./text.js";

const ROUTES = 200;

export const link = (each, deeper = true) => press(plain(each.name || each.id, 48), () => openElement(each.id, each.name, deeper), ".link");

const routeRow = ({ prefix, type, via = [], state: condition }) => {
  const lost = condition === "BLACKHOLE";
  return el(lost ? "tr.blackhole" : "tr", el("td", el("code", prefix)),
    el("td", lost ? el("span.bad", "blackhole") : stateName(type)),
    el("td", via.slice(0, 4).map((each, index) => [index > 0 && ", ", each.id ? link(each) : each])));
};

export const plainTable = (heads, rows) =>
  el("table.plain", el("thead", el("tr", heads.map((each) => el("th", { scope: "col" }, each)))), el("tbody", rows));

const routeList = ({ routes, complete, oldest_s: age, unread = [] }) => [
  routes.length > 0 && plainTable(["Prefix", "Type", "To"], routes.map(routeRow)),
  note(dotted(`${many(routes.length, "route")}${complete ? "" : ", not all"}`, `read ${duration(age)} ago`,
    unread.length && "part of it could not be read")),
];

export const routeTable = ({ segment, edge }) => (body) => {
  const found = el("div.scroll", { role: "group", "aria-label": "Routes", tabindex: "0" });
  const words = { "aria-label": "Address or CIDR to look up in this table", placeholder: "Where does an address go? 10.1.2.3" };
  const input = el("input", { type: "search", maxlength: "64", ...words });
  const look = () => {
    fetchInto(found, "list_routes", { segment, edge, ...network(), prefix: input.value.trim(), limit: ROUTES }, routeList);
  };
  body.append(el("div.look", { keydown: onEnter(look) }, input), found);
  look();
};
