// One chart: uPlot's lines, a legend that switches them, a cursor for the keyboard, and the same as a table.

import { ChartTable } from "./chart-table.js";
import { node, write } from "./page.js";
import { moment } from "./text.js";

const { uPlot } = globalThis;
const HEIGHT = 240;
const LEAP = 10;
const DAY_S = 86400;
const FEW_S = 600;
const DASHES = [[], [8, 4], [2, 3], [8, 3, 2, 3], [14, 4]]; // told apart without colour, too

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const highest = (values) => values.reduce((most, each) => (each > most ? each : most), -Infinity);

export class Chart {
  // `series` is [{ name, label, hidden? }]; `format` writes a value, `axis` one on the scale, which reaches
  // at least to `least` and steps by one of `steps`. `lines()` gives [{ at, label }] drawn across.
  constructor(root, { series, format, axis = format, least, steps, lines = () => [] }) {
    Object.assign(this, { root, series, format, axis, least, steps, lines });
    this.data = [[], ...series.map(() => [])];
    this.window = [0, 60];
    this.chosen = null; // the moment under the cursor, unix seconds
    this.plot = root.querySelector(".plot");
    this.buttons = series.map((each, index) => this.#button(each, index));
    root.querySelector(".legend").append(...this.buttons.map((each) => each.parentElement));
    this.table = new ChartTable(root, series, format);
    this.chart = new uPlot(this.#options(), this.data, this.plot);
    this.#follow();
  }

  // Columns with the moments first, over `window` seconds from and to.
  show(data, window) {
    this.data = data;
    this.window = window;
    this.chart.setData(data);
    if (this.chosen !== null) this.#point(this.#nearest(this.chosen));
    this.#legend();
    this.#summary();
  }

  refreshTable() {
    this.table.fill(this.data);
  }

  setShown(name, shown) {
    const index = this.series.findIndex((each) => each.name === name);
    this.buttons[index].setAttribute("aria-pressed", String(shown));
    this.chart.setSeries(index + 1, { show: shown });
  }

  isShown(name) {
    return this.chart.series[1 + this.series.findIndex((each) => each.name === name)].show;
  }

  #options() {
    const grid = { stroke: () => colour("--edge"), width: 1 };
    const ink = () => colour("--soft");
    const font = "12px system-ui, sans-serif";
    const clock = (_, splits) => splits.map((at) => moment(at, this.#style()));
    return {
      width: Math.max(1, this.plot.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
      scales: { x: { range: () => this.window }, y: { range: (_, __, most) => [0, Math.max(this.least, (most ?? 0) * 1.08)] } },
      axes: [
        { stroke: ink, grid, font, ticks: { show: false }, size: 30, space: 90, values: clock },
        { stroke: ink, grid, font, ticks: { show: false }, size: 68, space: 36, incrs: this.steps, values: (_, splits) => splits.map(this.axis) },
      ],
      series: [{}, ...this.series.map((each, index) => ({
        label: each.label,
        show: !each.hidden,
        stroke: () => colour(`--line-${index + 1}`),
        width: index ? 1.75 : 2.25,
        dash: DASHES[index],
        fill: index ? undefined : () => colour("--area"),
        points: { show: (_, __, from, to) => to - from < 1 },
      }))],
      hooks: { setCursor: [() => this.#legend()], draw: [() => this.#across()] },
    };
  }

  #style() {
    const span = this.window[1] - this.window[0];
    if (span > DAY_S) return "day";
    return span <= FEW_S ? "second" : "minute";
  }

  #button({ name, label, hidden }, index) {
    const item = node("li");
    const button = item.appendChild(node("button", `key line-${index + 1}`));
    button.type = "button";
    button.setAttribute("aria-pressed", String(!hidden));
    button.append(node("i"), node("span", "", label), node("b", "", "–"));
    button.addEventListener("click", () => this.setShown(name, !this.isShown(name)));
    return button;
  }

  #follow() {
    new ResizeObserver(() => {
      const width = this.plot.clientWidth;
      if (width > 0 && width !== this.chart.width) this.chart.setSize({ width, height: HEIGHT });
    }).observe(this.plot);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.chart.redraw());
    this.plot.addEventListener("keydown", (event) => this.#key(event));
    this.plot.addEventListener("blur", () => this.#leave());
    this.root.querySelector(".as-table").addEventListener("click", () => {
      this.table.toggle();
      this.refreshTable();
    });
  }

  #key(event) {
    const last = this.data[0].length - 1;
    const here = this.chosen === null ? last : this.#nearest(this.chosen);
    const to = {
      ArrowLeft: here - 1, ArrowDown: here - 1, ArrowRight: here + 1, ArrowUp: here + 1,
      PageDown: here - LEAP, PageUp: here + LEAP, Home: 0, End: last,
    }[event.key];
    if (event.key === "Escape") return this.#leave();
    if (to === undefined || last < 0) return undefined;
    event.preventDefault();
    const index = Math.max(0, Math.min(last, to));
    this.chosen = this.data[0][index];
    this.#point(index);
    return this.#say(index);
  }

  #leave() {
    this.chosen = null;
    this.chart.setCursor({ left: -10, top: -10 });
  }

  #point(index) {
    this.chart.setCursor({ left: this.chart.valToPos(this.data[0][index], "x"), top: 0 });
  }

  #nearest(at) {
    const moments = this.data[0];
    const after = moments.findIndex((each) => each >= at);
    return after < 0 ? moments.length - 1 : after;
  }

  // A slider says its place: what is read out when the keyboard moves the cursor.
  #say(index) {
    const values = this.series
      .map((each, column) => [each, this.data[column + 1][index]])
      .filter(([each, value]) => value !== null && this.isShown(each.name))
      .map(([each, value]) => `${each.label} ${this.format(value)}`);
    this.plot.setAttribute("aria-valuemin", this.data[0][0]);
    this.plot.setAttribute("aria-valuemax", this.data[0].at(-1));
    this.plot.setAttribute("aria-valuenow", this.data[0][index]);
    this.plot.setAttribute("aria-valuetext", `${moment(this.data[0][index], this.#style())}: ${values.join(", ") || "not measured"}`);
  }

  #legend() {
    const under = this.chart?.cursor.idx ?? null;
    const index = under ?? this.data[0].length - 1;
    this.series.forEach((each, column) => {
      const value = this.data[column + 1][index] ?? null;
      write(this.buttons[column].lastChild, value === null ? "–" : this.format(value));
    });
    const at = this.data[0][index];
    write(this.root.querySelector(".when"), under === null || at === undefined ? "Now" : moment(at, this.#style()));
  }

  #summary() {
    const [first] = this.series;
    const values = this.data[1].filter((each) => each !== null);
    if (!values.length) return write(this.root.querySelector(".reading"), "No history yet.");
    const least = values.reduce((a, b) => Math.min(a, b));
    const span = `between ${this.format(least)} and ${this.format(highest(values))}`;
    const from = moment(this.data[0][0], this.#style());
    return write(this.root.querySelector(".reading"), `${first.label} was ${span} since ${from}.`);
  }

  #across() {
    const { ctx, bbox } = this.chart;
    for (const { at, label } of this.lines()) {
      const y = Math.round(this.chart.valToPos(at, "y", true));
      if (!(y >= bbox.top && y <= bbox.top + bbox.height)) continue;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colour("--warning");
      ctx.setLineDash([4, 4]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.textAlign = "left";
      ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
      ctx.fillText(label, bbox.left + 6 * devicePixelRatio, y - 4 * devicePixelRatio);
      ctx.restore();
    }
  }
}
