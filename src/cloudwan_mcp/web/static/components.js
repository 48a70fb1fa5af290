// Who holds the process's memory, the part that nobody accounts for included.

import { fillTable } from "./page.js";
import { plain, share, size } from "./text.js";

const row = (name, bytes, whole) =>
  bytes === null
    ? [name, "unknown", "–"]
    : [name, size(bytes), { part: whole ? bytes / whole : 0, text: share(whole ? bytes / whole : null) }];

export const showComponents = ({ components, process }) => {
  const ordered = Object.entries(components).sort((a, b) => (b[1] ?? -1) - (a[1] ?? -1));
  const rows = ordered.map(([name, bytes]) => row(plain(name), bytes, process.rss));
  fillTable("components", [...rows, row("unaccounted", process.unaccounted, process.rss)]);
};
