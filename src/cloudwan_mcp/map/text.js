// Text on the map: figures as people read them, names from outside as they are, and the one way into the page.

const whole = new Intl.NumberFormat();
const UNSEEN = /[\0-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

// A control character shown by its number cannot turn the text around it, nor hide in it.
export const plain = (text, most = 600) => {
  const given = String(text ?? "").slice(0, 4000).replace(UNSEEN, (each) =>
    `[U+${each.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
  const shown = [...given];
  return shown.length > most ? `${shown.slice(0, most - 1).join("")}…` : given;
};

export const count = (value) => (Number.isFinite(value) ? whole.format(value) : "–");

export const brief = (value) => {
  if (value < 1e4) return count(value);
  return value < 1e6 ? `${(value / 1e3).toFixed(value < 1e5 ? 1 : 0)}k` : `${(value / 1e6).toFixed(1)}M`;
};

export const many = (value, noun, write = count) => `${write(value)} ${noun}${value === 1 ? "" : "s"}`;

export const dotted = (...words) => words.flat().filter(Boolean).join(" · ");

export const duration = (seconds) => {
  if (!(seconds >= 60)) return `${Math.max(0, Math.round(seconds) || 0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
};

// The types of attachments as AWS or as the snapshot spells them; a colour goes with a type and stays.
const KINDS = {
  VPC: ["VPC", "--lane"],
  SITE_TO_SITE_VPN: ["VPN", "--k-vpn"],
  CONNECT: ["Connect", "--k-connect"],
  TRANSIT_GATEWAY_ROUTE_TABLE: ["TGW route table", "--k-tgw"],
  DIRECT_CONNECT_GATEWAY: ["Direct Connect GW", "--k-dx"],
};
export const kindOf = (type) => String(type).replace(/-attachment$/, "").replaceAll("-", "_").toUpperCase();
export const typeName = (type) => KINDS[kindOf(type)]?.[0] ?? plain(type, 40);
export const colourOf = (type) => `var(${KINDS[kindOf(type)]?.[1] ?? "--k-other"})`;

export const stateName = (name) => plain(name, 40).toLowerCase().replaceAll("_", " ");
export const laneName = (name) => plain(name.replace(/^nfg:/, ""), 40);

// Every node is made here: "tag.class", attributes, listeners (functions), `css`, and content, which is only
// ever text. A leading @ makes it one of SVG.
export const el = (spec, ...content) => {
  const [tag, ...classes] = spec.split(".");
  const made = tag[0] === "@"
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(1)) : document.createElement(tag);
  if (classes.length) made.setAttribute("class", classes.join(" "));
  const given = content[0]?.constructor === Object ? content.shift() : {};
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (name === "css") for (const key in value) made.style.setProperty(key, value[key]);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : plain(value));
  }
  return put(made, content);
};

export const put = (place, ...content) => {
  const nodes = content.flat(9).filter(Boolean);
  place.replaceChildren(...nodes.map((each) => (each.nodeType ? each : plain(each))));
  return place;
};

export const press = (label, act, style = "") => el(`button${style}`, { type: "button", click: act }, label);

export const note = (...content) => el("p.note", content);

// A name that somebody chose: bounded, with the whole of it in the tooltip.
export const named = (spec, text, most = 48) => {
  const shown = plain(text, most);
  return el(spec, { title: shown !== plain(text) && plain(text) }, el("bdi", shown));
};

export const at = (id) => document.getElementById(id);

export const announce = (text) => put(at("announce"), text);
