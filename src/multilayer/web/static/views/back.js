// The way back: from the loss to every gradient, a step at a time; each number can be asked what it is made of.
import { ask, digits, html, inTurn, letters, refusalOf, session, t, taken, useAnswer, useEffect, useRef, useState } from "../base.js";
import { Loss, Part, Rows, aim, shownPart } from "../parts/aim.js";
import { Cell } from "../parts/cell.js";
import { Grid, cellName, reading } from "../parts/grid.js";
import { inLetters } from "../parts/letters.js";
import { Update } from "../parts/update.js";
import { Weight } from "../parts/weight.js";

function Table({ block, open, picked }) {
  const cell = (name, text) =>
    open
      ? html`<button class="cell" aria-pressed=${picked === name} aria-label=${t("{name} = {number}: what it is made of", { name: inLetters(name), number: text })} onClick=${() => open(name)}><span data-cell=${name}>${text}</span></button>`
      : reading(name, text);
  return html`<${Grid} block=${block} caption=${inLetters(block.name)} cell=${cell} />`;
}

/** A cell with its parts: in symbols, and with numbers. */
function Made({ cell }) {
  const request = { ...aim(), cell, digits: digits.value };
  const found = useAnswer(() => ask("back_cell", request), [session.value.revision, request]);
  if (!found || found.cell !== cell) return html`<p class="made">…</p>`;
  return html`<p class="made" aria-live="polite"><b>${inLetters(found.cell)}</b> = ${inLetters(found.symbols)}<br />= <span data-numbers=${cell}>${found.numbers}</span><br />= <b class="number" data-made=${cell}>${found.value}</b></p>`;
}

function Step({ step, number, last, proposed }) {
  const results = step.blocks.slice(step.given);
  const first = results[0] && cellName(results[0], 0, 0);
  const [picked, pick] = useState(first);
  const [weight, setWeight] = useState(null);
  const here = useRef();
  useEffect(() => {
    if (last && number > 1) here.current?.scrollIntoView({ block: "nearest" });
  }, [last]);
  const shown = results.some((block) => block.cells.some((row, i) => row.some((_, j) => cellName(block, i, j) === picked))) ? picked : first;
  const open = (name) => {
    pick(name);
    const place = /^dW\((\d+)\)\[(\d+),(\d+)\]$/.exec(name);
    if (place) setWeight({ layer: Number(place[1]), input: place[2] - 1, unit: place[3] - 1 });
  };
  return html`<section class=${last ? "step last" : "step"} ref=${here} aria-labelledby=${`step-${number}`}>
    <h2 id=${`step-${number}`}><span class="count">${number}</span> ${inLetters(step.title)}</h2>
    <p class="formula">${inLetters(step.formula)}</p>
    ${step.about.map((sentence) => html`<p class="soft">${inLetters(sentence)}</p>`)}
    <div class="sheet">${step.blocks.map((block, place) => html`<${Table} key=${block.name} block=${block} picked=${shown} open=${place < step.given ? null : open} />`)}</div>
    ${step.kind === "loss" && aim().count === 1 && html`<${Target} block=${step.blocks[0]} proposed=${proposed} />`}
    ${shown && html`<${Made} cell=${shown} />`}
    ${step.kind === "weights" && (weight ? html`<${Weight} ...${weight} close=${() => setWeight(null)} />` : html`<p class="soft">${t("Press a number of dW to see its paths and a numerical check.")}</p>`)}
  </section>`;
}

/** The targets of the row, to be typed. */
function Target({ block, proposed }) {
  const text = block.cells[0].join(" ");
  const commit = (typed) => refusalOf(() => inTurn(() => ask("back_target", { ...aim(), text: typed })));
  return html`<p class="target"><label>${t("Targets of row {row}", { row: block.rows[0] })} <${Cell} name=${`targets of row ${block.rows[0]}`} label=${t("Targets of row {row}", { row: block.rows[0] })} text=${text} size=${Math.max(text.length + 2, 8)} commit=${commit} /></label>
    ${proposed && html` <span class="soft">${t("proposed; type your own")}</span>`}</p>`;
}

function Walk({ found }) {
  const count = found.steps.length;
  const at = Math.min(taken.value, count);
  const go = (next) => (taken.value = Math.max(1, Math.min(next, count)));
  const name = inLetters(found.steps[at - 1].title);
  return html`<div class="walk">
    <button disabled=${at === 1} onClick=${() => go(at - 1)}>${t("Back")}</button>
    <button class="main" disabled=${at === count} onClick=${() => go(at + 1)}>${t("Next")}</button>
    <button disabled=${at === count} onClick=${() => go(count)}>${t("All")}</button>
    <button disabled=${at === 1} onClick=${() => go(1)}>${t("From the start")}</button>
    <span aria-live="polite">${t("Step {at} of {count}: {name}", { at, count, name })}</span>
  </div>`;
}

export default function Back() {
  const request = { ...aim(), digits: digits.value, window: shownPart() };
  letters.value;
  const found = useAnswer(() => ask("back", request), [session.value.revision, request], true);
  return html`<div class="bar"><${Rows} />${found && html`<${Loss} losses=${found.losses} value=${found.loss} />`}<${Part} /></div>
    ${found && html`<p>${request.count > 1 ? t("Mean loss of the rows") : t("Loss of the row")} = <b class="number" data-cell="loss">${found.mean}</b></p>
      ${found.notes.map((note) => html`<p class="soft note">${note}</p>`)}
      <${Walk} found=${found} />
      ${found.steps.slice(0, taken.value).map((step, i) => html`<${Step} key=${`${step.kind} ${step.layer}`} step=${step} number=${i + 1} last=${i === Math.min(taken.value, found.steps.length) - 1} proposed=${found.proposed} />`)}
      <${Update} />`}`;
}
