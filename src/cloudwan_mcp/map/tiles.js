// One small canvas: a tile for each attachment, or for so many of them, coloured by type.

import { count, el, note } from "./text.js";

const MOST = 2400;
const TALL = 132;

// `parts`: [[colour, how many], …].
export const tiles = (parts, words) => {
  const total = parts.reduce((sum, [, value]) => sum + value, 0);
  const each = Math.ceil(total / MOST);
  const canvas = el("canvas.tiles", { role: "img", "aria-label": words });
  canvas.repaint = () => {
    const width = canvas.clientWidth || 280;
    const wanted = parts.map(([, value]) => Math.ceil(value / each));
    const all = wanted.reduce((sum, value) => sum + value, 0);
    let step = 15;
    while (step > 4 && Math.ceil(all / Math.floor(width / step)) * step > TALL) step -= 1;
    const across = Math.floor(width / step);
    const ratio = Math.min(devicePixelRatio, 2);
    const height = Math.ceil(all / across) * step;
    Object.assign(canvas, { width: width * ratio, height: height * ratio });
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    let place = 0;
    parts.forEach(([colour], index) => {
      canvas.style.color = colour;
      pen.fillStyle = getComputedStyle(canvas).color;
      for (let left = wanted[index]; left > 0; left -= 1, place += 1) {
        pen.fillRect((place % across) * step, Math.floor(place / across) * step, step - 1, step - 1);
      }
    });
  };
  requestAnimationFrame(canvas.repaint);
  return [canvas, each > 1 && note(`Each tile stands for up to ${count(each)} attachments.`)];
};
