// Keep and share: a link, files, tables, and the network as code.
import { ask, attempt, html, letters, row, session, t, useAnswer, useEffect, useState } from "../base.js";
import { makeLink } from "../link.js";
import { Choice } from "../parts/form.js";
import { Scroll } from "../parts/pieces.js";
import { save } from "../parts/keep.js";

const copy = (text, say) => navigator.clipboard.writeText(text).then(() => say(t("Copied.")), () => say(t("The browser does not allow copying; select the text and copy it.")));

function Link() {
  const made = useAnswer(makeLink, [session.value.revision, letters.value]);
  const [said, say] = useState("");
  useEffect(() => say(""), [made]);
  return html`<section><h2>${t("Link")}</h2>
    <p class="soft">${t("The link holds the network, how it is trained, and which rows were made; it never holds rows of your own. In another studio it is pasted under Open.")}</p>
    ${made && (made.link
      ? html`<div class="bar"><input class="wide" type="text" readonly aria-label=${t("Link")} value=${made.link} onFocus=${(event) => event.target.select()} />
          <button class="main" onClick=${() => copy(made.link, say)}>${t("Copy the link")}</button></div>
          ${!made.hasRows && html`<p>${t("The rows are your own, so the link leaves them out.")}</p>`}`
      : html`<p>${t("The network is too large for a link; save it as a file.")}</p>`)}
    <p role="status" class="soft">${said}</p>
  </section>`;
}

function Files() {
  const keep = (endpoint, request, name) => () => attempt(() => ask(endpoint, request)).then((content) => content && save(content, name));
  const tables = session.value.activations.map((_, n) => n + 1);
  return html`<section><h2>${t("Files")}</h2>
    <p class="soft">${t("Every file holds all digits, so that it is read back bit for bit.")}</p>
    <div class="bar">
      <button onClick=${keep("keep_network", { format: "json" }, "network.json")}>${t("Network as JSON")}</button>
      <button onClick=${keep("keep_network", { format: "safetensors" }, "network.safetensors")}>${t("Network as safetensors")}</button>
      <button onClick=${keep("keep_table", { name: "rows" }, "rows.csv")}>${t("Rows as CSV")}</button>
    </div>
    ${tables.map((layer) => html`<div class="bar" key=${layer}><span>${t("Layer {number} as CSV", { number: layer })}</span>
      ${["W", "b", "a", "z"].map((name) => html`<button key=${name} aria-label=${t("{name} as CSV", { name: `${name}(${layer})` })} onClick=${keep("keep_table", { name, layer }, `${name}${layer}.csv`)}>${name}(${layer})</button>`)}</div>`)}
  </section>`;
}

function Code() {
  const [form, setForm] = useState("matrix");
  const request = { form, ...letters.value, row: row.value };
  const code = useAnswer(() => ask("code", request), [session.value.revision, request]);
  const [said, say] = useState("");
  useEffect(() => say(""), [code]);
  const forms = [["matrix", t("NumPy, with matrices")], ["unrolled", t("NumPy, number by number")], ["multilayer", t("multilayer")]];
  return html`<section class="code"><h2>${t("As code")}</h2>
    <p class="soft">${t("The program computes y as the page shows it; the first two kinds need NumPy alone.")}</p>
    <div class="bar"><${Choice} label=${t("Kind")} value=${form} options=${forms} take=${setForm} />
      <button disabled=${!code} onClick=${() => copy(code, say)}>${t("Copy the code")}</button>
      <button disabled=${!code} onClick=${() => save(code, "network.py", "text/x-python")}>${t("Save as network.py")}</button>
      <span role="status" class="soft">${said}</span></div>
    ${code && html`<${Scroll} class="panel" label=${t("The program")}><pre><code>${code}</code></pre><//>`}
  </section>`;
}

export default function Keep() {
  return html`<div class="ways"><${Link} /><${Files} /><${Code} /></div>`;
}
