// Gates and planes: each unit's line among the rows, and what the first layer makes of the plane.
import { ask, attempt, digits, html, session, t, useAnswer, useState } from "../base.js";
import { Cell } from "../parts/cell.js";
import { Tick, Choice } from "../parts/form.js";
import { Heads, Listing, Part, Scroll } from "../parts/pieces.js";
import { Grid } from "../parts/grid.js";
import { inLetters, low } from "../parts/letters.js";
import { Key, Mark, Plot, path, scales } from "../parts/plot.js";
import { edit } from "../parts/sheet.js";

const GATES = { and: "AND", or: "OR", nand: "NAND", gates: "XOR" };
const CROSS = html`<path class="cross" d="M-9-9L9 9M9-9L-9 9" />`;
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
    ${Object.entries(GATES).map(([name, title]) => html`<button onClick=${() => attempt(() => ask("preset", { name }))}>${title}</button>`)}
  </div>`;
  if (!found) return gates;
  const hidden = bent ? found.after : found.before;
  return html`${gates}
    <div class="planes">
      <${Part} id="input-plane" title=${t("The plane of the inputs")}>
        ${widths[0] > 2 && html`<${Pair} names=${names} pair=${inputs} onPair=${setInputs} />`}
        <${Picture} plane=${found.inputs} classes=${found.classes} label=${t("Rows and the lines of the first layer; the numbers stand in the tables")} />
        ${hasTargets && html`<${Separable} of="x" />`}
      <//>
      ${hidden && html`<${Part} id="hidden-plane" title=${t("The same rows after the first layer")}>
        ${widths[1] > 2 && html`<${Pair} names=${Array.from({ length: widths[1] }, (_, j) => String(j + 1))} pair=${units} onPair=${setUnits} />`}
        <div class="controls"><${Tick} label=${t("after h (z) instead of before it (a)")} checked=${bent} take=${setBent} /></div>
        <${Picture} plane=${hidden} classes=${found.classes} label=${t("Rows as the first layer makes them; the numbers stand in the table")} />
        ${hasTargets && html`<${Separable} of="z" />`}
      <//>`}
    </div>
    ${found.right !== null && html`<p data-cell="right">${t("{right} of {rows} rows are right.", { right: found.right, rows: session.value.rows })}</p>`}
    <${Truth} found=${found} />
    <h2>${t("The lines of the first layer")}</h2>
    <${Listing} label=${t("The lines of the first layer")} heads=${[t("unit"), ...found.inputs.axes.map((name) => t("w for {name}", { name })), "b"]}>${found.inputs.lines.map(({ unit, w, v, b }) => html`<tr key=${unit}><th scope="row">${unit}</th>
        ${[[`W(1)[${inputs[0] + 1},${unit}]`, w], [`W(1)[${inputs[1] + 1},${unit}]`, v], [`b(1)[${unit}]`, b]].map(([name, text]) => html`<td key=${name}><${Cell} name=${name} label=${name} text=${text} size="8" commit=${(typed) => edit({ do: "number", cell: name, text: typed })} /></td>`)}
      </tr>`)}<//>`;
}

/** Whether a line keeps the classes apart there; a refusal is an answer, too. */
function Separable({ of }) {
  const verdict = useAnswer(() => ask("separable", { of }).catch(({ message }) => ({ text: message })), [session.value.revision, of]);
  return verdict && html`<p data-separable=${of}>${verdict.text}</p>`;
}

function Pair({ names, pair, onPair }) {
  return html`<div class="controls">${[0, 1].map((place) => html`<${Choice} key=${place} label=${place ? t("upwards") : t("to the right")} value=${pair[place]} options=${names.map((name, i) => [i, name])}
    take=${(chosen) => onPair(pair.map((each, i) => (i === place ? Number(chosen) : each)))} />`)}</div>`;
}

/** "z_1(1)" as z₁(1), in the reader's letters. */
const axis = (name) => inLetters(name).replace(/_(\d+)\(/, (_, unit) => `${low(unit)}(`);

function Picture({ plane, classes, label }) {
  const scale = scales([plane.low[0], plane.high[0]], [plane.low[1], plane.high[1]], ...SQUARE);
  const lines = plane.lines.filter(({ ends }) => ends);
  return html`<${Plot} scale=${scale} xLabel=${axis(plane.axes[0])} yLabel=${axis(plane.axes[1])} label=${label}>
    <g class="line">
      <path d=${lines.map(({ ends: [from, to], mark: [foot, tip] }) => path([from, to], scale) + path([foot, tip], scale)).join("")} />
      ${lines.map(({ unit, mark: [, , [x, y]] }) => html`<text key=${unit} x=${scale.x(x)} y=${scale.y(y) + 4} text-anchor="middle">${unit}</text>`)}
    </g>
    ${plane.points.map((point, i) => {
      const wrong = point.right === false;
      return html`<g key=${i} class=${wrong ? "wrong" : undefined} transform=${`translate(${scale.x(point.x)} ${scale.y(point.y)})`}><${Mark} group=${point.group} />${wrong && CROSS}</g>`;
    })}
  <//>
  <ul class="legend">${classes.slice(0, 4).map((name, group) => html`<li key=${name}><${Key}><${Mark} group=${group} /><//> ${t("class {name}", { name })}</li>`)}
    ${plane.points.some(({ right }) => right === false) && html`<li><${Key}>${CROSS}<//> ${t("the network's class is wrong")}</li>`}</ul>`;
}

function Truth({ found }) {
  const { table, answers, targets } = found;
  return html`<h2>${t("Row by row")}</h2><${Scroll} label=${t("Row by row")}><div class="sheet">
    ${table.map((each) => html`<${Grid} key=${each.name} block=${each} />`)}
    <table class="matrix"><caption>${t("class")}</caption><${Heads} of=${[t("network"), ...(targets ? [t("target"), t("right?")] : [])]} />
      <tbody>${answers.map((answer, i) => html`<tr key=${i}><td data-cell=${`class[${i + 1}]`}>${answer}</td>${targets && html`<td data-cell=${`target[${i + 1}]`}>${targets[i]}</td><td data-cell=${`right[${i + 1}]`}>${answer === targets[i] ? t("yes") : t("no")}</td>`}</tr>`)}</tbody></table>
  </div><//>`;
}
