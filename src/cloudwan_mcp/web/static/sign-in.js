// Exchanging the token for the cookie that opens the figures.

import { element, write } from "./page.js";

export const showSignIn = (needed) => {
  if (element("sign-in").hidden !== needed) return;
  element("sign-in").hidden = !needed;
  element("figures").hidden = needed;
  if (needed) element("token").focus();
};

const signIn = async (done) => {
  write("sign-in-error", "");
  try {
    const answer = await fetch("/api/sign-in", { method: "POST", body: element("token").value });
    if (!answer.ok) throw new Error("That is not the token.");
    element("token").value = "";
    showSignIn(false);
    done();
  } catch (error) {
    write("sign-in-error", error instanceof TypeError ? "The server does not answer." : error.message);
    element("token").focus();
  }
};

export const onSignIn = (done) =>
  element("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    signIn(done);
  });
