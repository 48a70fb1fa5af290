// The one way onto the page: everything is written as text, never as markup, and only where it changed.

export const element = (id) => document.getElementById(id);

export const write = (target, text) => {
  const node = typeof target === "string" ? element(target) : target;
  if (node.textContent !== text) node.textContent = text;
};

export const node = (tag, className = "", text = "") => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
};

// Say it to who cannot see it; `urgent` interrupts.
export const announce = (text, urgent = false) => {
  element(urgent ? "announce-urgent" : "announce").textContent = text;
};

// Nodes are kept by key and only changed, so that a selection, a focus or an open fold survives the second.
export const keep = (parent, items, { key, make, update }) => {
  const present = new Map([...parent.children].map((each) => [each.dataset.key, each]));
  const wanted = items.map((item) => {
    const name = String(key(item));
    const kept = present.get(name) ?? make(item);
    present.delete(name);
    kept.dataset.key = name;
    update(kept, item);
    return kept;
  });
  for (const left of present.values()) left.remove();
  wanted.forEach((each, index) => {
    if (parent.children[index] !== each) parent.insertBefore(each, parent.children[index] ?? null);
  });
  while (parent.children.length > wanted.length) parent.lastElementChild.remove(); // of a key that came twice
};

const bar = () => {
  const track = node("span", "bar");
  track.setAttribute("aria-hidden", "true");
  track.append(node("i"));
  return track;
};

const fillCell = (cell, content) => {
  if (typeof content === "string") return write(cell, content);
  if (!cell.firstChild) cell.append(bar(), node("span"));
  cell.querySelector("i").style.width = `${Math.max(0, Math.min(1, content.part)) * 100}%`;
  write(cell.lastChild, content.text);
};

const fillRow = (row, cells, headed) => {
  while (row.cells.length > cells.length) row.deleteCell(-1);
  cells.forEach((content, column) => {
    let cell = row.cells[column];
    if (!cell) {
      cell = row.appendChild(document.createElement(column === 0 && headed ? "th" : "td"));
      if (cell.tagName === "TH") cell.scope = "row";
    }
    fillCell(cell, content);
  });
};

// Rows of texts, or of { part, text } for a bar; without rows, a sentence.
export const fillTable = (target, rows, nothing = "Nothing yet.") => {
  const body = typeof target === "string" ? element(target) : target;
  const empty = rows.length === 0;
  if (body.dataset.empty !== String(empty)) body.replaceChildren();
  body.dataset.empty = String(empty);
  while (body.rows.length > Math.max(1, rows.length)) body.deleteRow(-1);
  const wanted = empty ? [[nothing]] : rows;
  wanted.forEach((cells, index) => fillRow(body.rows[index] ?? body.insertRow(), cells, !empty));
  if (empty) body.rows[0].cells[0].colSpan = body.parentElement.tHead.rows[0].cells.length;
};

// A section whose owner is not there is not shown; one that is broken says so.
export const section = (id, content, show) => {
  element(id).hidden = content === undefined;
  if (content === undefined) return;
  const broken = content !== null && typeof content === "object" && "error" in content;
  element(`${id}-body`).hidden = broken;
  element(`${id}-error`).hidden = !broken;
  if (broken) write(`${id}-error`, `This could not be read: ${String(content.error).slice(0, 300)}`);
  else show(content);
};
