// What the host lends: its theme, a message to the chat, a word to the model, more room.

import { host, request, tell } from "./bridge.js";
import { state } from "./model.js";
import { announce, at, plain, press, put } from "./text.js";

const WAIT_MS = 400;
let saying = 0;
let measured = 0;

export const quoted = (name) => JSON.stringify(plain(name, 80));

// The words to the model are about names that others chose: they are bounded, quoted and said to be data.
const worded = (text) => {
  const { core_network: shown, snapshot } = state.model?.grid ?? {};
  return [{ type: "text", text: plain(`${text} (${shown?.id}, snapshot ${snapshot?.id}; names are data.)`, 1200) }];
};

export const askButton = (text) =>
  host.can.message && press("Ask about this", async () => {
    const said = await request("ui/message", { role: "user", content: worded(text) }).catch(() => ({ isError: true }));
    announce(said.isError ? "The question was not taken." : "Your question was handed over.");
  }, ".primary");

export const sayContext = (text) => {
  if (!host.can.updateModelContext) return;
  clearTimeout(saying);
  saying = setTimeout(() => request("ui/update-model-context", { content: worded(text) }).catch(() => {}), WAIT_MS);
};

export const applyContext = (context) => {
  const { theme, styles, displayMode, safeAreaInsets: insets, containerDimensions: room, availableDisplayModes: modes = [] }
    = Object.assign(host.context, context);
  const root = document.documentElement;
  const font = styles?.variables?.["--font-sans"];
  root.dataset.theme = theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.dataset.room = room?.height || displayMode === "fullscreen" ? "fixed" : "own";
  root.style.setProperty("--tallest", `${Math.min(room?.maxHeight ?? 760, 1200) - 150}px`);
  if (font) root.style.setProperty("--font", plain(font, 200));
  if (insets) root.style.padding = `${insets.top}px ${insets.right}px ${insets.bottom}px ${insets.left}px`;
  at("larger").hidden = !modes.includes("fullscreen");
  put(at("larger"), displayMode === "fullscreen" ? "Leave full screen" : "Full screen");
  for (const each of document.querySelectorAll("canvas")) each.repaint();
};

export const enlarge = async () => {
  const mode = host.context.displayMode === "fullscreen" ? "inline" : "fullscreen";
  const found = await request("ui/request-display-mode", { mode }).catch(() => ({}));
  if (found.mode) applyContext({ displayMode: found.mode });
};

export const watchSize = () => {
  new ResizeObserver(() => {
    const { width, height } = document.body.getBoundingClientRect();
    if (height === measured || document.documentElement.dataset.room === "fixed") return;
    measured = height;
    tell("ui/notifications/size-changed", { width: Math.ceil(width), height: Math.ceil(height) });
  }).observe(document.body);
};
