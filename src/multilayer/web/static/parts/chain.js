// How one weighted sum comes about: the bias, and input after input as the core adds them; then the activation.
import { ask, useAnswer } from "../api.js";
import { t } from "../i18n.js";
import { digits, row } from "../state.js";
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Heads, Scroll } from "./pieces.js";
import { Pager, reading } from "./grid.js";
import { around, called } from "./letters.js";
import { outputCell } from "./lit.js";
import { change, opened, sheet } from "./sheet.js";

const SIZE = 24;

function ending(found, sum) {
  if (found.native) return t("The last sum is {sum}, bit for bit: this is the order in which the core adds.", { sum });
  return found.gap
    ? t("NumPy adds in an order of its own: its {sum} is {a}, and the last sum here differs by {gap} units in the last place.", { sum, a: found.a, gap: found.gap })
    : t("NumPy adds in an order of its own; here the last sum and {sum} are the same number.", { sum });
}

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
  return html`<div class="panel chain" role="region" aria-label=${t("How {sum} comes about", { sum })} onKeyDown=${(event) => event.key === "Escape" && close()}>
    <h3 tabindex="-1" ref=${heading}>${t("How {sum} of row {row} comes about", { sum, row: r })} <span class="rows">
      ${units > 1 && html`<button onClick=${() => change({ do: "take_unit", layer, unit }).then(close)}>${t("Remove this unit")}</button>`}
      <button onClick=${close}>${t("Close")}</button></span></h3>
    <${Pager} what=${t("inputs")} first=${found.first} size=${SIZE} count=${found.count} go=${from} />
    <${Scroll} label=${t("Partial sums of {sum}", { sum })}><table class="matrix sums">
      <${Heads} of=${[t("added"), t("with numbers"), t("sum so far")]} />
      <tbody>
        ${found.first === 0 && html`<tr><th scope="row">${called(`b(${layer})[${unit}]`)}</th><td>${reading(`b(${layer})[${unit}]`, found.bias)}</td>
          <td data-cell=${`sum(${layer})[${r},${unit},0]`}>${found.bias}</td></tr>`}
        ${found.terms.map(({ input, x, w, sum: partial }) => html`<tr key=${input}>
          <th scope="row">+ ${called(source(input))} · ${called(`W(${layer})[${input},${unit}]`)}</th>
          <td>+ ${reading(source(input), x)} · ${around(w)[0]}${reading(`W(${layer})[${input},${unit}]`, w)}${around(w)[1]}</td>
          <td data-cell=${`sum(${layer})[${r},${unit},${input}]`}>${partial}</td>
        </tr>`)}
      </tbody>
    </table><//>
    <p>${ending(found, sum)}</p>
    <p class="formula">${called(`z(${layer})[${r},${unit}]`)} = ${h}(${sum}) = ${found.formula} = <b class="number" data-cell=${`z(${layer})[${r},${unit}]`}>${found.z}</b></p>
  </div>`;
}
