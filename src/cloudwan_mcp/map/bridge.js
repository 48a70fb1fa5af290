// The way to whoever shows this page: JSON-RPC over postMessage, as MCP Apps has it.

const PATIENCE_MS = 90000;
const pending = new Map();
const heard = new Map();
let lastId = 0;
let over = false;

export const host = { can: {}, context: {} };

const post = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");

export const tell = (method, params = {}) => over || post({ method, params });

export const hear = (method, listener) => heard.set(method, listener);

export const request = (method, params = {}) =>
  new Promise((resolve, reject) => {
    if (over) return;
    const id = ++lastId;
    const timer = setTimeout(() => {
      pending.delete(id);
      reject(new Error("There was no answer. The server may be busy."));
    }, PATIENCE_MS);
    pending.set(id, { resolve, reject, timer });
    post({ id, method, params });
  });

// What a tool says, or an error in its own words.
export const ask = async (name, values = {}) => {
  const wanted = Object.entries(values).filter(([, value]) => value !== "" && value !== undefined);
  const result = await request("tools/call", { name, arguments: Object.fromEntries(wanted) });
  return told(result);
};

export const told = (result) => {
  const text = (result.content ?? []).map((each) => each.text ?? "").join(" ");
  if (result.isError) throw new Error(plain(text || "The tool failed and did not say why.", 600));
  if (result.structuredContent) return result.structuredContent;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("The answer could not be read.");
  }
};

const settle = ({ id, result, error }) => {
  const waiting = pending.get(id);
  if (!waiting) return;
  pending.delete(id);
  clearTimeout(waiting.timer);
  if (error) waiting.reject(new Error(plain(error.message ?? "It was refused.", 600)));
  else waiting.resolve(result ?? {});
};

const serve = async ({ id, method, params }) => {
  const listener = heard.get(method);
  if (id === undefined) return listener?.(params ?? {});
  if (method !== "ping" && !listener) return post({ id, error: { code: -32601, message: "Not known here." } });
  await listener?.(params ?? {});
  post({ id, result: {} });
  if (method === "ui/resource-teardown") hangUp();
};

const receive = (event) => {
  const message = event.data;
  if (event.source !== parent || message?.jsonrpc !== "2.0" || over) return;
  if (message.method) serve(message);
  else settle(message);
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

// After this nothing is sent or heard any more.
export const hangUp = () => {
  over = true;
  removeEventListener("message", receive);
  for (const { timer } of pending.values()) clearTimeout(timer);
  pending.clear();
};
