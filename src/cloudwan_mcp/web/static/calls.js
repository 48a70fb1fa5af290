// Throughput, and how long the calls of each tool take.

import { fillTable, write } from "./page.js";
import { count, milliseconds, plain, rate, share } from "./text.js";

export const showCalls = ({ performance: done }) => {
  write("rate", rate(done.recent.elements_per_s));
  write("call-rate", rate(done.recent.calls_per_s));
  write("elements", count(done.elements));
  write("calls-made", count(done.calls));
  write("success", share(done.success_rate));
  const busiest = Object.entries(done.by_name).sort((a, b) => b[1].calls - a[1].calls);
  const rows = busiest.map(([name, each]) => [
    plain(name),
    count(each.calls),
    { part: each.success_rate, text: share(each.success_rate) },
    ...[each.p50_ms, each.p95_ms, each.p99_ms, each.max_ms].map(milliseconds),
  ]);
  fillTable("calls", rows, "No calls yet.");
};
