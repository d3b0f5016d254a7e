// Questions to the Python process, where every number comes from.
import { lang } from "./i18n.js";
import { problem, revision, wire } from "./state.js";

/** An answer that is a user's mistake: its message is one line for the user to read. */
export class Refused extends Error {}

/** Ask an endpoint, and return its answer; bytes arrive as an ArrayBuffer. */
export async function ask(name, request = {}, { signal } = {}) {
  let response;
  try {
    response = await wire.fetch(`/api/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-language": lang.value },
      body: JSON.stringify(request),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("The studio does not answer. Is it still running in the terminal?");
  }
  if (response.headers.get("content-type") === "application/octet-stream") return response.arrayBuffer();
  if (response.status === 400) throw new Refused((await response.json()).error);
  if (!response.ok) throw new Refused((await response.text()).trim());
  const answer = await response.json();
  revision.value = answer.revision;
  return answer.answer;
}

/** Do what may be refused, and show why where it is. What was shown before goes, unless it has come meanwhile. */
export async function attempt(action) {
  const before = problem.peek();
  try {
    const answer = await action();
    if (problem.peek() === before) problem.value = "";
    return answer;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    problem.value = error.message;
    return undefined;
  }
}

/** Exchange the token in the address for a cookie, and take it out of the address. */
export async function enter() {
  const found = /(?:^#|&)token=([\w-]+)/.exec(location.hash);
  if (!found) return;
  await fetch("/api/enter", { method: "POST", body: found[1] });
  history.replaceState(null, "", location.pathname + location.hash.replace(/(^#|&)token=[\w-]+&?/, "$1").replace(/[#&]$/, ""));
}

let last = Promise.resolve();

/** Do what changes the network after all that was asked for before, so that undo never overtakes an edit. */
export function inTurn(action) {
  return (last = last.catch(() => undefined).then(action));
}
