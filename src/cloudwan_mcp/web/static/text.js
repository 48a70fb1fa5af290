// Text on the page: figures as people read them, written as text whatever they hold.

const whole = new Intl.NumberFormat();
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1, minimumFractionDigits: 1 });

export const element = (id) => document.getElementById(id);

export const write = (target, text) => {
  const node = typeof target === "string" ? element(target) : target;
  if (node.textContent !== text) node.textContent = text;
};

export const count = (value) => whole.format(value);

export const rate = (value) => oneDigit.format(value);

export const percent = (value) => `${oneDigit.format(value)} %`;

export const share = (part) => (part === null ? "–" : percent(part * 100));

export const size = (bytes) => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  const number = unit === 0 || value >= 1000 ? count(Math.round(value)) : rate(value);
  return `${bytes < 0 ? "−" : ""}${number} ${units[unit]}`;
};

export const milliseconds = (value) => (value >= 1000 ? `${rate(value / 1000)} s` : `${rate(value)} ms`);

export const duration = (seconds) => {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.max(0, Math.floor(seconds))} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} days`;
};

export const moment = (at, withDay) =>
  new Date(at * 1000).toLocaleString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    ...(withDay ? { weekday: "short", day: "numeric", month: "short" } : {}),
  });

export const measured = (metric, value) => {
  if (metric.startsWith("component:") || ["used", "rss", "reserved"].includes(metric)) return size(value);
  if (metric === "memory_percent" || metric === "pressure") return percent(value);
  return metric === "success_rate" ? share(value) : count(value);
};
