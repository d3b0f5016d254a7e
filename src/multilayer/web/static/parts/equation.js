// The formula of a layer with its numbers put in, for the row that is chosen: large matrices with their middle left out.
import { html, letters, row, t } from "../base.js";
import { Scroll } from "./pieces.js";
import { affine, blockName, letter, inLetters, sourceName } from "./letters.js";
import { outputCell } from "./lit.js";
import { sheet, textOf } from "./sheet.js";

const MOST = 5;

/** The places from 1 to count of which the first few and the last are shown; 0 stands for those between. */
function places(first, count, size) {
  const shown = Math.min(count, size);
  const all = Array.from({ length: shown }, (_, k) => first + k + 1);
  if (first === 0 && count <= MOST) return all;
  const kept = all.slice(0, MOST - 2);
  return [...(first ? [0] : []), ...kept, ...(first + kept.length < count ? [0] : [])];
}

/** Numbers in brackets, row by row, of the cells with these names; "" for what is left out. */
function Matrix({ rows }) {
  return html`<table class="brackets" role="presentation"><tbody>${rows.map(
    (names) => html`<tr>${names.map((name) => (name ? html`<td data-cell=${name}>${textOf(name)}</td>` : html`<td>…</td>`))}</tr>`,
  )}</tbody></table>`;
}

export function Equation({ layer }) {
  const { look, units } = sheet.value;
  const n = layer.number;
  const r = row.value + 1;
  const ins = places(look.units[n - 1], layer.inputs, units);
  const outs = places(look.units[n], layer.units, units);
  const transposed = letters.value.weights === "oi";
  const weight = (i, j) => (i && j ? `W(${n})[${i},${j}]` : "");
  const W = transposed ? outs.map((j) => ins.map((i) => weight(i, j))) : ins.map((i) => outs.map((j) => weight(i, j)));
  const line = (name) => [outs.map((j) => (j ? name(j) : ""))];
  const [h, a] = [layer.activation, letter("a")];
  const formula = inLetters(layer.formula);
  const sum = line((j) => `a(${n})[${r},${j}]`);
  return html`<${Scroll} class="equation" label=${t("The formula of layer {number} with its numbers", { number: n })}>
    <p>${affine(n, sourceName(n))}</p>
    <div><${Matrix} rows=${[ins.map((i) => (i ? outputCell(n - 1, r, i) : ""))]} /><${Matrix} rows=${W} />${transposed && html`<sup>ᵀ</sup>`}
      <span>+</span><${Matrix} rows=${line((j) => `b(${n})[${j}]`)} /><span>=</span><${Matrix} rows=${sum} /></div>
    <p>${blockName(`z(${n})`)} = ${h}(${blockName(`a(${n})`)})${formula !== `${h}(${a})` && `, ${h}(${a}) = ${formula}`}</p>
    <div><span>${h}</span><${Matrix} rows=${sum} /><span>=</span><${Matrix} rows=${line((j) => `z(${n})[${r},${j}]`)} /></div>
  <//>`;
}
