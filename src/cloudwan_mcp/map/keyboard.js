// A grid is one stop of the Tab key; arrows move within it, Enter opens.

const STEPS = {
  ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
  Home: [0, -Infinity], End: [0, Infinity], PageUp: [-8, 0], PageDown: [8, 0],
};

const cellsIn = (row) => [...row.querySelectorAll("[role=gridcell]")];
const clamp = (value, most) => Math.max(0, Math.min(value, most));

export const land = (table, cell, focus = true) => {
  for (const each of table.querySelectorAll("[role=gridcell][tabindex='0']")) each.tabIndex = -1;
  cell.tabIndex = 0;
  if (!focus) return;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
};

export const rove = (table, open) => {
  const body = table.tBodies[0];
  const first = body.querySelector("[role=gridcell]");
  if (first) first.tabIndex = 0;
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("[role=gridcell]");
    if (!cell) return;
    land(table, cell);
    open(cell);
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[role=gridcell]");
    if (!cell || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return open(cell);
    }
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const rows = [...body.rows].filter((row) => cellsIn(row).length);
    const row = rows.indexOf(cell.parentElement);
    const column = cellsIn(cell.parentElement).indexOf(cell);
    const far = event.ctrlKey && Math.abs(step[1]) === Infinity;
    const target = cellsIn(rows[clamp(far ? row + step[1] : row + step[0], rows.length - 1)]);
    land(table, target[clamp(column + step[1], target.length - 1)]);
  });
};
