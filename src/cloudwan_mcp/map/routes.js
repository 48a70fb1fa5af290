// A route table, or where one address goes in it.

const ROUTES = 200;

const routeRow = (route) =>
  el("tr", { class: route.state === "BLACKHOLE" ? "blackhole" : "" },
    el("td", {}, el("code", {}, plain(route.prefix, 48))),
    el("td", {}, route.state === "BLACKHOLE" ? el("span", { class: "state bad" }, "blackhole") : stateName(route.type ?? "")),
    el("td", {}, (route.via ?? []).slice(0, 4).flatMap((each, index) => [index ? ", " : "", via(each)])));

const via = (each) =>
  typeof each === "string"
    ? plain(each, 40)
    : el("button", { type: "button", class: "link", onclick: () => openElement(each.id, each.name, { deeper: true }) },
      el("bdi", {}, plain(each.name || each.id, 32)));

const said = (answer) => {
  const unread = (answer.unread ?? []).length;
  return el("p", { class: "note" },
    [`${many(answer.routes.length, "route")}${answer.complete ? "" : ", not all"}`,
      `read ${duration(answer.oldest_s)} ago`, unread ? "part of it could not be read" : ""].filter(Boolean).join(" · "));
};

const routeList = (answer) => [
  answer.routes.length
    ? el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Routes" }, el("table", { class: "plain" },
      el("thead", {}, el("tr", {}, ["Prefix", "Type", "To"].map((each) => el("th", { scope: "col" }, each)))),
      el("tbody", {}, answer.routes.map(routeRow))))
    : el("p", { class: "note" }, "No route that matches."),
  said(answer),
];

export const routeTable = ({ segment, edge }) => (body) => {
  const found = el("div");
  const field = el("input", { type: "search", "aria-label": "Address or CIDR to look up in this table",
    placeholder: "Where does an address go? 10.1.2.3", maxlength: "64" });
  const look = () => fetchInto(found, "list_routes",
    { segment, edge, core_network_id: scope().core_network_id, prefix: field.value.trim(), limit: ROUTES }, routeList);
  body.append(el("form", { class: "look", onsubmit: (event) => { event.preventDefault(); look(); } }, field), found);
  look();
};
