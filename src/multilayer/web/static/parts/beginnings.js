// Starting weights: small histograms of z, layer by layer, for each way to begin.
import { ask, useAnswer } from "../api.js";
import { t } from "../i18n.js";
import { html, useState } from "../vendor/ui.js";
import { Whole } from "./field.js";

const OFFERED = ["sigmoid", "tanh", "relu", "leaky_relu", "selu", "gelu"];
const WIDE = 120, TALL = 56;

export function Beginnings() {
  const [activation, setActivation] = useState("sigmoid");
  const [seed, setSeed] = useState(0);
  const rows = useAnswer(() => ask("beginnings", { activation, seed }), [activation, seed]) ?? [];
  return html`<section aria-labelledby="beginnings">
    <h2 id="beginnings">${t("How a network begins")}</h2>
    <p>${t("1,000 rows of standard normal numbers go through 5 layers of 100 units, before any training. Where all z of a layer stand at the ends, or all at one place, little can be learned.")}</p>
    <div class="controls">
      <label>${t("Activation")} <select value=${activation} onChange=${(event) => setActivation(event.target.value)}>${OFFERED.map((name) => html`<option>${name}</option>`)}</select></label>
      <${Whole} label=${t("Seed")} min=${0} value=${seed} take=${setSeed} />
    </div>
    <div class="scroll" tabindex="0" role="group" aria-label=${t("How a network begins")}>
      <table class="beginnings"><thead><tr><th scope="col">${t("W begins with")}</th>${rows[0]?.layers.map((_, n) => html`<th scope="col">z(${n + 1})</th>`)}</tr></thead>
        <tbody>${rows.map(({ name, title, layers }) => html`<tr key=${name}><th scope="row">${title}</th>${layers.map((layer, n) => html`<td key=${n}><${Histogram} counts=${layer.counts} />
          <div class="ends"><span>${layer.low}</span><span>${layer.high}</span></div>
          <dl><dt>${t("std of z")}</dt><dd data-cell=${`std ${name}[${n + 1}]`}>${layer.std}</dd>
            ${layer.at_ends !== null && html`<dt>${t("near the ends")}</dt><dd data-cell=${`ends ${name}[${n + 1}]`}>${layer.at_ends}</dd>`}
            <dt>${t("gradient")}</dt><dd data-cell=${`gradient ${name}[${n + 1}]`}>${layer.gradient}</dd></dl></td>`)}</tr>`)}</tbody>
      </table></div>
    <p class="soft">${t("Near the ends: z within 2 % of an end of the range. Gradient: the root mean square of da, where a standard normal dz comes in at the output.")}</p>
  </section>`;
}

function Histogram({ counts }) {
  const most = Math.max(1, ...counts);
  const wide = WIDE / counts.length;
  return html`<svg class="histogram" viewBox=${`0 0 ${WIDE} ${TALL}`} width=${WIDE} height=${TALL} aria-hidden="true">
    ${counts.map((count, i) => html`<rect x=${i * wide} width=${wide - 0.6} y=${TALL - (count / most) * TALL} height=${(count / most) * TALL} />`)}
  </svg>`;
}
