// Files of what is shown: CSV of its figures, SVG of the picture as it stands.

const MOST_ROWS = 10000;
const FORMULA = /^[=+\-@\t\r]/;

// A spreadsheet takes what begins so for a formula.
const field = (value) => {
  const text = String(value ?? "").replace(FORMULA, (each) => `'${each}`);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
export const csv = (rows) => rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");

const fileName = (name, suffix) => `cloudwan-${name.replace(/[^\w.-]+/g, "-").slice(0, 60)}.${suffix}`;

export const keepFile = async (name, suffix, mimeType, text) => {
  const uri = `file:///${fileName(name, suffix)}`;
  const { isError } = await request("ui/download-file", { contents: [{ type: "resource", resource: { uri, mimeType, text } }] });
  announce(isError ? "The file was not taken." : `${fileName(name, suffix)} was handed over.`);
};

// `make(report)` gives the text; while it works, the button says how far it is.
export const csvButton = (make, name) =>
  host.can.downloadFile && ["CSV", async ({ currentTarget: pressed }) => {
    pressed.disabled = true;
    try {
      await keepFile(name, "csv", "text/csv", await make((text) => { pressed.textContent = text; }));
    } catch (error) {
      announce(`The file could not be made. ${error.message}`);
    } finally {
      pressed.disabled = false;
      pressed.textContent = "CSV";
    }
  }];

export const gridCsv = (model) =>
  csv([["segment", "edge", "attachments", ...model.grid.types.map(kindOf), ...model.grid.states],
    ...model.lanes.flatMap((lane) => model.edges.flatMap((edge) => {
      const cell = cellOf(model, lane, edge);
      const states = new Map(cell.states);
      return cell.count ? [[lane.name, edge.name, cell.count, ...model.grid.types.map((_, index) => cell.types[index] ?? 0),
        ...model.grid.states.map((_, index) => states.get(index) ?? 0)]] : [];
    }))]);

export const cellCsv = async (place, report) => {
  const parts = [csv([["id", "name", "type", "account", "state", "segment", "edge"]])];
  let cursor = "";
  let done = 0;
  do {
    const reply = await ask("map_cell", { ...scope(), ...state.filters, ...place, cursor, limit: 200 });
    parts.push(csv(reply.rows.map(([id, name, type, account, condition]) =>
      [id, name, kindOf(reply.types[type]), account, reply.states[condition], place.segment, place.edge])));
    done += reply.rows.length;
    report(`${count(done)} …`);
    cursor = reply.rows.length ? reply.next_cursor : "";
  } while (cursor && done < MOST_ROWS && !state.stopped);
  return parts.join("");
};

export const tableCsv = (table) =>
  csv([...table.rows].map((row) => [...row.cells].map((cell) => cell.dataset.csv ?? cell.textContent)));

// The colours as they are painted: SVG readers do not know color-mix.
const painter = () => {
  const pen = el("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const seen = new Map();
  return (colour) => {
    if (!seen.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
      seen.set(colour, alpha < 8 ? "none" : `rgb(${red},${green},${blue})`);
    }
    return seen.get(colour);
  };
};

const textsIn = (cell, box, colour) => {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const place = range.getBoundingClientRect();
    const style = getComputedStyle(node.parentElement);
    if (!node.data.trim() || !place.width) continue;
    found.push(svg("text", { x: (place.left - box.left).toFixed(1), y: (place.bottom - box.top - place.height * 0.24).toFixed(1),
      fill: colour(style.color), "font-size": style.fontSize, "font-weight": style.fontWeight,
      textLength: place.width.toFixed(1), lengthAdjust: "spacingAndGlyphs" }, node.data));
  }
  return found;
};

// The table as it is painted, headed by what it is of.
export const picture = (table, title) => {
  const box = table.getBoundingClientRect();
  const colour = painter();
  const page = getComputedStyle(document.body);
  const root = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: Math.ceil(box.width) + 24, height: Math.ceil(box.height) + 52,
    "font-family": "system-ui, sans-serif" },
  svg("rect", { width: "100%", height: "100%", fill: colour(page.backgroundColor) }),
  svg("text", { x: 12, y: 24, "font-size": 14, "font-weight": 700, fill: colour(page.color) }, title));
  const inner = root.appendChild(svg("g", { transform: "translate(12 40)" }));
  for (const cell of table.querySelectorAll("th, td")) {
    const place = cell.getBoundingClientRect();
    const style = getComputedStyle(cell);
    const fill = colour(style.backgroundColor);
    if (cell.matches("[role=gridcell]") || cell.matches(".lane")) {
      inner.append(svg("rect", { x: (place.left - box.left).toFixed(1), y: (place.top - box.top).toFixed(1), rx: 4,
        width: place.width.toFixed(1), height: place.height.toFixed(1), fill }));
    }
    inner.append(...textsIn(cell, box, colour));
  }
  return new XMLSerializer().serializeToString(root);
};
