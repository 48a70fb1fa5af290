// Text on the page: figures as people read them, and names from outside as they are.

const LONGEST = 200;
const whole = new Intl.NumberFormat();
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1, minimumFractionDigits: 1 });

// A control character shown by its number cannot turn the text around it, nor hide in it.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

export const plain = (text) => {
  const shown = [...String(text ?? "")];
  const cut = shown.length > LONGEST ? [...shown.slice(0, LONGEST), "…"] : shown;
  return cut.join("").replace(CONTROLS, (each) =>
    `[U+${each.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
};

const known = (write) => (value) => (Number.isFinite(value) ? write(value) : "–");

export const count = known((value) => whole.format(value));

export const rate = known((value) => oneDigit.format(value));

export const percent = known((value) => `${oneDigit.format(value)}\u00a0%`);

// Rounded down, so that 100 % means that nothing failed.
export const share = known((part) => percent(Math.floor(part * 1000) / 10));

export const size = known((bytes) => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  const number = unit === 0 || value >= 1000 ? count(Math.round(value)) : rate(value);
  return `${bytes < 0 ? "−" : ""}${number}\u00a0${units[unit]}`;
});

// On an axis: without the digit that says nothing.
const brief = (format) => (value) => format(value).replace(/[.,]0(?=\s|$)/, "");
export const briefSize = brief(size);
export const briefRate = brief(rate);
export const briefPercent = brief(percent);

export const milliseconds = known((value) => (value >= 1000 ? `${rate(value / 1000)}\u00a0s` : `${rate(value)}\u00a0ms`));

export const duration = known((seconds) => {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.max(0, Math.floor(seconds))} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 600) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 1440)} days`;
});

const styles = {
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  minute: { hour: "2-digit", minute: "2-digit" },
  day: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
};
const clocks = Object.fromEntries(
  Object.entries(styles).map(([name, style]) => [name, new Intl.DateTimeFormat(undefined, { hourCycle: "h23", ...style })]),
);

// `at` in unix seconds; `style` is second, minute or day.
export const moment = (at, style = "second") => (Number.isFinite(at) ? clocks[style].format(at * 1000) : "–");

const units = { bytes: size, percent, fraction: share, rate };

export const inUnit = (unit, value) => (units[unit] ?? count)(value);

export const measured = (metric, value) => {
  if (metric.startsWith("component:") || ["used", "rss", "heap", "reserved"].includes(metric)) return size(value);
  if (metric === "memory_percent" || metric === "pressure") return percent(value);
  return metric === "success_rate" ? share(value) : rate(value);
};
