// How one weighted sum comes about: the bias, and input after input as the core adds them; then the activation.
import { ask, digits, html, row, t, useAnswer, useEffect, useRef, useState } from "../base.js";
import { Listing, onEscape } from "./pieces.js";
import { Pager, reading } from "./grid.js";
import { around, called } from "./letters.js";
import { outputCell } from "./lit.js";
import { change, opened, sheet } from "./sheet.js";

const SIZE = 24;

export function Chain({ layer, unit }) {
  const [first, from] = useState(0);
  const heading = useRef();
  const request = { layer, unit, row: row.value, first, top: sheet.value.look.row, digits: digits.value };
  const found = useAnswer(() => ask("chain", request), [sheet.value.revision, request]);
  useEffect(() => heading.current?.focus(), [layer, unit, Boolean(found)]);
  if (!found) return null;
  const r = row.value + 1;
  const sum = called(`a(${layer})[${r},${unit}]`);
  const source = (i) => outputCell(layer - 1, r, i);
  const { activation: h, units } = sheet.value.layers.find(({ number }) => number === layer);
  const close = () => {
    opened.value = null;
    heading.current?.getRootNode().querySelector(`td button:has([data-cell="a(${layer})[${r},${unit}]"])`)?.focus();
  };
  return html`<div class="panel chain" role="region" aria-label=${t("How {sum} comes about", { sum })} onKeyDown=${onEscape(close)}>
    <h3 tabindex="-1" ref=${heading}>${t("How {sum} of row {row} comes about", { sum, row: r })} <span class="rows">
      ${units > 1 && html`<button onClick=${() => change({ do: "take_unit", layer, unit }).then(close)}>${t("Remove this unit")}</button>`}
      <button onClick=${close}>${t("Close")}</button></span></h3>
    <${Pager} what=${t("inputs")} first=${found.first} size=${SIZE} count=${found.count} go=${from} />
    <${Listing} class="matrix sums" label=${t("Partial sums of {sum}", { sum })} heads=${[t("added"), t("with numbers"), t("sum so far")]}>
        ${found.first === 0 && html`<tr><th scope="row">${called(`b(${layer})[${unit}]`)}</th><td>${reading(`b(${layer})[${unit}]`, found.bias)}</td>
          <td data-cell=${`sum(${layer})[${r},${unit},0]`}>${found.bias}</td></tr>`}
        ${found.terms.map(({ input, x, w, sum: partial }) => html`<tr key=${input}>
          <th scope="row">+ ${called(source(input))} · ${called(`W(${layer})[${input},${unit}]`)}</th>
          <td>+ ${reading(source(input), x)} · ${around(w)[0]}${reading(`W(${layer})[${input},${unit}]`, w)}${around(w)[1]}</td>
          <td data-cell=${`sum(${layer})[${r},${unit},${input}]`}>${partial}</td>
        </tr>`)}
      <//>
    <p>${found.ending.replace(`a(${layer})[${r},${unit}]`, sum)}</p>
    <p class="formula">${called(`z(${layer})[${r},${unit}]`)} = ${h}(${sum}) = ${found.formula} = <b class="number" data-cell=${`z(${layer})[${r},${unit}]`}>${found.z}</b></p>
  </div>`;
}
