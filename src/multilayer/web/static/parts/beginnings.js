// Starting weights: small histograms of z, layer by layer, for each way to begin.
import { ask, html, t, useAnswer, useState } from "../base.js";
import { Choice, Whole } from "./form.js";
import { Listing, Part } from "./pieces.js";
import { Bars } from "./plot.js";

const OFFERED = ["sigmoid", "tanh", "relu", "leaky_relu", "selu", "gelu"];

export function Beginnings() {
  const [activation, setActivation] = useState("sigmoid");
  const [seed, setSeed] = useState(0);
  const { about, ways = [], figures } = useAnswer(() => ask("beginnings", { activation, seed }), [activation, seed]) ?? {};
  return html`<${Part} id="beginnings" title=${t("How a network begins")}>
    <p>${about}</p>
    <div class="controls">
      <${Choice} label=${t("Activation")} value=${activation} options=${OFFERED} take=${setActivation} />
      <${Whole} label=${t("Seed")} min=${0} value=${seed} take=${setSeed} />
    </div>
    <${Listing} class="beginnings" label=${t("How a network begins")} heads=${[t("W begins with"), ...(ways[0]?.layers.map((_, n) => `z(${n + 1})`) ?? [])]}>${ways.map(({ name, title, layers }) => html`<tr key=${name}><th scope="row">${title}</th>${layers.map((layer, n) => html`<td key=${n}><${Bars} ...${layer} />
          <dl><dt>${t("std of z")}</dt><dd data-cell=${`std ${name}[${n + 1}]`}>${layer.std}</dd>
            ${layer.at_ends !== null && html`<dt>${t("near the ends")}</dt><dd data-cell=${`ends ${name}[${n + 1}]`}>${layer.at_ends}</dd>`}
            <dt>${t("gradient")}</dt><dd data-cell=${`gradient ${name}[${n + 1}]`}>${layer.gradient}</dd></dl></td>`)}</tr>`)}<//>
    <p class="soft">${figures}</p>
  <//>`;
}
