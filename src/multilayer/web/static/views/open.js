// Open: networks and rows of one's own, from files, pasted text, by hand, or made.
import { ask, attempt, html, inTurn, problem, signal, t, useAnswer, useState, view } from "../base.js";
import { openHash } from "../link.js";
import { Draw } from "../parts/draw.js";
import { Choice, Text, taken } from "../parts/form.js";
import { Scroll } from "../parts/pieces.js";

const MAX_FILE = 5 * 2 ** 20; // in base64 within the server's limit

/** What was decided when something was opened, as sentences; and the table whose target is asked. */
const notes = signal([]);
const asked = signal(null);

/** The bytes of a file or a text, in base64. */
const base64 = (content) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([content]));
  });

/** Ask an endpoint that opens something, and show what it says. */
async function open(name, request) {
  notes.value = [];
  const answer = await attempt(() => inTurn(() => ask(name, request)));
  if (!answer) return null;
  notes.value = answer.notes ?? [];
  asked.value = answer.table ? { ...answer.table, given: request } : null;
  return answer;
}

/** Open a file, or text without a name. */
async function openContent(content, name, activations = {}) {
  if (content.size > MAX_FILE) {
    problem.value = t("{name}: expected a file of at most {most} MB, found {found} MB; start the studio with it: multilayer studio NETWORK DATA.csv", { name: name || t("the text"), most: 5, found: Math.ceil(content.size / 2 ** 20) });
    return;
  }
  await open("open_given", { data: await base64(content), name, ...activations });
}

/** Open pasted text; a link is text, too. */
function openText(text, activations) {
  if (!/^\s*(https?:\S*)?#v=\S+\s*$/.test(text)) return openContent(new Blob([text]), "", activations);
  return attempt(() => openHash(text.trim(), []));
}

const openTable = (text, network) => base64(text).then((data) => open("open_table", { data, name: "points.csv", targets: [2], network }));

/** Which network the rows are shown with. */
const Network = (props) =>
  html`<${Choice} label=${t("Network")} ...${props} options=${[["fit", t("the open one where it fits, else a new one")], ["keep", t("the open one")], ["new", t("a new one")]]} />`;

function Activations({ names, value, change }) {
  return html`<${Choice} label=${t("Hidden layers")} value=${value.hidden} take=${(hidden) => change({ ...value, hidden })} options=${names} />
    <${Choice} label=${t("Output layer")} value=${value.output} take=${(output) => change({ ...value, output })} options=${names} />`;
}

function Presets({ presets }) {
  return html`<section><h2>${t("Begin with an example")}</h2>
    <ul class="cards">${presets.map(({ name, title }) => html`<li key=${name}><button type="button" onClick=${() => open("preset", { name }).then((found) => found && (notes.value = [t("{title} is open.", { title })]))}>${title}</button></li>`)}</ul>
  </section>`;
}

/** The first rows of a table, and the question which column is the target. */
function Target() {
  const { names, numeric, rows, first, target, given } = asked.value;
  const [chosen, choose] = useState(target ?? -1);
  const [network, setNetwork] = useState("fit");
  const submit = (event) => {
    event.preventDefault();
    open("open_table", { data: given.data, name: given.name, targets: chosen < 0 ? [] : [chosen], network });
  };
  return html`<form class="panel target" onSubmit=${submit} aria-label=${t("Which column is the target?")}>
    <h2>${t("Which column is the target?")}</h2>
    <p class="soft">${t("{count} rows. The target is what the network is to learn; the other columns of numbers are its inputs.", { count: rows })}</p>
    <${Scroll} label=${t("The first rows")}><table class="matrix">
      <thead><tr>${names.map((name, place) => html`<th scope="col"><label><input type="radio" name="target" checked=${chosen === place} onChange=${() => choose(place)} /> ${name} ${!numeric[place] && html`<span class="soft">${t("text")}</span>`}</label></th>`)}</tr></thead>
      <tbody>${first.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
    </table><//>
    <p><label><input type="radio" name="target" checked=${chosen < 0} onChange=${() => choose(-1)} /> ${t("There is no target: only look.")}</label></p>
    <div class="bar"><${Network} value=${network} take=${setNetwork} /><button class="main">${t("Open these rows")}</button></div>
  </form>`;
}

const PASTED = "W1 = np.array([[0.1, 0.3], [0.2, 0.4]])\nb1 = np.array([0.1, 0.2])";

function Files({ activations }) {
  const [text, setText] = useState("");
  const [over, setOver] = useState(false);
  const [chosen, choose] = useState({ hidden: "sigmoid", output: "sigmoid" });
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) openContent(file, file.name);
  };
  return html`<section><h2>${t("Open a file, or paste")}</h2>
    <div class=${`drop ${over ? "over" : ""}`} onDragOver=${(event) => (event.preventDefault(), setOver(true))} onDragLeave=${() => setOver(false)} onDrop=${drop}>
      <label class="button">${t("Drop a file here, or choose one")}<input class="hidden" type="file" accept=".json,.safetensors,.csv,.txt,.tsv" onChange=${(event) => {
        const [file] = event.target.files;
        if (file) openContent(file, file.name);
        event.target.value = "";
      }} /></label>
      <p class="soft">${t("A network is a .json or .safetensors file, a table is a CSV file. Nothing leaves this machine, and no code of a file is run.")}</p>
    </div>
    <label>${t("Or paste: NumPy text, a network, rows, a table, a link")}
      <textarea rows="4" spellcheck=${false} placeholder=${PASTED} value=${text} onInput=${taken(setText)}></textarea></label>
    <div class="bar"><${Activations} names=${activations} value=${chosen} change=${choose} />
      <button type="button" class="main" disabled=${!text.trim()} onClick=${() => openText(text, chosen)}>${t("Open the text")}</button></div>
  </section>`;
}

