// Check my numbers: paste what was calculated by hand; what is wrong is marked, and the slip is named where it is known.
import { ask, attempt, useAnswer } from "../api.js";
import { lang, t } from "../i18n.js";
import { Loss, Rows, aim } from "../parts/aim.js";
import { Choice, Text, taken } from "../parts/form.js";
import { inLetters } from "../parts/letters.js";
import { Grid } from "../parts/grid.js";
import { opened } from "../parts/sheet.js";
import { array as chosen, digits, letters, rate, row, session, view } from "../state.js";
import { html, signal, useState } from "../vendor/ui.js";

/** What was typed; kept while other views are looked at. */
const text = signal("");

/** Go where a cell is explained. */
function explain(cell) {
  const [, layer, r, unit] = /^[az]\((\d+)\)\[(\d+),(\d+)/.exec(cell)?.map(Number) ?? [];
  if (layer) [row.value, opened.value] = [r - 1, { layer, unit }];
  view.value = layer ? "see" : "back";
}

const into = (kept) => (value) => (kept.value = value);

function Verdict({ found, asked }) {
  const { right, findings, given, fits, wrong } = found;
  const several = new Set(findings.map(({ slip }) => slip)).size > 1;
  const named = findings.some(({ slip }) => slip);
  const heading = right ? t("Right") : !named ? t("Wrong, for a reason that is not known") : several ? t("Several slips explain these numbers") : t("This is what happened");
  const cell = (name, number, i, j) => html`<span data-cell=${name} class=${fits[i][j] ? "fits" : "wrong"}>${!fits[i][j] && html`<span aria-hidden="true">✗ </span><span class="hidden">${t("wrong")} </span>`}${number}</span>`;
  return html`<section class=${`panel verdict-of ${right ? "right" : named ? "slip" : "unknown"}`} aria-labelledby="verdict" aria-live="polite">
    <h2 id="verdict"><span aria-hidden="true">${right ? "✓" : named ? "✗" : "?"}</span> ${heading}</h2>
    <ul>${findings.map(({ array, slip, sentence }) => html`<li data-slip=${slip}>${!asked && named && !right ? t("{array}: {sentence}", { array: inLetters(array), sentence: inLetters(sentence) }) : inLetters(sentence)}</li>`)}</ul>
    ${[...new Set(findings.map(({ advice }) => advice))].map((advice) => advice && html`<p><b>${t("Next:")}</b> ${inLetters(advice)}</p>`)}
    ${wrong && found.is_found && html`<p>${t("The first wrong number is {cell}: {given} was given, {right} is right.", { cell: inLetters(wrong), given: found.is_given, right: found.is_right })} <button onClick=${() => explain(wrong)}>${t("See how it comes about")}</button></p>`}
    ${several && html`<p class="soft">${t("More digits, or another array, would tell them apart.")}</p>`}
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
  return html`<h1>${t("Check my numbers")}</h1>
    <p class="soft">${t("Paste what you calculated: as NumPy prints it, as CSV, or typed in any layout. Give three digits or more.")}</p>
    <div class="bar"><${Rows} />${known && html`<${Loss} losses=${known.losses} value=${known.loss} />`}</div>
    <form class="check" onSubmit=${check}>
      <label class="numbers">${t("Your numbers")}
        <textarea rows="5" spellcheck=${false} autocomplete="off" placeholder="[0.6 1.33]" value=${text.value} onInput=${taken(into(text))} data-own-undo></textarea></label>
      <div class="bar">
        <${Choice} label=${t("They are")} value=${array} take=${into(chosen)} options=${[["", t("find out")], ...(known?.arrays.map(({ name, shape }) => [name, `${inLetters(name)} (${shape.join(", ")})`]) ?? [])]} />
        ${/^(dz|da|dW|db|dx)/.test(array) && html`<${Text} label=${t("Learning rate")} inputmode="decimal" size="6" value=${rate.value} take=${into(rate)} />`}
        <button class="main" disabled=${!text.value.trim()}>${t("Check")}</button>
      </div>
    </form>
    ${!/^[az]\(/.test(array) && known?.notes.map((note) => html`<p class="soft note">${note}</p>`)}
    ${found?.now === now && html`<${Verdict} found=${found} asked=${array} />`}`;
}
