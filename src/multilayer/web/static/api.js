// Questions to the Python process, where every number comes from.
import { lang, t } from "./i18n.js";
import { problem, revision, wire } from "./state.js";
import { useEffect, useRef, useState } from "./vendor/ui.js";

/** An answer that is a user's mistake: its message is one line for the user to read. */
export class Refused extends Error {}

/** Ask an endpoint, and return its answer; bytes arrive as an ArrayBuffer. */
export async function ask(name, request = {}) {
  let response;
  try {
    response = await wire.fetch(`/api/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-language": lang.value },
      body: JSON.stringify(request),
    });
  } catch (error) {
    throw new Refused(t("The studio does not answer. Is it still running in the terminal?"));
  }
  if (response.headers.get("content-type") === "application/octet-stream") return response.arrayBuffer();
  if (response.status === 400) throw new Refused((await response.json()).error);
  if (!response.ok) throw new Refused((await response.text()).trim());
  const answer = await response.json();
  revision.value = Math.max(revision.peek(), answer.revision); // a late answer is of an earlier one
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

/** Do what may be refused: "" where it was done, the reason where it was not. */
export async function refusalOf(action) {
  try {
    await action();
    return "";
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.message;
  }
}

/** The answer to a question, which is asked again when `inputs` or the language change; null until it is there.
 * A question that is overtaken by the next one counts no more, however late its answer. Where one is refused there is no
 * answer, or with `kept` the one before; where `question` returns nothing, nothing is asked, and all stays as it is. */
export function useAnswer(question, inputs, kept = false) {
  const [answer, show] = useState(null);
  const latest = useRef({ number: 0, refusal: "" }).current;
  useEffect(() => {
    const asked = question();
    if (!asked) return;
    const mine = ++latest.number;
    const taken = (found, refusal) => {
      if (mine !== latest.number) return;
      if (!refusal || !kept) show(found);
      if (refusal || problem.peek() === latest.refusal) problem.value = refusal; // what was said of anything else stays
      latest.refusal = refusal;
    };
    asked.then((found) => taken(found, ""), (error) => {
      if (!(error instanceof Refused)) throw error;
      taken(null, error.message);
    });
  }, [JSON.stringify([lang.value, ...inputs])]);
  useEffect(() => () => (latest.number = 0), []);
  return answer;
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

/** Ask in turn for a change that may be refused, and show why where it is. */
export const act = (name, request) => attempt(() => inTurn(() => ask(name, request)));
