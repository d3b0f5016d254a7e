// Training: play, pause, a batch, an epoch, back to any epoch; what the network answers, its curves, its layers.
import { ask, digits, html, session, t, useAnswer, useEffect, useRef, useState } from "../base.js";
import { Boundary, still } from "../parts/boundary.js";
import { Causes, Fixes, Units, marked } from "../parts/causes.js";
import { Choice, Text } from "../parts/form.js";
import { Listing, Part } from "../parts/pieces.js";
import { Grid } from "../parts/grid.js";
import { Losses } from "../parts/losses.js";
import { Bars } from "../parts/plot.js";
import { Recipe, choices } from "../parts/recipe.js";
import { Sides } from "../parts/sides.js";
import { command, listen, said, speed, status, toggle, trains } from "../parts/training.js";

const SPEEDS = [2, 10, 50, 200];

/** The place in training; while one moves it, it stands where it was put. */
function Scrub({ epoch, reached }) {
  const [wanted, setWanted] = useState(null);
  const at = status.value;
  useEffect(() => {
    if (wanted !== null && (at?.epoch === wanted || !at?.holds) && !at.playing) setWanted((now) => (now === wanted ? null : now)); // it may have moved on
  }, [wanted, at]);
  const seek = async (epoch) => {
    setWanted(epoch);
    if (!(await command("seek", { epoch }))) setWanted(null);
  };
  return html`<label class="scrub">${t("Epoch")} <input type="range" min="0" max=${reached} value=${wanted ?? epoch} disabled=${!reached} aria-valuetext=${t("Epoch {epoch} of {epochs}", { epoch, epochs: at?.epochs ?? 0 })} onInput=${(event) => seek(Number(event.target.value))} /></label>`;
}

function Controls() {
  const at = status.value;
  const canTrain = !choices.value?.refused;
  const reached = at?.holds ? at.reached : 0;
  const epoch = at?.holds ? at.epoch : 0;
  return html`<div class="bar controls" role="group" aria-label=${t("Training")}>
    <button class="main play" disabled=${!canTrain} aria-keyshortcuts="Space" onClick=${toggle}>${trains() ? t("Pause") : t("Play")}</button>
    <button disabled=${!canTrain} onClick=${() => command("batch")}>${t("One batch")}</button>
    <button disabled=${!canTrain} onClick=${() => command("epoch")}>${t("One epoch")}</button>
    <button disabled=${!at?.holds || (!at.steps && !reached)} onClick=${() => command("seek", { epoch: 0 })}>${t("Rewind")}</button>
    <${Scrub} epoch=${epoch} reached=${reached} />
    <${Choice} label=${t("Speed")} value=${speed.value ?? "all"} options=${[...SPEEDS.map((count) => [count, t("{count} epochs a second", { count })]), ["all", t("as fast as it goes")]]} take=${(count) => {
      speed.value = Number(count) || null;
      if (trains()) command("play");
    }} />
  </div>`;
}

function Standing() {
  const at = status.value;
  return at && html`<dl class="standing">${at.numbers.map(([label, name, text]) => html`<div key=${name}><dt>${label}</dt><dd class="number" data-cell=${name}>${text}</dd></div>`)}</dl>
    <p class="soft ending">${at.note}</p>`;
}

const described = (what, bars) => t("{what}: from {low} to {high}, mean {mean}, standard deviation {std}", { what, ...bars });

/** What is asked of the network whenever it has changed; while training runs, twice a second at most, and if it is in sight. */
function useMoments(name, request) {
  const last = useRef(0);
  const isSeen = () => {
    const { top, bottom } = document.getElementById(name).getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const at = status.value;
  const question = () => {
    if (at?.playing && (still.matches || Date.now() - last.current < 500 || !isSeen())) return null;
    last.current = Date.now();
    return ask(name, request).catch(() => []);
  };
  return useAnswer(question, [session.value.revision, at?.run, at?.steps, at?.playing, request]) ?? [];
}

function Layers() {
  const layers = useMoments("hist", {});
  return html`<${Part} id="hist" title=${t("Layer by layer")} class="panel layered">
    <${Listing} class="layers" label=${t("Layer by layer")} heads=${[t("layer"), t("units"), t("outputs z"), t("gradient, log₁₀ |dW|"), t("root mean square of dW")]}>${layers.map(({ layer, z, gradient, root_mean_square }) => html`<tr key=${layer} class=${marked.value?.layer === layer ? "marked" : undefined}><th scope="row">${layer}</th>
        <td><${Units} layer=${layer} count=${session.value.widths[layer]} /></td>
        <td><${Bars} ...${z} label=${described(t("z of layer {layer}", { layer }), z)} /></td>
        <td>${gradient ? html`<${Bars} ...${gradient} label=${described(t("log10 |dW| of layer {layer}", { layer }), gradient)} />` : html`<span class="soft">–</span>`}</td>
        <td class="number">${root_mean_square || "–"}</td></tr>`)}<//>
  <//>`;
}

function Weights() {
  const blocks = useMoments("weights", { digits: digits.value });
  const isPart = blocks.some(({ shape, cells }) => cells.length * cells[0].length < shape.reduce((one, other) => one * other));
  return html`<${Part} id="weights" title=${t("Weights")} class="panel wide">${isPart && html`<p class="soft">${t("Of large layers a part is shown; the view See has all numbers.")}</p>`}<div class="sheet">${blocks.map((each) => html`<${Grid} key=${each.name} block=${each} />`)}</div><//>`;
}

function Beside() {
  const [rate, setRate] = useState("");
  const at = status.value;
  if (!at?.holds || !at.reached) return null;
  const go = () => command("beside", { learning_rate: Number(rate.replace(",", ".")) || 0 });
  return html`<div class="bar"><${Text} label=${t("Same start, other learning rate")} class="number" name="other_rate" inputmode="decimal" size="8" value=${rate} take=${setRate} />
    <button disabled=${!rate.trim()} onClick=${go}>${t("Train beside")}</button></div>`;
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
  return html`<${Recipe} />
    <${Controls} />
    <${Standing} />
    <${Beside} />
    <p class="hidden" role="status" aria-live="polite">${said.value}</p>
    <div class="learn"><${Boundary} /><${Losses} /><${Causes} /><${Layers} /><${Fixes} /><${Sides} /><${Weights} /></div>`;
}
