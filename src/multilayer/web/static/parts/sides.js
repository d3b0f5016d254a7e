// Side by side: the same training with one thing different, as small pictures.
import { act, ask, digits, html, session, t, useAnswer, useEffect, useRef, useState } from "../base.js";
import { paint } from "./boundary.js";
import { Choice, taken } from "./form.js";
import { Part } from "./pieces.js";
import { chosen, metricName, status } from "./training.js";

const USUAL = { width: "1, 2, 5, 10, 20, 50", activation: "tanh, relu", seed: "0, 1" };

function Picture({ number, panel, plane }) {
  const canvas = useRef(null);
  useEffect(() => {
    if (plane) ask("side_grid", { ...chosen.value, size: plane.size, number }).then((bytes) => canvas.current && paint(canvas.current, plane, new Int16Array(bytes)), () => {});
  }, [panel, plane]);
  return html`<canvas class="plane" ref=${canvas} width="180" height="180" role="img" aria-label=${t("What the network answers with {value}: loss {loss}, {metric_name} {metric}", { ...panel, metric_name: metricName(panel.metric_name) })}></canvas>`;
}

export function Sides() {
  const [vary, setVary] = useState("width");
  const [values, setValues] = useState(USUAL.width);
  const [panels, setPanels] = useState([]);
  const at = status.value;
  const running = at?.task === "sides";
  const go = (action, more = {}) => act("sides", { action, digits: digits.value, ...more }).then((found) => found && setPanels(found));
  useEffect(() => {
    go("show");
  }, [at?.outcomes, digits.value]);
  const plane = useAnswer(() => ask("plane", { ...chosen.value, size: 60 }), [chosen.value, session.value.about, session.value.rows]);
  const start = () => go(running ? "cancel" : "start", { vary, values: values.split(/[\s,]+/).filter(Boolean) });
  return html`<${Part} id="sides" title=${t("Side by side")} class="panel wide">
    <div class="bar">
      <${Choice} label=${t("Compare")} value=${vary} options=${[["width", t("units in the hidden layers")], ["activation", t("activations of the hidden layers")], ["seed", t("seeds")]]} take=${(what) => {
        setVary(what);
        setValues(USUAL[what]);
      }} />
      <input aria-label=${t("Values, with commas between them")} name="values" autocomplete="off" value=${values} onInput=${taken(setValues)} />
      <button onClick=${start}>${running ? t("Stop training") : t("Train them all")}</button>
      <span class="soft">${t("Each is trained by the recipe, from new weights, to its end.")}</span>
    </div>
    <div class="sides">${panels.map((panel, number) => html`<figure key=${`${panel.value} ${number}`}>
      <${Picture} number=${number} panel=${panel} plane=${plane} />
      <figcaption><b class="number">${panel.value}</b> <span class="soft number">${panel.widths.join("-")}</span><br />${t("loss")} <span class="number" data-cell=${`loss[${number + 1}]`}>${panel.loss}</span><br />${metricName(panel.metric_name)} <span class="number" data-cell=${`${panel.metric_name}[${number + 1}]`}>${panel.metric}</span>
        ${panel.stopped === "not finite" && html`<br />${panel.message}`}</figcaption>
      <button aria-label=${t("Take the start with {value}", panel)} onClick=${() => go("take", { number })}>${t("Take its start")}</button>
    </figure>`)}</div>
  <//>`;
}
