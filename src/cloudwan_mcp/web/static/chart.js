// The line of the process's memory over time: one SVG path, drawn anew when there is news.

import { duration, element, moment, size, write } from "./text.js";

const WIDTH = 720;
const HEIGHT = 200;
const SVG = "http://www.w3.org/2000/svg";
const DAY_S = 86400;

export const POINTS = 720;

let history = { step_s: 1, kept_s: 3600, at: [], rss: [] };
let scaleShown = 0;

export const replace = ({ step_s, kept_s, columns }) => {
  history = { step_s, kept_s, at: columns.at, rss: columns.rss };
  draw();
};

export const extend = (at, rss) => {
  if (history.at.length && at - history.at.at(-1) < history.step_s) return;
  history.at.push(at);
  history.rss.push(rss);
  while (at - history.at[0] > history.kept_s) {
    history.at.shift();
    history.rss.shift();
  }
  draw();
};

const draw = () => {
  const { at, rss } = history;
  if (!at.length) return;
  const least = rss.reduce((a, b) => Math.min(a, b));
  const most = rss.reduce((a, b) => Math.max(a, b));
  const [first, last] = [at[0], at.at(-1)];
  drawLine(at, rss, ceiling(most));
  drawScale(ceiling(most));
  write("from", moment(first, last - first > DAY_S));
  write("to", moment(last, last - first > DAY_S));
  const range = `between ${size(least)} and ${size(most)} over the last ${duration(last - first)}`;
  write("reading", `Now ${size(rss.at(-1))}; ${range}.`);
};

const drawLine = (at, rss, top) => {
  const [first, last] = [at[0], at.at(-1)];
  const x = (when) => (((when - first) / Math.max(last - first, 1)) * WIDTH).toFixed(1);
  const y = (bytes) => (HEIGHT * (1 - bytes / top)).toFixed(1);
  const runs = [];
  at.forEach((when, index) => {
    const apart = index === 0 || when - at[index - 1] > 5 * history.step_s + 5;
    if (apart) runs.push([]); // where nothing was measured, nothing is drawn
    runs.at(-1).push([x(when), y(rss[index])]);
  });
  const line = (run) => `M${run.map((point) => point.join(" ")).join("L")}`;
  const area = (run) => `${line(run)}L${run.at(-1)[0]} ${HEIGHT}L${run[0][0]} ${HEIGHT}Z`;
  element("line").setAttribute("d", runs.map(line).join(""));
  element("area").setAttribute("d", runs.map(area).join(""));
};

// The lowest of a few round sizes that leaves some room above.
const ceiling = (bytes) => {
  const unit = 2 ** Math.floor(Math.log2(Math.max(bytes, 1024 * 1024)));
  return [1, 1.25, 1.5, 2, 2.5].map((part) => part * unit).find((each) => each >= bytes * 1.05);
};

const drawScale = (top) => {
  if (top === scaleShown) return;
  scaleShown = top;
  const parts = [0.25, 0.5, 0.75, 1];
  element("grid").replaceChildren(...[0, ...parts].map((part) => {
    const line = document.createElementNS(SVG, "line");
    const y = HEIGHT * (1 - part);
    const ends = { x1: 0, x2: WIDTH, y1: y, y2: y };
    for (const [name, value] of Object.entries(ends)) line.setAttribute(name, value);
    return line;
  }));
  element("scale").replaceChildren(...parts.map((part) => {
    const label = document.createElement("li");
    label.style.top = `${12 * (1 - part)}rem`;
    label.textContent = size(top * part);
    return label;
  }));
};
