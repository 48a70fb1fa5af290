// The dashboard as a small host of MCP Apps: the map in a frame of its own, its tools called on this server.

import { announce, element, node, write } from "./page.js";
import { plain } from "./text.js";

const PATIENCE_MS = 120000;
const PARTING_MS = 1000;
const dark = matchMedia("(prefers-color-scheme: dark)");

let frame = null;
let leaving = () => {};
let signedOut = () => {};
let calls = new AbortController();

const failed = (text) => ({ isError: true, content: [{ type: "text", text }] });

// A tool's answer as the map expects it, also of what failed on the way.
const call = async ({ name, arguments: given = {} }, signal) => {
  try {
    const answer = await fetch(`/api/tools/${encodeURIComponent(String(name).slice(0, 64))}`, {
      method: "POST",
      body: JSON.stringify(given),
      headers: { "content-type": "application/json" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    if (answer.status === 401) {
      signedOut();
      return failed("Sign in first, then try again.");
    }
    const found = await answer.json();
    return Array.isArray(found.content) ? found : failed(found.error ?? `The server answered ${answer.status}.`);
  } catch {
    return failed("The server does not answer. It may have been stopped, or be busy.");
  }
};

// There is no chat here: a question is put where it can be taken to one.
const ask = async ({ content = [] }) => {
  const text = content.map((each) => each.text ?? "").join("\n").slice(0, 4000);
  element("map-question").hidden = false;
  element("map-question-text").value = text;
  try {
    await navigator.clipboard.writeText(text);
    write("map-question-note", "The question is copied: paste it to your assistant.");
  } catch {
    write("map-question-note", "Copy this question to your assistant.");
    element("map-question-text").select();
  }
  announce(element("map-question-note").textContent);
  return {};
};

const keep = ({ contents = [] }) => {
  for (const { resource } of contents.slice(0, 4)) {
    const link = node("a");
    link.href = URL.createObjectURL(new Blob([resource.text ?? ""], { type: resource.mimeType ?? "text/plain" }));
    link.download = plain(String(resource.uri).split("/").pop());
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), PARTING_MS);
  }
  return {};
};

const context = () => ({
  theme: dark.matches ? "dark" : "light",
  displayMode: "inline",
  availableDisplayModes: ["inline"],
  containerDimensions: { width: frame.clientWidth, height: frame.clientHeight },
  platform: "web",
});

const greet = ({ protocolVersion }) => ({
  protocolVersion,
  hostInfo: { name: "cloudwan-mcp dashboard", version: "1" },
  hostCapabilities: { serverTools: {}, downloadFile: {}, message: { text: {} } },
  hostContext: context(),
});

const REQUESTS = {
  "ui/initialize": greet,
  "tools/call": (params) => call(params, calls.signal),
  "ui/message": ask,
  "ui/download-file": keep,
  "ui/request-display-mode": () => ({ mode: "inline" }),
  ping: () => ({}),
};

const post = (message) => frame?.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*"); // its origin is opaque

const answer = async ({ id, method, params = {} }) => {
  const served = Object.hasOwn(REQUESTS, method) && REQUESTS[method];
  if (!served) return post({ id, error: { code: -32601, message: "This host does not do that." } });
  return post({ id, result: await served(params) });
};

// As a chat does that shows the map for a call of the tool.
const begin = async () => {
  const mine = frame;
  post({ method: "ui/notifications/tool-input", params: { arguments: {} } });
  const result = await call({ name: "show_topology" }, calls.signal);
  if (frame === mine) post({ method: "ui/notifications/tool-result", params: result });
};

const receive = ({ source, data }) => {
  if (!frame || source !== frame.contentWindow || data?.jsonrpc !== "2.0") return;
  if (data.method && data.id !== undefined) answer(data);
  else if (data.method === "ui/notifications/initialized") begin();
  else if (data.id === "parting") leaving();
};

const open = () => {
  if (frame) return;
  calls = new AbortController();
  frame = node("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.title = "Map of the network";
  frame.src = "/map";
  element("map-frame").append(frame);
};

// The map is told, and given a moment to end what it does.
const close = () => {
  if (!frame) return;
  const left = frame;
  leaving = () => {
    if (frame !== left) return;
    calls.abort();
    left.remove();
    frame = null;
    if (document.body.dataset.tab === "map") open(); // who came back meanwhile finds a new one
  };
  post({ id: "parting", method: "ui/resource-teardown", params: {} });
  setTimeout(leaving, PARTING_MS);
};

const pick = (tab) => {
  document.body.dataset.tab = tab;
  for (const each of ["memory", "map"]) {
    element(`${each}-tab`).setAttribute("aria-selected", String(each === tab));
    element(`${each}-tab`).tabIndex = each === tab ? 0 : -1;
  }
  element("map").hidden = tab !== "map";
  if (tab === "map") open();
  else close();
};

// The map is there where a server is beside this page.
export const showMapTab = (there) => {
  if (element("views").hidden !== there) return;
  element("views").hidden = !there;
  if (!there) pick("memory");
  else if (location.hash === "#map") pick("map");
};

export const startMap = (onSignedOut) => {
  signedOut = onSignedOut;
  addEventListener("message", receive);
  const choose = (tab) => {
    history.replaceState(null, "", tab === "map" ? "#map" : location.pathname);
    pick(tab);
  };
  for (const each of ["memory", "map"]) element(`${each}-tab`).addEventListener("click", () => choose(each));
  element("views").addEventListener("keydown", ({ key, target }) => {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    const other = target.id === "map-tab" ? "memory" : "map";
    choose(other);
    element(`${other}-tab`).focus();
  });
  element("map-question-close").addEventListener("click", () => { element("map-question").hidden = true; });
  const changed = () => post({ method: "ui/notifications/host-context-changed", params: context() });
  dark.addEventListener("change", () => frame && changed());
  addEventListener("resize", () => frame && changed());
};
