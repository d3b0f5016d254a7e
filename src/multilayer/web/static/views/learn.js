// Training: play, pause, a batch, an epoch, back to any epoch; what the network answers, its curves, its layers.
import { ask, useAnswer } from "../api.js";
import { t } from "../i18n.js";
import { Boundary, still } from "../parts/boundary.js";
import { Causes, Fixes, Units, marked } from "../parts/causes.js";
import { Losses } from "../parts/losses.js";
import { Matrix } from "../parts/matrix.js";
import { Recipe, choices } from "../parts/recipe.js";
import { Sides } from "../parts/sides.js";
import { command, ending, listen, said, speed, status, toggle } from "../parts/training.js";
import { digits, session } from "../state.js";
import { html, useEffect, useRef, useState } from "../vendor/ui.js";

const SPEEDS = [2, 10, 50, 200];

/** The place in training; while one moves it, it stands where it was put. */
function Scrub({ epoch, reached }) {
  const [wanted, setWanted] = useState(null);
  const at = status.value;
  useEffect(() => {
    if (wanted !== null && (at?.epoch === wanted || !at?.holds) && !at.playing) setWanted((now) => (now === wanted ? null : now)); // it may have moved on
  }, [wanted, at]);
  const seek = async (event) => {
    setWanted(Number(event.target.value));
    if (!(await command("seek", { epoch: Number(event.target.value) }))) setWanted(null);
  };
  return html`<label class="scrub">${t("Epoch")} <input type="range" min="0" max=${reached} value=${wanted ?? epoch} disabled=${!reached} aria-valuetext=${t("Epoch {epoch} of {epochs}", { epoch, epochs: at?.epochs ?? 0 })} onInput=${seek} /></label>`;
}

function Controls() {
  const at = status.value;
  const canTrain = !choices.value?.refused;
  const reached = at?.holds ? at.reached : 0;
  const epoch = at?.holds ? at.epoch : 0;
  return html`<div class="bar controls" role="group" aria-label=${t("Training")}>
    <button type="button" class="main play" disabled=${!canTrain} aria-keyshortcuts="Space" onClick=${toggle}>${at?.playing && !at.task ? t("Pause") : t("Play")}</button>
    <button type="button" disabled=${!canTrain} onClick=${() => command("batch")}>${t("One batch")}</button>
    <button type="button" disabled=${!canTrain} onClick=${() => command("epoch")}>${t("One epoch")}</button>
    <button type="button" disabled=${!at?.holds || (!at.steps && !reached)} onClick=${() => command("seek", { epoch: 0 })}>${t("Rewind")}</button>
    <${Scrub} epoch=${epoch} reached=${reached} />
    <label>${t("Speed")} <select value=${speed.value ?? "all"} onChange=${(event) => {
      speed.value = Number(event.target.value) || null;
      if (status.peek()?.playing) command("play");
    }}>${SPEEDS.map((each) => html`<option value=${each}>${t("{count} epochs a second", { count: each })}</option>`)}<option value="all">${t("as fast as it goes")}</option></select></label>
  </div>`;
}

function Standing() {
  const at = status.value;
  if (!at) return null;
  const fresh = !at.holds || !at.run;
  const entry = (label, name, text) => html`<div><dt>${label}</dt><dd class="number" data-cell=${name}>${text}</dd></div>`;
  return html`<dl class="standing">
      ${entry(t("epoch"), "epoch", `${fresh ? 0 : at.epoch} / ${at.epochs}`)}
      ${!fresh && at.batch > 0 && entry(t("batch"), "batch", `${at.batch} / ${at.batches}`)}
      ${!fresh && at.loss && entry(t("loss"), "loss", at.loss)}
      ${!fresh && at.validation_loss && entry(t("validation loss"), "validation_loss", at.validation_loss)}
      ${!fresh && at.metric && entry(at.metric_name, at.metric_name, at.metric)}
      ${!fresh && at.learning_rate && entry(t("learning rate"), "learning_rate", at.learning_rate)}
    </dl>
    <p class="soft ending">${fresh ? (at.run ? t("The network has changed since it was trained; Play trains it from here.") : "") : ending(at) || (at.as_recipe ? at.message : t("The recipe has changed; Play trains from here by the new one, Rewind goes back to the start."))}</p>`;
}

