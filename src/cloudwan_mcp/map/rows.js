// A list of any length: pages come by cursor as they scroll into sight, those far away are dropped and fetched
// again by the cursor kept of them. At most so many rows are held, and no more nodes than are seen.

const ROW = 38;
const PAGE = 200;
const HELD = 2000;
const AHEAD = 8;
const POOL = 80;

// `load(cursor, limit)` gives { rows, total, next_cursor }; `fill(node, row)` writes one, null while it is asked for.
export const longList = ({ label, heads, load, fill, open }) => {
  const pages = []; // { start, size, cursor, rows }, without a hole between them
  let total = 0;
  let ended = false;
  let loading = false;
  let stopped = false;
  let active = 0;
  let frame = 0;
  const pool = [];
  const body = el("div", { class: "rows", role: "rowgroup" });
  const said = el("div", { class: "note said" });
  const id = `list${Math.random().toString(36).slice(2, 8)}`;
  const grid = el("div", { class: "list", role: "grid", tabindex: "0", "aria-label": label, onscroll: () => soon() },
    el("div", { class: "row heads", role: "row" }, heads.map((each) => el("span", { role: "columnheader" }, each))), body);

  const known = () => (pages.length ? pages.at(-1).start + pages.at(-1).size : 0);
  const pageOf = (row) => pages.find((page) => row >= page.start && row < page.start + page.size);
  const span = () => {
    const first = Math.floor(grid.scrollTop / ROW) - AHEAD;
    const seen = Math.min(POOL, 2 * AHEAD + Math.ceil(grid.clientHeight / ROW) + 1);
    return [Math.max(0, first), Math.min(total || PAGE, Math.max(0, first) + seen)];
  };

  const nextPage = () => {
    const [from, to] = span();
    for (let row = from; row < Math.min(to, known()); row += 1) {
      const page = pageOf(row);
      if (!page.rows) return page;
    }
    if (ended || to <= known()) return null;
    return { start: known(), cursor: pages.at(-1)?.next ?? "", fresh: true };
  };

  const drop = () => {
    const middle = grid.scrollTop / ROW;
    const held = pages.filter((page) => page.rows);
    held.sort((one, other) => Math.abs(other.start - middle) - Math.abs(one.start - middle));
    let rows = held.reduce((sum, page) => sum + page.size, 0);
    for (const page of held) {
      if (rows <= HELD) break;
      page.rows = null;
      rows -= page.size;
    }
  };

  const take = (page, reply) => {
    page.rows = reply.rows;
    page.size = page.size ?? reply.rows.length;
    if (!page.fresh) return;
    page.fresh = false;
    page.next = reply.next_cursor ?? "";
    if (page.size) pages.push(page);
    ended = !page.next || !page.size;
    total = ended ? known() : Math.max(reply.total ?? 0, known() + 1);
  };

  const pump = async () => {
    const page = !loading && !stopped && nextPage();
    if (!page) return;
    loading = true;
    try {
      take(page, await load(page.cursor, PAGE));
      said.replaceChildren(`${count(total)} in all`);
      drop();
    } catch (error) {
      if (!stopped) said.replaceChildren(failure(error, () => { said.replaceChildren(); pump(); }));
      return;
    } finally {
      loading = false;
    }
    if (!stopped) paint();
  };

  const node = (slot) => {
    const made = el("div", { class: "row", role: "row", onclick: () => { active = made.row; grid.focus(); choose(); } },
      heads.map(() => el("span", { role: "gridcell" })));
    pool[slot] = body.appendChild(made);
    return made;
  };

  const paint = () => {
    frame = 0;
    if (stopped) return;
    body.style.height = `${total * ROW}px`;
    grid.setAttribute("aria-rowcount", String(total + 1));
    const [from, to] = span();
    for (const each of pool) if (each) each.hidden = true;
    for (let row = from; row < to; row += 1) {
      const made = pool[row % POOL] ?? node(row % POOL);
      const page = pageOf(row);
      const value = page?.rows?.[row - page.start] ?? null;
      if (made.row !== row || made.value !== value) fill([...made.children], value);
      Object.assign(made, { row, value, hidden: false, id: `${id}-${row}` });
      made.style.transform = `translateY(${row * ROW}px)`;
      made.setAttribute("aria-rowindex", String(row + 2));
      made.classList.toggle("active", row === active);
    }
    grid.setAttribute("aria-activedescendant", `${id}-${active}`);
    pump();
  };
  const soon = () => { frame = frame || requestAnimationFrame(paint); };

  const choose = () => {
    const page = pageOf(active);
    const row = page?.rows?.[active - page.start];
    if (row) open(row);
  };

  grid.addEventListener("keydown", (event) => {
    const far = Math.floor(grid.clientHeight / ROW) - 1;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: far, PageUp: -far, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Enter") choose();
    if (step === undefined) return;
    event.preventDefault();
    active = Math.max(0, Math.min(total - 1, active + step));
    const top = active * ROW;
    const room = grid.clientHeight - ROW; // the heads stand over the first row
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + ROW > grid.scrollTop + room) grid.scrollTop = top + ROW - room;
    soon();
  });

  const watch = new ResizeObserver(soon);
  watch.observe(grid);
  return {
    nodes: [grid, said],
    start: pump,
    stop: () => { stopped = true; watch.disconnect(); cancelAnimationFrame(frame); },
    state: () => ({ held: pages.reduce((sum, page) => sum + (page.rows ? page.size : 0), 0), nodes: pool.length }),
  };
};
