// Starting weights: small histograms of z, layer by layer, for each way to begin.
import { ask, useAnswer } from "../api.js";
import { t } from "../i18n.js";
import { html, useState } from "../vendor/ui.js";
import { Choice, Whole } from "./form.js";
import { Heads, Part, Scroll } from "./pieces.js";
import { Bars } from "./plot.js";

const OFFERED = ["sigmoid", "tanh", "relu", "leaky_relu", "selu", "gelu"];

export function Beginnings() {
  const [activation, setActivation] = useState("sigmoid");
  const [seed, setSeed] = useState(0);
  const rows = useAnswer(() => ask("beginnings", { activation, seed }), [activation, seed]) ?? [];
  return html`<${Part} id="beginnings" title=${t("How a network begins")}>
    <p>${t("1,000 rows of standard normal numbers go through 5 layers of 100 units, before any training. Where all z of a layer stand at the ends, or all at one place, little can be learned.")}</p>
    <div class="controls">
      <${Choice} label=${t("Activation")} value=${activation} options=${OFFERED} take=${setActivation} />
      <${Whole} label=${t("Seed")} min=${0} value=${seed} take=${setSeed} />
    </div>
    <${Scroll} label=${t("How a network begins")}>
      <table class="beginnings"><${Heads} of=${[t("W begins with"), ...(rows[0]?.layers.map((_, n) => `z(${n + 1})`) ?? [])]} />
        <tbody>${rows.map(({ name, title, layers }) => html`<tr key=${name}><th scope="row">${title}</th>${layers.map((layer, n) => html`<td key=${n}><${Bars} ...${layer} />
          <dl><dt>${t("std of z")}</dt><dd data-cell=${`std ${name}[${n + 1}]`}>${layer.std}</dd>
            ${layer.at_ends !== null && html`<dt>${t("near the ends")}</dt><dd data-cell=${`ends ${name}[${n + 1}]`}>${layer.at_ends}</dd>`}
            <dt>${t("gradient")}</dt><dd data-cell=${`gradient ${name}[${n + 1}]`}>${layer.gradient}</dd></dl></td>`)}</tr>`)}</tbody>
      </table><//>
    <p class="soft">${t("Near the ends: z within 2 % of an end of the range. Gradient: the root mean square of da, where a standard normal dz comes in at the output.")}</p>
  <//>`;
}
