// One update: what an optimizer makes of the gradients, number by number, and the button that does it.
import { act, ask, digits, html, optimizer as chosen, session, signal, t, useAnswer } from "../base.js";
import { aim, shownPart } from "./aim.js";
import { Choice, Field } from "./form.js";
import { Part } from "./pieces.js";
import { Grid, reading } from "./grid.js";

/** The weight that is looked at. */
const looked = signal(null);

/** What is said of a parameter; others have their own names. */
const called = (name) => (name === "learning_rate" ? t("Learning rate") : name);

function Parameter({ name, value }) {
  const given = chosen.value.parameters[name] ?? value;
  const set = (next) => (chosen.value = { ...chosen.value, parameters: { ...chosen.value.parameters, [name]: next } });
  return html`<${Field} label=${called(name)} inputmode="decimal" size="7" value=${given} take=${set} />`;
}

function Table({ caption, when, block, picked, pick }) {
  const isWeight = /W\(/.test(block.name) && block.shape.length === 2;
  const cell = (name, text) => {
    if (!isWeight) return reading(name, text);
    const place = name.slice(name.lastIndexOf("[") + 1, -1);
    return html`<button class="cell" aria-pressed=${picked === place} aria-label=${t("{name} = {number}: how it changes", { name, number: text })} onClick=${() => pick(place.split(",").map(Number))}><span data-cell=${name}>${text}</span></button>`;
  };
  return html`<${Grid} block=${block} caption=${caption} shape=${when} column=${(number) => number} cell=${cell} />`;
}

export function Update() {
  const layers = session.value.widths.length - 1;
  const fits = ({ layer, input, unit }) => layer <= layers && input < session.value.widths[layer - 1] && unit < session.value.widths[layer];
  const weight = looked.value && fits(looked.value) ? looked.value : { layer: layers, input: 0, unit: 0 };
  const { layer, input, unit } = weight;
  const request = { ...aim(), ...chosen.value, ...weight, digits: digits.value, window: shownPart() };
  const choices = useAnswer(() => ask("optimizers"), []) ?? [];
  const found = useAnswer(() => ask("update", request).catch(({ message }) => ({ refused: message })), [session.value.revision, request]);
  const parameters = choices.find(({ name }) => name === chosen.value.optimizer)?.parameters ?? [];
  return html`<${Part} id="update" title=${t("One update")} class="update">
    <p class="soft">${t("What the optimizer makes of these gradients. The batch is the rows above.")}</p>
    <div class="bar">
      <${Choice} label=${t("Optimizer")} value=${chosen.value.optimizer} options=${choices.map(({ name }) => name)} take=${(optimizer) => (chosen.value = { optimizer, parameters: {} })} />
      ${parameters.map((each) => html`<${Parameter} key=${chosen.value.optimizer + each.name} ...${each} />`)}
      ${found?.made && html`<button class="main" onClick=${() => act("update_do", request)}>${t("Do it")}</button>`}
    </div>
    ${found?.refused && html`<p class="problem" role="status">${found.refused}</p>`}
    ${found?.made && html`<p>${found.about} ${t("Loss of these rows")}: <b class="number" data-cell="loss before">${found.loss}</b> → <b class="number" data-cell="loss after">${found.new_loss}</b></p>
      <div class="made">${found.made.map(({ cell, symbols, numbers, value }) => html`<p key=${cell}><b>${cell}</b> = ${symbols}<br />= ${numbers}<br />= <b class="number" data-made=${cell}>${value}</b></p>`)}</div>
      <p class="soft">${t("Press a weight to see how it changes.")}</p>
      ${found.layers.map(({ number, tables }) => html`<h3>${t("Layer {number}", { number })}</h3>
        ${tables.map((each) => html`<div class="sheet">${each.map((table) => html`<${Table} key=${table.block.name} ...${table}
          picked=${layer === number ? `${input + 1},${unit + 1}` : ""} pick=${([i, j]) => (looked.value = { layer: number, input: i - 1, unit: j - 1 })} />`)}</div>`)}`)}`}
  <//>`;
}
