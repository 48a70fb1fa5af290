// The chart's figures as a table, a couple of dozen rows, the newest first.

import { fillTable, node, write } from "./page.js";
import { moment } from "./text.js";

const ROWS = 24;
const DAY_S = 86400;

const highest = (values) => values.reduce((most, each) => (each !== null && (most === null || each > most) ? each : most), null);

export class ChartTable {
  constructor(root, series, format) {
    Object.assign(this, { format, button: root.querySelector(".as-table"), frame: root.querySelector(".figures") });
    const head = this.frame.querySelector("thead tr");
    head.append(...["From", ...series.map((each) => each.label)].map((text) => {
      const cell = node("th", "", text);
      cell.scope = "col";
      return cell;
    }));
  }

  toggle() {
    this.frame.hidden = !this.frame.hidden;
    this.button.setAttribute("aria-expanded", String(!this.frame.hidden));
    write(this.button, this.frame.hidden ? "Show as table" : "Hide table");
  }

  // Filled when shown and when its chart is loaded anew, not every second: a reader keeps the place.
  fill([moments, ...columns]) {
    if (this.frame.hidden) return;
    const step = Math.max(1, Math.ceil(moments.length / ROWS));
    const style = moments.at(-1) - moments[0] > DAY_S / 2 ? "day" : "second";
    const rows = [];
    for (let first = 0; first < moments.length; first += step) {
      const values = columns.map((column) => highest(column.slice(first, first + step)));
      if (values.some((each) => each !== null)) {
        rows.unshift([moment(moments[first], style), ...values.map((each) => (each === null ? "–" : this.format(each)))]);
      }
    }
    fillTable(this.frame.querySelector("tbody"), rows, "No history yet.");
  }
}
