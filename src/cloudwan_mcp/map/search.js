// Search, which the server does: what is found opens.

const TYPING_MS = 350;
let typed = 0;

const hit = (each) =>
  el("li", {}, el("button", { type: "button", class: "link", onclick: () => openElement(each.id, each.name, { deeper: true }) },
    el("bdi", {}, plain(each.name || each.id, 48))),
  el("small", {}, plain([each.prefix, each.type, each.segment, each.edge, each.account, each.state && stateName(each.state)]
    .filter(Boolean).join(" · "), 160)),
  (each.owners ?? []).slice(0, 4).map((owner) => el("ul", {}, hit(owner))));

// An account or a tag may also be what the whole grid is to be narrowed to.
const narrowing = (query) => {
  const [name, value] = /^\d{12}$/.test(query) ? ["account", query] : /^[^=\s]+=[^=]*$/.test(query) ? ["tag", query] : [];
  return name && el("button", { type: "button", onclick: () => { closePanel(); setFilter(name, value); } },
    `Show only ${name} ${plain(value, 40)} in the grid`);
};

const results = (query, answer) => [
  narrowing(query),
  el("p", { class: "note" }, `${many(answer.items.length, "element")} found${answer.more ? ", and there are more" : ""}`),
  el("ul", { class: "links" }, answer.items.map(hit)),
  answer.close?.length > 0 && el("p", {}, `Spelt alike: ${plain(answer.close.join(", "), 300)}`),
  !answer.items.length && el("p", { class: "note" }, `Searched: ${plain(answer.searched.join("; "), 300)}`),
];

const search = (query) => {
  const field = at("search");
  openPanel({
    title: `“${plain(query, 40)}”`,
    kind: "search",
    actions: [],
    show: (body) => {
      const place = el("div");
      body.append(place);
      fetchInto(place, "find", { query, limit: 20 }, (answer) => {
        announce(`${many(answer.items.length, "element")} found`);
        return results(query, answer);
      });
    },
  });
  field.focus();
};

export const startSearch = () => {
  const field = at("search");
  const now = () => {
    clearTimeout(typed);
    const query = field.value.trim();
    if (query.length > 1) search(query);
  };
  field.addEventListener("input", () => {
    clearTimeout(typed);
    if (field.value.trim().length > 2) typed = setTimeout(now, TYPING_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") now();
    else if (event.key === "Escape") {
      field.value = "";
      closePanel();
    }
  });
};
