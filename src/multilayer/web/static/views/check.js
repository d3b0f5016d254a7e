// Check my numbers: paste what was calculated by hand; what is wrong is marked, and the slip is named where it is known.
import { array as chosen, ask, attempt, digits, html, lang, letters, rate, row, session, signal, t, useAnswer, useState, view } from "../base.js";
import { Loss, Rows, aim } from "../parts/aim.js";
import { Choice, Text, taken } from "../parts/form.js";
import { inLetters } from "../parts/letters.js";
import { Grid } from "../parts/grid.js";
import { opened } from "../parts/sheet.js";

/** What was typed; kept while other views are looked at. */
const text = signal("");

/** Go where a cell is explained. */
function explain(cell) {
  const [, layer, r, unit] = /^[az]\((\d+)\)\[(\d+),(\d+)/.exec(cell)?.map(Number) ?? [];
  if (layer) [row.value, opened.value] = [r - 1, { layer, unit }];
  view.value = layer ? "see" : "back";
}

const into = (kept) => (value) => (kept.value = value);

const SIGNS = { right: "✓", slip: "✗", unknown: "?" };

function Verdict({ found }) {
  const { outcome, given, fits, wrong } = found;
  const cell = (name, number, i, j) => html`<span data-cell=${name} class=${fits[i][j] ? "fits" : "wrong"}>${!fits[i][j] && html`<span aria-hidden="true">✗ </span><span class="hidden">${t("wrong")} </span>`}${number}</span>`;
  return html`<section class=${`panel verdict-of ${outcome}`} aria-labelledby="verdict" aria-live="polite">
    <h2 id="verdict"><span aria-hidden="true">${SIGNS[outcome]}</span> ${found.heading}</h2>
    <ul>${found.findings.map(({ slip, sentence }) => html`<li data-slip=${slip}>${inLetters(sentence)}</li>`)}</ul>
    ${found.advice.map((advice) => html`<p><b>${t("Next:")}</b> ${inLetters(advice)}</p>`)}
    ${wrong && html`<p>${inLetters(found.where)} <button onClick=${() => explain(wrong)}>${t("See how it comes about")}</button></p>`}
    ${found.notes.map((note) => html`<p class="soft">${note}</p>`)}
    ${found.is_found && html`<${Grid} block=${given} label=${t("The numbers that were given")} caption=${t("{array} as given", { array: inLetters(found.array) })} column=${(number) => number} cell=${cell} />`}
  </section>`;
}

export default function Check() {
  const [found, show] = useState(null);
  letters.value;
  const request = aim();
  const known = useAnswer(() => ask("check_arrays", request), [session.value.revision, request], true);
  const names = known?.arrays.map(({ name }) => name) ?? [];
  const array = names.includes(chosen.value) ? chosen.value : "";
  const given = { ...request, text: text.value, array, rate: Number(rate.value.replace(",", ".")) || 0.1, digits: digits.value };
  const now = JSON.stringify([session.value.revision, lang.value, given]);
  const check = async (event) => {
    event.preventDefault();
    const answer = await attempt(() => ask("check", given));
    show(answer ? { ...answer, now } : null);
  };
  const about = array || (found?.now === now && found.array); // what has to do with no loss needs no word of it
  return html`<div class="bar"><${Rows} />${known && html`<${Loss} losses=${known.losses} value=${known.loss} />`}</div>
    <form class="check" onSubmit=${check}>
      <label class="numbers">${t("Your numbers")}
        <textarea rows="5" spellcheck=${false} autocomplete="off" placeholder="[0.6 1.33]" value=${text.value} onInput=${taken(into(text))} data-own-undo></textarea></label>
      <div class="bar">
        <${Choice} label=${t("They are")} value=${array} take=${into(chosen)} options=${[["", t("find out")], ...(known?.arrays.map(({ name, shape }) => [name, `${inLetters(name)} (${shape.join(", ")})`]) ?? [])]} />
        ${/^(dz|da|dW|db|dx)/.test(array) && html`<${Text} label=${t("Learning rate")} inputmode="decimal" size="6" value=${rate.value} take=${into(rate)} />`}
        <button class="main" disabled=${!text.value.trim()}>${t("Check")}</button>
      </div>
    </form>
    ${about && !/^[az]\(/.test(about) && known?.notes.map((note) => html`<p class="soft note">${note}</p>`)}
    ${found?.now === now && html`<${Verdict} found=${found} />`}`;
}
