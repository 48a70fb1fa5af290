// One small canvas: a tile for each attachment, or for so many of them, coloured by type.

const MOST = 2400;
const TALL = 132;

const fittingTile = (tiles, width) => {
  for (let side = 14; side > 3; side -= 1) {
    if (Math.ceil(tiles / Math.floor(width / (side + 1))) * (side + 1) <= TALL) return side;
  }
  return 3;
};

const resolve = (canvas, colour) => {
  canvas.style.color = colour;
  return getComputedStyle(canvas).color;
};

// `parts`: [[colour, how many], …].
export const tiles = (parts, words) => {
  const total = parts.reduce((sum, [, value]) => sum + value, 0);
  const each = Math.max(1, Math.ceil(total / MOST));
  const canvas = el("canvas", { class: "tiles", role: "img", "aria-label": words });
  const paint = () => {
    const width = canvas.clientWidth || 280;
    const shown = parts.map(([colour, value]) => [resolve(canvas, colour), Math.ceil(value / each)]);
    const all = shown.reduce((sum, [, value]) => sum + value, 0);
    const side = fittingTile(all, width);
    const across = Math.max(1, Math.floor(width / (side + 1)));
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const height = Math.ceil(all / across) * (side + 1);
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    let place = 0;
    for (const [colour, value] of shown) {
      pen.fillStyle = colour;
      for (let left = value; left > 0; left -= 1, place += 1) {
        pen.fillRect((place % across) * (side + 1), Math.floor(place / across) * (side + 1), side, side);
      }
    }
  };
  canvas.repaint = paint;
  requestAnimationFrame(() => canvas.isConnected && paint());
  return [canvas, each > 1 && el("p", { class: "note" }, `Each tile stands for up to ${count(each)} attachments.`)];
};
