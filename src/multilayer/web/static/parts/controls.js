// What can be changed of a layer as a whole: its activation, its units, the layer itself.
import { html, t } from "../base.js";
import { Cell } from "./cell.js";
import { Choice } from "./form.js";
import { change, edit, sheet } from "./sheet.js";

function Activation({ layer }) {
  return html`<${Choice} label=${t("Activation")} value=${layer.activation} options=${sheet.value.activations} take=${(name) => change({ do: "activation", layer: layer.number, name })} />
    ${layer.parameters.map(
      ({ name, text, limits }) => html`<label key=${name} title=${limits}>${name} <${Cell} name=${`${name}(${layer.number})`} label=${name} text=${text} size=${text.length + 2}
        commit=${(typed) => edit({ do: "parameter", layer: layer.number, name, text: typed })} /></label>`,
    )}`;
}

/** Of layer `level`, or of the inputs where that is 0. */
export function LayerControls({ level, layer }) {
  const { widths } = sheet.value;
  const width = widths[level];
  return html`<div class="bar">
    ${layer && html`<${Activation} layer=${layer} />`}
    <span class="stepper">${level ? t("Units") : t("Inputs")}
      <button disabled=${width === 1} aria-label=${level ? t("Remove the last unit of layer {number}", { number: level }) : t("Remove the last input")} onClick=${() => change({ do: "take_unit", layer: level })}>−</button>
      <span class="number">${width}</span>
      <button aria-label=${level ? t("Add a unit to layer {number}", { number: level }) : t("Add an input")} onClick=${() => change({ do: "add_unit", layer: level })}>+</button>
    </span>
    <button onClick=${() => change({ do: "add_layer", after: level })}>${level ? t("Add a layer after this one") : t("Add a layer after the inputs")}</button>
    ${layer && widths.length > 2 && html`<button onClick=${() => change({ do: "take_layer", layer: level })}>${t("Remove this layer")}</button>`}
  </div>`;
}
