// The live link: a WebSocket, an event stream where that cannot be had, and patience when there is neither.

import { ask, SignInNeeded } from "./ask.js";

const SILENCE_MS = 5000; // the server speaks once a second
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];

// `on` is told of: summary(value), live(transport), offline(retryAt), signIn(), and fresh() before the first
// summary of every connection.
export class Link {
  #on;
  #close = () => {};
  #silence = 0;
  #retry = 0;
  #attempts = 0;
  #turn = 0; // what belongs to an earlier attempt is not listened to
  #state = "connecting";

  constructor(on) {
    this.#on = on;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  // Try at once, unless it is live or being tried.
  hurry() {
    if (this.#state === "offline") this.connect();
  }

  async connect() {
    const turn = this.#begin("connecting");
    try {
      const summary = await ask("/api/summary");
      if (turn !== this.#turn) return;
      this.#on.fresh();
      this.#on.summary(summary);
    } catch (error) {
      if (turn !== this.#turn) return;
      if (error instanceof SignInNeeded) this.signOut();
      else this.#lost();
      return;
    }
    this.#listen();
    this.#viaSocket(turn);
  }

  signOut() {
    this.#begin("signed-out");
    this.#on.signIn();
  }

  #begin(state) {
    clearTimeout(this.#silence);
    clearTimeout(this.#retry);
    this.#close();
    this.#close = () => {};
    this.#state = state;
    return ++this.#turn;
  }

  #lost() {
    this.#begin("offline");
    const wait = RETRY_MS[Math.min(this.#attempts++, RETRY_MS.length - 1)] * (1 + Math.random() / 4);
    this.#on.offline(Date.now() + wait); // spread, since many pages are not to come back as one
    this.#retry = setTimeout(() => this.connect(), wait);
  }

  // Silence may be a dead link or a slow server: to ask anew tells, and only that failing is offline.
  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.connect(), SILENCE_MS);
  }

  #heard(turn, transport, data) {
    if (turn !== this.#turn) return;
    this.#listen();
    this.#attempts = 0;
    if (this.#state !== "live") {
      this.#state = "live";
      this.#on.live(transport);
    }
    this.#on.summary(JSON.parse(data));
  }

  #viaSocket(turn) {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    let opened = false;
    this.#close = () => socket.close();
    socket.onopen = () => { opened = true; };
    socket.onmessage = (event) => this.#heard(turn, "WebSocket", event.data);
    socket.onclose = () => {
      if (turn !== this.#turn) return;
      if (opened) this.#lost();
      else this.#viaEvents(turn); // a proxy that passes HTTP only
    };
  }

  #viaEvents(turn) {
    const stream = new EventSource("/events");
    this.#close = () => stream.close();
    let opened = false;
    stream.onopen = () => { opened = true; };
    stream.onmessage = (event) => this.#heard(turn, "event stream", event.data);
    stream.onerror = () => {
      if (turn !== this.#turn) return;
      if (opened) this.#lost();
      else this.#byAsking();
    };
  }

  // Others watch live, as many as may: the silence makes it ask again, and try again.
  #byAsking() {
    this.#close();
    this.#attempts = 0;
    this.#state = "live";
    this.#on.live("asking");
  }
}
