// Files of what is shown: CSV of its figures, made here, and the picture, which the server draws.

import { ask, host, request } from "./bridge.js";
import { cellOf, network, state } from "./model.js";
import { announce, count, kindOf, press, put } from "./text.js";

const MOST_ROWS = 10000;
const MOST_PIECES = 60;

// A spreadsheet takes what begins so for a formula.
const field = (value) => {
  const text = String(value ?? "").replace(/^[=+\-@\t\r]/, "'$&");
  const parted = /[\x22,\n\r]/.test(text);
  return parted ? `"${text.replaceAll("\"", "\"\"")}"` : text;
};
const csv = (rows) => rows.map((row) => `${row.map(field)}\r\n`).join("");

const TYPES = { csv: "text/csv", svg: "image/svg+xml" };

// A button; while `make(report)` works on the text, it says how far that is.
export const fileButton = (name, suffix, make) =>
  host.can.downloadFile && press(suffix.toUpperCase(), async ({ currentTarget: pressed }) => {
    const uri = `file:///cloudwan-${name().replace(/[^\w.-]+/g, "-").slice(0, 60)}.${suffix}`;
    pressed.disabled = true;
    try {
      const text = await make((words) => put(pressed, words));
      const contents = [{ type: "resource", resource: { uri, mimeType: TYPES[suffix], text } }];
      const { isError } = await request("ui/download-file", { contents });
      announce(isError ? "The file was not taken." : "The file was handed over.");
    } catch (error) {
      announce(`The file could not be made. ${error.message}`);
    }
    pressed.disabled = false;
    put(pressed, suffix.toUpperCase());
  });

export const gridCsv = ({ grid, lanes, edges, cells }) => {
  const rows = [["segment", "edge", "attachments", ...grid.types.map(kindOf), ...grid.states]];
  for (const lane of lanes) {
    for (const edge of edges) {
      const cell = cellOf(state.model, lane, edge);
      const states = new Map(cell.states);
      const types = grid.types.map((_, index) => cell.types[index] ?? 0);
      if (cell.count) rows.push([lane.name, edge.name, cell.count, ...types, ...grid.states.map((_, index) => states.get(index) ?? 0)]);
    }
  }
  return csv(rows);
};

export const tableCsv = (table) => csv([...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent)));

// A page of a cell's attachments, each row with its own names: they are given by place, page by page.
export const cellPage = async (place, cursor, limit) => {
  const snapshot = state.model.grid.snapshot.id;
  const reply = await ask("map_cell", cursor ? { cursor, limit } : { snapshot, ...network(), ...state.filters, ...place, limit });
  const { types, states } = reply;
  return { ...reply, rows: reply.rows.map(([id, name, type, account, condition]) => [id, name, types[type], account, states[condition] ?? ""]) };
};

export const cellCsv = async (place, report) => {
  const parts = [csv([["id", "name", "type", "account", "state", "segment", "edge"]])];
  let [cursor, done] = ["", 0];
  do {
    const { rows, next_cursor: next = "" } = await cellPage(place, cursor, 200);
    parts.push(csv(rows.map((row) => [...row, place.segment, place.edge])));
    done += rows.length;
    report(`${count(done)} …`);
    cursor = next;
  } while (cursor && done < MOST_ROWS && !state.stopped);
  return parts.join("");
};

export const drawing = async (format, report) => {
  const { type, ...filters } = state.filters;
  const given = { format, ...network(), ...filters, element_types: type && [`${type.toLowerCase().replaceAll("_", "-")}-attachment`] };
  let [text, cursor] = ["", ""];
  for (let piece = 0; piece < MOST_PIECES && cursor !== undefined; piece += 1) {
    const answer = await ask("export_topology", cursor ? { cursor } : given);
    text += answer.text;
    cursor = answer.next_cursor;
    report(`${count(text.length)} …`);
  }
  return text;
};
