// The way to whoever shows this page: JSON-RPC over postMessage, as MCP Apps has it.

import { plain } from "./text.js";

const PATIENCE_MS = 90000;
const pending = new Map();
const heard = new Map();
let lastId = 0;
let over = false;

export const host = { can: {}, context: {} };

const post = (message) => over || parent.postMessage({ jsonrpc: "2.0", ...message }, "*");

export const tell = (method, params = {}) => post({ method, params });

export const hear = (method, listener) => heard.set(method, listener);

export const request = (method, params = {}) =>
  new Promise((resolve, reject) => {
    const id = ++lastId;
    const timer = setTimeout(() => settle({ id, error: { message: "There was no answer in time." } }), PATIENCE_MS);
    pending.set(id, { resolve, reject, timer });
    post({ id, method, params });
  });

// What a tool says, or an error in its own words.
export const ask = async (name, given = {}) => {
  const wanted = Object.entries(given).filter(([, value]) => value !== "" && value !== undefined);
  return told(await request("tools/call", { name, arguments: Object.fromEntries(wanted) }));
};

export const told = ({ content = [], isError, structuredContent }) => {
  const text = content.map((each) => each.text ?? "").join(" ");
  if (isError || !structuredContent) throw new Error(plain(text || "The tool gave no answer."));
  return structuredContent;
};

const settle = ({ id, result, error }) => {
  const waiting = pending.get(id);
  if (!waiting) return;
  pending.delete(id);
  clearTimeout(waiting.timer);
  if (error) waiting.reject(new Error(plain(error.message ?? "It was refused.")));
  else waiting.resolve(result ?? {});
};

const serve = ({ id, method, params = {} }) => {
  const listener = heard.get(method);
  listener?.(params);
  if (id === undefined) return;
  if (listener || method === "ping") post({ id, result: {} });
  else post({ id, error: { code: -32601, message: "Not known here." } });
  if (method === "ui/resource-teardown") hangUp();
};

const receive = ({ source, data }) => {
  if (source !== parent || data?.jsonrpc !== "2.0") return;
  if (data.method) serve(data);
  else settle(data);
};

export const connect = async (appInfo) => {
  addEventListener("message", receive);
  const found = await request("ui/initialize", {
    appInfo,
    appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
    protocolVersion: "2026-01-26",
  });
  host.can = found.hostCapabilities ?? {};
  host.context = found.hostContext ?? {};
  tell("ui/notifications/initialized");
};

// After this nothing is sent or heard any more, and nothing waits.
const hangUp = () => {
  over = true;
  removeEventListener("message", receive);
  for (const { timer } of pending.values()) clearTimeout(timer);
  pending.clear();
};
