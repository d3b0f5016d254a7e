// Gates and planes: each unit's line among the rows, and what the first layer makes of the plane.
import { ask, attempt, useAnswer } from "../api.js";
import { t } from "../i18n.js";
import { Cell } from "../parts/cell.js";
import { Matrix } from "../parts/matrix.js";
import { Plot, scales } from "../parts/plot.js";
import { edit } from "../parts/sheet.js";
import { digits, session } from "../state.js";
import { html, useState } from "../vendor/ui.js";

const GATES = { and: "AND", or: "OR", nand: "NAND", gates: "XOR" };
const SQUARE = [420, 380];

export default function Planes() {
  const [inputs, setInputs] = useState([0, 1]);
  const [units, setUnits] = useState([0, 1]);
  const [bent, setBent] = useState(true);
  const { revision, widths, input_names: names, has_targets: hasTargets } = session.value;
  const fitting = (pair, count) => pair.map((each) => Math.min(each, Math.max(count - 1, 1)));

  const request = { inputs: fitting(inputs, widths[0]), units: fitting(units, widths[1]), digits: digits.value };
  const found = useAnswer(() => ask("planes", request), [revision, request], true);

  const gates = html`<div class="controls" role="group" aria-label=${t("Gates of step units")}>
    ${Object.entries(GATES).map(([name, title]) => html`<button type="button" onClick=${() => attempt(() => ask("preset", { name }))}>${title}</button>`)}
  </div>`;
  if (!found) return html`<h1>${t("Gates and planes")}</h1>${gates}`;
  const hidden = bent ? found.after : found.before;
  return html`<h1>${t("Gates and planes")}</h1>
    <p>${t("A unit draws one line: on one side its weighted sum a is above 0, on the other below. The short mark points to where a > 0.")}</p>
    ${gates}
    <div class="planes">
      <section aria-labelledby="input-plane"><h2 id="input-plane">${t("The plane of the inputs")}</h2>
        ${widths[0] > 2 && html`<${Pair} names=${names} pair=${inputs} onPair=${setInputs} />`}
        <${Picture} plane=${found.inputs} classes=${found.classes} label=${t("Rows and the lines of the first layer; the numbers stand in the tables")} />
        ${hasTargets && html`<${Separable} of="x" />`}
      </section>
      ${hidden && html`<section aria-labelledby="hidden-plane"><h2 id="hidden-plane">${t("The same rows after the first layer")}</h2>
        ${widths[1] > 2 && html`<${Pair} names=${Array.from({ length: widths[1] }, (_, j) => String(j + 1))} pair=${units} onPair=${setUnits} />`}
        <div class="controls"><label><input type="checkbox" checked=${bent} onChange=${(event) => setBent(event.target.checked)} /> ${t("after h (z) instead of before it (a)")}</label></div>
        <${Picture} plane=${hidden} classes=${found.classes} label=${t("Rows as the first layer makes them; the numbers stand in the table")} />
        ${hasTargets && html`<${Separable} of="z" />`}
      </section>`}
    </div>
    ${found.right !== null && html`<p data-cell="right">${t("{right} of {rows} rows are right.", { right: found.right, rows: session.value.rows })}</p>`}
    <${Truth} found=${found} />
    <h2>${t("The lines of the first layer")}</h2>
    <div class="scroll" tabindex="0" role="group" aria-label=${t("The lines of the first layer")}><table class="matrix">
      <thead><tr><th scope="col">${t("unit")}</th><th scope="col">${t("w for {name}", { name: found.inputs.axes[0] })}</th><th scope="col">${t("w for {name}", { name: found.inputs.axes[1] })}</th><th scope="col">b</th></tr></thead>
      <tbody>${found.inputs.lines.map(({ unit, w, v, b }) => html`<tr key=${unit}><th scope="row">${unit}</th>
        ${[[`W(1)[${inputs[0] + 1},${unit}]`, w], [`W(1)[${inputs[1] + 1},${unit}]`, v], [`b(1)[${unit}]`, b]].map(([name, text]) => html`<td key=${name}><${Cell} name=${name} label=${name} text=${text} size="8" commit=${(typed) => edit({ do: "number", cell: name, text: typed })} /></td>`)}
      </tr>`)}</tbody></table></div>`;
}