function Bars({ bars, label }) {
  const most = Math.max(1, ...bars.counts);
  const wide = 160 / bars.counts.length;
  return html`<svg viewBox="0 0 160 56" class="bars" role="img" aria-label=${t("{what}: from {low} to {high}, mean {mean}, standard deviation {std}", { what: label, ...bars })}>
    ${bars.counts.map((count, i) => html`<rect x=${i * wide} width=${wide - 0.7} y=${56 - (count / most) * 54} height=${(count / most) * 54} />`)}
  </svg><div class="ends number"><span>${bars.low}</span><span>${bars.high}</span></div>`;
}

/** What is asked of the network whenever it has changed, twice a second at most while training runs. */
function useMoments(name, request) {
  const last = useRef(0);
  const at = status.value;
  const question = () => {
    if (at?.playing && (still.matches || Date.now() - last.current < 500)) return null;
    last.current = Date.now();
    return ask(name, request).catch(() => []);
  };
  return useAnswer(question, [session.value.revision, at?.run, at?.steps, at?.playing, request]) ?? [];
}

function Layers() {
  const layers = useMoments("hist", {});
  return html`<section class="panel layered" aria-labelledby="layers">
    <h2 id="layers">${t("Layer by layer")}</h2>
    <div class="scroll" tabindex="0" role="group" aria-label=${t("Layer by layer")}><table class="layers">
      <thead><tr><th scope="col">${t("layer")}</th><th scope="col">${t("units")}</th><th scope="col">${t("outputs z")}</th><th scope="col">${t("gradient, log₁₀ |dW|")}</th><th scope="col">${t("root mean square of dW")}</th></tr></thead>
      <tbody>${layers.map(({ layer, z, gradient, root_mean_square }) => html`<tr key=${layer} class=${marked.value?.layer === layer ? "marked" : undefined}><th scope="row">${layer}</th>
        <td><${Units} layer=${layer} count=${session.value.widths[layer]} /></td>
        <td><${Bars} bars=${z} label=${t("z of layer {layer}", { layer })} /></td>
        <td>${gradient ? html`<${Bars} bars=${gradient} label=${t("log10 |dW| of layer {layer}", { layer })} />` : html`<span class="soft">–</span>`}</td>
        <td class="number">${root_mean_square || "–"}</td></tr>`)}</tbody>
    </table></div>
  </section>`;
}

function Weights() {
  const blocks = useMoments("weights", { digits: digits.value });
  return html`<section class="panel wide" aria-labelledby="weights">
    <h2 id="weights">${t("Weights")}</h2>
    <div class="scroll" tabindex="0" role="group" aria-label=${t("Weights")}><div class="sheet">${blocks.map((each) => html`<${Matrix} key=${each.name} block=${each} />`)}</div></div>
  </section>`;
}

function Beside() {
  const [rate, setRate] = useState("");
  const at = status.value;
  if (!at?.holds || !at.reached) return null;
  const go = () => command("beside", { learning_rate: Number(rate.replace(",", ".")) || 0 });
  return html`<div class="bar"><label>${t("Same start, other learning rate")} <input class="number" name="other_rate" inputmode="decimal" autocomplete="off" size="8" value=${rate} onInput=${(event) => setRate(event.target.value)} /></label>
    <button type="button" disabled=${!rate.trim()} onClick=${go}>${t("Train beside")}</button></div>`;
}

/** The space bar plays and pauses, unless it has another meaning where the focus is. */
function onKey(event) {
  if (event.key !== " " || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.target.closest("input, select, textarea, button, summary, .scroll")) return;
  event.preventDefault();
  if (!choices.peek()?.refused) toggle();
}

export default function Learn() {
  useEffect(() => {
    const close = listen();
    document.addEventListener("keydown", onKey);
    return () => {
      close();
      document.removeEventListener("keydown", onKey);
    };
  }, []);
  return html`<h1>${t("Train")}</h1>
    <${Recipe} />
    <${Controls} />
    <${Standing} />
    <${Beside} />
    <p class="hidden" role="status" aria-live="polite">${said.value}</p>
    <div class="learn"><${Boundary} /><${Losses} /><${Causes} /><${Layers} /><${Fixes} /><${Sides} /><${Weights} /></div>`;
}
