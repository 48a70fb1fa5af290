// The page of the memory dashboard: what is heard of the server is shown, and how old it is.

import { SignInNeeded } from "./ask.js";
import { loadAlerts, showAlerts } from "./alerts.js";
import { showCalls } from "./calls.js";
import { showComponents } from "./components.js";
import { showDiscovery, showSnapshots } from "./discovery.js";
import { extend, load, startRanges } from "./history.js";
import { showLeaks } from "./leaks.js";
import { Link } from "./link.js";
import { showMapTab, startMap } from "./map.js";
import { showMemory } from "./memory.js";
import { element, write } from "./page.js";
import { onSignIn, showSignIn } from "./sign-in.js";
import { duration, moment } from "./text.js";
import { noteThresholds } from "./thresholds.js";

const RELOAD_MS = 60000;

let latest = null;
let heardAt = 0;
let retryAt = 0;

const show = (summary) => {
  const { current, alerts, limits } = summary;
  write("uptime", duration(current.uptime_s));
  showMemory(current, limits);
  showAlerts(alerts, current.at);
  showComponents(current);
  showCalls(current);
  showDiscovery(current);
  showSnapshots(current);
  showLeaks(current);
  showMapTab(current.map === true);
  noteThresholds(summary);
  extend(summary);
};

const state = (name, text) => {
  document.body.dataset.state = name;
  write("connection", text);
  element("stale").hidden = name !== "offline" || latest === null;
};

// The age is not announced: it would be said every second.
const age = () => {
  if (document.body.dataset.state !== "offline" || latest === null) return;
  write("stale-age", `${moment(latest.current.at)}, ${duration((Date.now() - heardAt) / 1000)} ago`);
  write("stale-retry", `Next try in ${duration(Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)))}.`);
};

const failed = (error) => {
  if (error instanceof SignInNeeded) link.signOut();
};

const refresh = () => Promise.all([load(), loadAlerts()]).catch(failed);

const link = new Link({
  fresh: refresh,
  summary(summary) {
    latest = summary;
    heardAt = Date.now();
    if (document.hidden) showAlerts(summary.alerts, summary.current.at); // the title tells from another tab
    else show(summary);
  },
  live(transport) {
    state("live", transport === "asking" ? "Every few seconds" : "Live");
    element("connection").title = transport === "asking" ? "Too many pages are live" : `By ${transport}`;
  },
  offline(at) {
    retryAt = at;
    state("offline", "Offline");
    age();
  },
  signIn() {
    state("signed-out", "Not signed in");
    showSignIn(true);
  },
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && latest) show(latest);
});
element("retry").addEventListener("click", () => link.hurry());
onSignIn(() => link.connect());
startRanges(failed);
startMap(() => link.signOut());
setInterval(age, 1000);
setInterval(() => document.body.dataset.state === "live" && !document.hidden && refresh(), RELOAD_MS);
link.connect();