function Generate({ generators }) {
  const [made, make] = useState({ name: generators[0].name, count: generators[0].count, seed: 0, noise: generators[0].noise, choice: "" });
  const [network, setNetwork] = useState("fit");
  const generator = generators.find(({ name }) => name === made.name);
  const number = (key, label, limits) =>
    html`<${Text} label=${label} type="number" required min="0" ...${limits} value=${made[key]} take=${(text) => make({ ...made, [key]: text })} />`;
  const submit = (event) => {
    event.preventDefault();
    open("open_generated", { rows: { by: "generator", ...made, count: Number(made.count), seed: Number(made.seed), noise: Number(made.noise) }, network });
  };
  return html`<section><h2>${t("Make rows")}</h2><form class="bar" onSubmit=${submit}>
    <${Choice} label=${t("Kind")} value=${made.name} options=${generators.map(({ name, title }) => [name, title])} take=${(name) => {
      const { count, noise } = generators.find((each) => each.name === name);
      make({ ...made, name, count, noise, choice: "" });
    }} />
    ${generator.choices.length > 1 && html`<${Choice} label=${t("Variant")} value=${made.choice || generator.choices[0]} options=${generator.choices} take=${(choice) => make({ ...made, choice })} />`}
    ${number("count", t("Rows"), { min: 1, max: 5000 })} ${number("noise", t("Noise"), { max: 10, step: "any" })} ${number("seed", t("Seed"))}
    <${Network} value=${network} take=${setNetwork} /><button class="main">${t("Make these rows")}</button>
  </form></section>`;
}

function Blank({ activations }) {
  const [widths, setWidths] = useState("2-4-3");
  const [seed, setSeed] = useState(0);
  const [chosen, choose] = useState({ hidden: "tanh", output: "sigmoid" });
  const submit = (event) => {
    event.preventDefault();
    open("open_blank", { widths: (widths.match(/\d+/g) ?? []).map(Number), ...chosen, seed: Number(seed) });
  };
  return html`<section><h2>${t("Make a new network")}</h2><form class="bar" onSubmit=${submit}>
    <${Text} label=${t("Inputs, hidden units, outputs")} size="12" value=${widths} pattern="\\s*\\d+(\\D+\\d+)+\\s*" required title=${t("Numbers such as 2-4-3")} take=${setWidths} />
    <${Activations} names=${activations} value=${chosen} change=${choose} />
    <${Text} label=${t("Seed")} type="number" min="0" required value=${seed} take=${setSeed} />
    <button class="main">${t("Make this network")}</button>
  </form></section>`;
}

export default function Open() {
  const choices = useAnswer(() => ask("choices"), []);
  const presets = useAnswer(() => ask("presets"), []);
  if (!choices || !presets) return null;
  return html`<div class="said" role="status">${notes.value.map((note) => html`<p>${note}</p>`)}
      ${notes.value.length > 0 && Object.entries({ see: t("See"), learn: t("Train") }).map(([id, title]) => html`<button type="button" onClick=${() => (view.value = id)}>${title}</button> `)}</div>
    ${asked.value && html`<${Target} key=${asked.value.given.data} />`}
    <div class="ways">
      <${Presets} presets=${presets} />
      <${Files} activations=${choices.activations} />
      <${Generate} generators=${choices.generators} />
      <${Blank} activations=${choices.activations} />
      <section><h2>${t("Draw rows")}</h2><${Draw} open=${openTable} /></section>
    </div>`;
}