/** Whether a line keeps the classes apart there; a refusal is an answer, too. */
function Separable({ of }) {
  const verdict = useAnswer(() => ask("separable", { of }).catch(({ message }) => ({ text: message })), [session.value.revision, of]);
  return verdict && html`<p data-separable=${of}>${verdict.text}</p>`;
}

function Pair({ names, pair, onPair }) {
  return html`<div class="controls">${[0, 1].map((place) => html`<label key=${place}>${place ? t("upwards") : t("to the right")}
    <select value=${pair[place]} onChange=${(event) => onPair(pair.map((each, i) => (i === place ? Number(event.target.value) : each)))}>${names.map((name, i) => html`<option value=${i}>${name}</option>`)}</select></label>`)}</div>`;
}

const SHAPES = [
  (x, y) => `M${x - 6} ${y}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0`,
  (x, y) => `M${x} ${y - 7}L${x + 7} ${y + 5}H${x - 7}Z`,
  (x, y) => `M${x - 5.5} ${y - 5.5}h11v11h-11Z`,
  (x, y) => `M${x} ${y - 7}l7 7l-7 7l-7 -7Z`,
];

function Picture({ plane, classes, label }) {
  const scale = scales([plane.low[0], plane.high[0]], [plane.low[1], plane.high[1]], ...SQUARE);
  return html`<${Plot} scale=${scale} xLabel=${plane.axes[0]} yLabel=${plane.axes[1]} label=${label}>
    ${plane.lines.map(({ unit, ends, side }) => ends && html`<${UnitLine} key=${unit} unit=${unit} ends=${ends} side=${side} scale=${scale} />`)}
    ${plane.points.map((point, i) => {
      const [x, y] = [scale.x(point.x), scale.y(point.y)];
      return html`<g key=${i} class=${`point class-${point.group % 4} ${point.right === false ? "wrong" : ""}`}><path d=${SHAPES[point.group % 4](x, y)} />
        ${point.right === false && html`<path class="cross" d=${`M${x - 9} ${y - 9}l18 18m0 -18l-18 18`} />`}</g>`;
    })}
  <//>
  <ul class="legend">${classes.slice(0, 4).map((name, group) => html`<li key=${name}><svg width="16" height="16" aria-hidden="true" class=${`point class-${group}`}><path d=${SHAPES[group](8, 8)} /></svg> ${t("class {name}", { name })}</li>`)}
    ${plane.points.some(({ right }) => right === false) && html`<li><svg width="16" height="16" aria-hidden="true"><path class="cross" d="M2 2l12 12m0-12l-12 12" /></svg> ${t("the network's class is wrong")}</li>`}</ul>`;
}

function UnitLine({ unit, ends, side, scale }) {
  const [[x1, y1], [x2, y2]] = ends.map(([x, y]) => [scale.x(x), scale.y(y)]);
  // The side in the picture: y grows downwards there, and the two axes have scales of their own.
  const [dx, dy] = [side[0] / (scale.x(1) - scale.x(0)), side[1] / (scale.y(1) - scale.y(0))];
  const length = Math.hypot(dx, dy) || 1;
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return html`<g class="line"><path d=${`M${x1} ${y1}L${x2} ${y2}M${mx} ${my}l${(12 * dx) / length} ${(12 * dy) / length}`} />
    <text x=${mx + (20 * dx) / length} y=${my + (20 * dy) / length + 4} text-anchor="middle">${unit}</text></g>`;
}

function Truth({ found }) {
  const { table, answers, targets } = found;
  return html`<h2>${t("Row by row")}</h2><div class="scroll" tabindex="0" role="group" aria-label=${t("Row by row")}><div class="sheet">
    ${table.map((each) => html`<${Matrix} key=${each.name} block=${each} />`)}
    <table class="matrix"><caption>${t("class")}</caption><thead><tr><th scope="col">${t("network")}</th>${targets && html`<th scope="col">${t("target")}</th><th scope="col">${t("right?")}</th>`}</tr></thead>
      <tbody>${answers.map((answer, i) => html`<tr key=${i}><td data-cell=${`class[${i + 1}]`}>${answer}</td>${targets && html`<td data-cell=${`target[${i + 1}]`}>${targets[i]}</td><td data-cell=${`right[${i + 1}]`}>${answer === targets[i] ? t("yes") : t("no")}</td>`}</tr>`)}</tbody></table>
  </div></div>`;
}
