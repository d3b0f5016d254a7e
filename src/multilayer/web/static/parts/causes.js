// Why it does not learn: findings while training, the diagnosis at its end, and remedies to try.
import { act, ask, html, session, signal, t, useAnswer, useEffect, useRef } from "../base.js";
import { Listing, Part, Scroll } from "./pieces.js";
import { findings, metricName, speed, status, trains } from "./training.js";

/** The layer and the units of the finding that is open. */
export const marked = signal(null);

const severity = { error: () => t("Error"), warning: () => t("Warning"), note: () => t("Note") };

function Finding({ found }) {
  const part = (label, text) => text && html`<dt>${label}</dt><dd>${text}</dd>`;
  const open = (event) => {
    if (event.target.open) marked.value = found;
    else if (marked.value?.key === found.key) marked.value = null;
  };
  return html`<li class=${found.severity}><details onToggle=${open}><summary><b>${severity[found.severity]()}:</b> ${found.title}</summary>
    <dl>${part(t("Where"), found.where)}${part(t("Found"), found.evidence)}${part(t("To do"), found.advice)}</dl></details></li>`;
}

const List = ({ found }) => html`<ul class="findings">${found.map((each) => html`<${Finding} key=${each.key} found=${each} />`)}</ul>`;

export function Causes() {
  const at = status.value;
  const training = trains();
  const question = () => (training ? Promise.resolve(null) : at?.playing ? null : ask("diagnosis"));
  const known = useAnswer(question, [session.value.revision, at?.run, at?.ended, at?.playing, at?.outcomes]);
  useEffect(() => () => (marked.value = null), []);
  const [verdict, asked] = [useRef(), useRef(false)];
  useEffect(() => {
    if (known && asked.current) verdict.current.focus(); // the button that had the focus is gone
    asked.current = false;
  }, [known]);
  const diagnose = () => {
    asked.current = true;
    act("diagnose");
  };
  const now = Object.values(findings.value);
  return html`<${Part} id="causes" title=${t("What the diagnosis finds")} class="panel causes">
    ${known
      ? html`<p class="verdict" tabindex="-1" ref=${verdict}>${known.verdict}</p><${List} found=${known.findings} />
        <details><summary>${t("As multilayer diagnose prints it")}</summary><${Scroll} label=${t("As multilayer diagnose prints it")}><pre>${known.text}</pre><//></details>`
      : html`${at?.holds && now.length ? html`<${List} found=${now} />` : html`<p class="soft">${training ? t("So far nothing keeps it from learning.") : t("While training runs, what keeps it from learning is named here; at its end there is a verdict.")}</p>`}
        ${!training && html`<button disabled=${at?.task === "diagnosis"} onClick=${diagnose}>${t("Diagnose the network as it is")}</button>`}`}
  <//>`;
}

/** The units of a layer, those of the open finding lit. */
export function Units({ layer, count }) {
  const lit = marked.value?.layer === layer ? marked.value.units : null;
  const all = lit && !lit.length;
  return html`<span class="units" role="img" aria-label=${lit ? (all ? t("The whole layer is lit.") : t("Lit: units {units}", { units: lit.join(", ") })) : t("{count} units", { count })}>
    ${Array.from({ length: Math.min(count, 60) }, (_, k) => html`<i key=${k} class=${all || lit?.includes(k + 1) ? "lit" : undefined} data-unit=${`${layer},${k + 1}`}></i>`)}${count > 60 ? "…" : ""}
  </span>`;
}

export function Fixes() {
  const at = status.value;
  const known = useAnswer(() => ask("fixes", { action: "show" }), [at?.outcomes]);
  const trying = at?.task === "fixes";
  const go = (action, more = {}) => act("fixes", { action, ...more });
  const apply = async ({ remedy, change }) => (await go("apply", { remedy, change, speed: speed.value })) && document.querySelector(".play").focus();
  return html`<${Part} id="fixes" title=${t("Try remedies")} class="panel wide">
    <div class="bar"><button onClick=${() => go(trying ? "cancel" : "try")}>${trying ? t("Stop trying") : t("Try remedies")}</button>
      <span class="soft">${trying ? t("The network is trained again with each remedy, three times …") : t("Trains from the same start with each remedy, and ranks them by what they gain.")}</span></div>
    ${known && !trying && html`<p class="verdict">${known.verdict}.</p>
      <${Listing} class="fixes" label=${t("Remedies by their gain")} heads=${[t("remedy"), t("gain"), t("from – to"), metricName(known.metric), ""]}>${known.fixes.map((fix) => html`<tr key=${fix.change} class=${fix.helps ? "helps" : undefined}><th scope="row">${fix.change}<br /><code class="soft">${fix.call}</code></th>
          <td>${fix.gain}</td><td>${fix.low} – ${fix.high}</td><td>${fix.score}</td>
          <td><button aria-label=${t("Apply: {change}", { change: fix.change })} onClick=${() => apply(fix)}>${t("Apply")}</button></td></tr>`)}
          <tr><th scope="row">${t("as it is")}</th><td></td><td></td><td>${known.before}</td><td></td></tr><//>
      ${known.remarks.map((remark) => html`<p class="soft">${remark}</p>`)}`}
  <//>`;
}
