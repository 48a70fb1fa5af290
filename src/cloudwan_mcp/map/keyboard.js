// A grid is one stop of the Tab key; arrows move within it, Enter opens.

const STEPS = {
  ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
  Home: [0, -999], End: [0, 999], PageUp: [-8, 0], PageDown: [8, 0],
};
const CELL = "td[tabindex]";

const land = (table, cell) => {
  table.querySelector("td[tabindex='0']").tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
};

const clamped = (list, index) => list[Math.max(0, Math.min(index, list.length - 1))];

const moved = (table, cell, [down, right], all) => {
  const rows = [...table.tBodies[0].rows];
  const cellsIn = (row) => [...row.querySelectorAll(CELL)];
  const row = clamped(rows, rows.indexOf(cell.parentElement) + (all ? right : down));
  return clamped(cellsIn(row), cellsIn(cell.parentElement).indexOf(cell) + right);
};

export const rove = (table, open) => {
  const first = table.querySelector(CELL);
  if (first) first.tabIndex = 0;
  const act = (event) => {
    const cell = event.target.closest(CELL);
    const step = STEPS[event.key];
    const chosen = event.type === "click" || event.key === "Enter" || event.key === " ";
    if (!cell || !(step || chosen) || event.altKey || event.metaKey) return;
    event.preventDefault();
    land(table, step ? moved(table, cell, step, event.ctrlKey) : cell);
    if (chosen) open(cell);
  };
  table.addEventListener("click", act);
  table.addEventListener("keydown", act);
};

// Forms are not: a host need not allow them in its frame.
export const onEnter = (act) => (event) => event.key === "Enter" && event.target.type !== "button" && act();

// Along tabs: the one that an arrow leads to, or nothing.
export const beside = (event, all) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  return step && all[(all.indexOf(event.target) + step + all.length) % all.length];
};
