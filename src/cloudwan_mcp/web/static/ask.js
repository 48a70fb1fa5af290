// Questions to the server, each answered within a few seconds or not at all.

const PATIENCE_MS = 6000;

export class SignInNeeded extends Error {}

// The server's refusal, with what to do about it.
export class Refused extends Error {
  constructor(status, { error, message, next_step: nextStep } = {}) {
    super([message ?? error ?? `The server answered ${status}.`, nextStep].filter(Boolean).join(" "));
    this.status = status;
  }
}

const explained = async (answer) => {
  try {
    return new Refused(answer.status, await answer.json());
  } catch {
    return new Refused(answer.status);
  }
};

export const ask = async (path, options = {}) => {
  const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (answer.status === 401) throw new SignInNeeded("Sign in first.");
  if (!answer.ok) throw await explained(answer);
  return answer.json();
};

export const tell = (path, body) =>
  ask(path, {
    method: "POST",
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });

export const reason = (error) =>
  error instanceof Refused || error instanceof SignInNeeded ? error.message : "The server does not answer; try again.";
