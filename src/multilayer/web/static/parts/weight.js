// One gradient in two other ways: along every path from the weight to the loss, and by moving the weight.
import { ask, digits, html, session, t, useAnswer, useEffect, useRef } from "../base.js";
import { aim } from "./aim.js";
import { Listing, onEscape } from "./pieces.js";
import { inLetters } from "./letters.js";

export function Weight({ layer, input, unit, close }) {
  const heading = useRef();
  const request = { ...aim(), layer, input, unit, digits: digits.value };
  const found = useAnswer(() => ask("back_weight", request), [session.value.revision, request]);
  useEffect(() => heading.current?.focus(), [layer, input, unit, Boolean(found)]);
  if (!found) return null;
  const { paths, difference } = found;
  const weight = `W(${layer})[${input + 1},${unit + 1}]`;
  return html`<div class="panel weight" role="region" aria-label=${t("{cell} in two other ways", { cell: paths.cell })} onKeyDown=${onEscape(close)}>
    <h3 tabindex="-1" ref=${heading}>${t("{cell} along its paths", { cell: paths.cell })} <button onClick=${close}>${t("Close")}</button></h3>
    ${paths.paths.length > 0 && html`<p class="soft">${t("Every way from the weight to the loss is a product; the gradient is their sum.")}</p>
      <${Listing} class="matrix paths" label=${t("Paths of {cell}", { cell: weight })} heads=${[t("path"), t("product"), t("with numbers"), "="]}>${paths.paths.map(({ units, symbols, numbers, product }, place) => html`<tr key=${place}>
          <th scope="row">${inLetters([weight, ...units].join(" → "))}</th><td>${inLetters(symbols)}</td><td>${numbers}</td><td data-cell=${`path[${place + 1}]`}>${product}</td>
        </tr>`)}<//>
      ${paths.count > paths.paths.length && html`<p class="soft">${t("The first {shown} of {count} paths are shown; the sum is of all.", { shown: paths.paths.length, count: paths.count })}</p>`}`}
    ${paths.sum !== null && html`<p>${t("Sum of the paths")} = <b class="number" data-cell="path sum">${paths.sum}</b>, ${paths.cell} = <b class="number">${paths.gradient}</b></p>`}
    <p class="verdict">${paths.agreement}</p>
    <h3>${t("Numerical check")}</h3>
    <p class="soft">${t("Move the weight a little up and down, by a step of {step}, and see how the loss follows.", { step: difference.step })}</p>
    <p class="formula">${t("(loss at w + step − loss at w − step) / (2 · step)")} = (${difference.above} − ${difference.below}) / (2 · ${difference.step}) = <b class="number" data-cell="numerical">${difference.value}</b></p>
    <p class="verdict">${difference.agreement}</p>
  </div>`;
}
