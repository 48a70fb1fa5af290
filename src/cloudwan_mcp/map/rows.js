// A list of any length: pages come by cursor as they scroll into sight, those far away are dropped and fetched
// again by the cursor kept of them. At most so many rows are held, and no more nodes than are seen.

import { failure } from "./panel.js";
import { count, el, put } from "./text.js";

const ROW = 38;
const PAGE = 200;
const HELD = 2000;
const AHEAD = 8;
const POOL = 80;
let lists = 0;

// `load(cursor, limit)` gives { rows, total, next_cursor }; `fill(nodes, row)` writes one, null while it is asked for.
export const longList = (place, { label, heads, load, fill, open }) => {
  const pages = []; // { start, size, cursor, rows }, without a hole between them
  const pool = [];
  const id = `list${++lists}`;
  let [total, active, frame] = [0, 0, 0];
  let [ended, loading, stopped] = [false, false, false];
  const body = el("div.rows", { role: "rowgroup" });
  const said = el("div.note");
  const soon = () => { frame = frame || requestAnimationFrame(paint); };
  const list = el("div.list", { role: "grid", tabindex: "0", "aria-label": label, scroll: soon },
    el("div.row.heads", { role: "row" }, heads.map((each) => el("span", { role: "columnheader" }, each))), body);

  const known = () => (pages.length ? pages.at(-1).start + pages.at(-1).size : 0);
  const pageOf = (row) => pages.find(({ start, size }) => row >= start && row < start + size);
  const valueOf = (row) => pageOf(row)?.rows?.[row - pageOf(row).start] ?? null;
  const span = () => {
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - AHEAD);
    return [first, Math.min(total || PAGE, first + Math.min(POOL, 2 * AHEAD + Math.ceil(list.clientHeight / ROW) + 1))];
  };

  const nextPage = () => {
    const [from, to] = span();
    const dropped = pages.find((page) => !page.rows && page.start < to && page.start + page.size > from);
    if (dropped || ended || to <= known()) return dropped;
    return { start: known(), cursor: pages.at(-1)?.next ?? "" };
  };

  const take = (page, { rows, next_cursor: next, total: all }) => {
    page.rows = rows;
    if (page.size !== undefined) return;
    Object.assign(page, { size: rows.length, next });
    if (rows.length) pages.push(page);
    ended = !next || !rows.length;
    total = ended ? known() : Math.max(all ?? 0, known() + 1);
    put(said, `${count(total)} in all`);
  };

  const drop = () => {
    const middle = list.scrollTop / ROW;
    const far = (page) => Math.abs(page.start + page.size / 2 - middle);
    let left = HELD;
    for (const page of pages.filter((each) => each.rows).sort((one, other) => far(one) - far(other))) {
      left -= page.size;
      if (left < 0) page.rows = null;
    }
  };

  const pump = async () => {
    const page = !loading && !stopped && nextPage();
    if (!page) return null;
    loading = true;
    try {
      take(page, await load(page.cursor, PAGE));
      drop();
    } catch (error) {
      return put(said, failure(error, () => { loading = false; put(said); pump(); })); // nothing is asked until then
    }
    loading = false;
    return soon();
  };

  const made = (slot) => {
    const row = el("div.row", { role: "row", click: () => { active = row.index; choose(); } }, heads.map(() => el("span", { role: "gridcell" })));
    pool[slot] = body.appendChild(row);
    return row;
  };

  const paint = () => {
    frame = 0;
    if (stopped) return;
    body.style.height = `${total * ROW}px`;
    list.setAttribute("aria-rowcount", total + 1);
    const [from, to] = span();
    for (const each of pool) if (each) each.hidden = true;
    for (let index = from; index < to; index += 1) {
      const row = pool[index % POOL] ?? made(index % POOL);
      const value = valueOf(index);
      if (row.index !== index || row.value !== value) fill([...row.children], value);
      Object.assign(row, { index, value, hidden: false, id: `${id}-${index}` });
      row.style.transform = `translateY(${index * ROW}px)`;
      row.setAttribute("aria-rowindex", index + 2);
      row.classList.toggle("active", index === active);
    }
    list.setAttribute("aria-activedescendant", `${id}-${active}`);
    pump();
  };

  const choose = () => valueOf(active) && open(valueOf(active));

  list.addEventListener("keydown", (event) => {
    const room = list.clientHeight - ROW; // the heads stand over the first row
    const far = Math.floor(room / ROW);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: far, PageUp: -far, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Enter") choose();
    if (!step) return;
    event.preventDefault();
    active = Math.max(0, Math.min(total - 1, active + step));
    const top = active * ROW;
    list.scrollTop = Math.max(top + ROW - room, Math.min(top, list.scrollTop));
    soon();
  });

  place.append(list, said);
  const watch = new ResizeObserver(soon);
  watch.observe(list);
  return () => { stopped = true; watch.disconnect(); };
};
