// Text on the map: figures as people read them, names from outside as they are, and the one way into the page.

const whole = new Intl.NumberFormat();
const UNSEEN = /[\0-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

// A control character shown by its number cannot turn the text around it, nor hide in it.
export const plain = (text, most = 200) => {
  const given = String(text ?? "").slice(0, 4000).replace(UNSEEN, (each) =>
    `[U+${each.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
  const shown = [...given];
  return shown.length > most ? `${shown.slice(0, most - 1).join("")}…` : given;
};

export const count = (value) => (Number.isFinite(value) ? whole.format(value) : "–");

export const brief = (value) => {
  if (value < 10000) return count(value);
  if (value < 1e6) return `${(value / 1e3).toFixed(value < 1e5 ? 1 : 0)}k`;
  return `${(value / 1e6).toFixed(1)}M`;
};

export const many = (value, one, more = `${one}s`) => `${count(value)} ${value === 1 ? one : more}`;

export const duration = (seconds) => {
  if (!(seconds >= 60)) return `${Math.max(0, Math.round(seconds) || 0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} days`;
};

const KINDS = {
  VPC: "VPC",
  SITE_TO_SITE_VPN: "VPN",
  CONNECT: "Connect",
  TRANSIT_GATEWAY_ROUTE_TABLE: "TGW route table",
  DIRECT_CONNECT_GATEWAY: "Direct Connect GW",
};

// The type of an attachment, as AWS or as the snapshot spells it.
export const kindOf = (type) => String(type).replace(/-attachment$/, "").replaceAll("-", "_").toUpperCase();
export const typeName = (type) => KINDS[kindOf(type)] ?? plain(type, 40);
export const stateName = (state) => plain(state, 40).toLowerCase().replaceAll("_", " ");
export const troubled = (state) => /^(PENDING|FAILED|REJECTED)/.test(state);
export const laneName = (name) => plain(name.startsWith("nfg:") ? name.slice(4) : name, 40);

// Every node is made here; text is only ever text. `on…` are listeners, `css` goes through the object model.
export const el = (tag, attributes = {}, ...children) => fit(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) =>
  fit(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

const fit = (made, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "css") for (const [key, each] of Object.entries(value)) made.style.setProperty(key, each);
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((each) => each !== undefined && each !== null && each !== false));
  return made;
};

// A name that somebody chose: bounded, with the whole of it in the tooltip.
export const named = (tag, attributes, text, most = 48) => {
  const shown = plain(text, most);
  const full = plain(text, 400);
  return el(tag, { title: full === shown ? undefined : full, ...attributes }, el("bdi", {}, shown));
};

export const at = (id) => document.getElementById(id);

export const announce = (text) => {
  at("announce").textContent = text;
};
