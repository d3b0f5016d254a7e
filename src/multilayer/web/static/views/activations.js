// The explorer of activations: curve and derivative, where an activation is saturated, and where the network's own a lie.
import { ask, digits, html, session, t, useAnswer, useState } from "../base.js";
import { Beginnings } from "../parts/beginnings.js";
import { Choice, Field, Text, Tick, taken } from "../parts/form.js";
import { Listing } from "../parts/pieces.js";
import { Plot, path, scales } from "../parts/plot.js";

/** What others are compared with first. */
const OFTEN = ["tanh", "relu", "sigmoid", "gelu"];
const REACHES = [4, 8, 20, 120];
const usual = (name) => ({ name, parameters: {} });
const defaults = (card) => Object.fromEntries(card.parameters.map(({ name, value }) => [name, value]));

export default function Activations() {
  const [shown, setShown] = useState([usual("sigmoid")]);
  const [at, setAt] = useState("1");
  const [reach, setReach] = useState(8);
  const [layer, setLayer] = useState(0);
  const [logarithmic, setLogarithmic] = useState(false);
  const open = session.value;

  const cards = useAnswer(() => ask("activations"), [open.revision]);
  const requests = shown.map((one) => ({ ...one, at: at || "0", reach, digits: digits.value, layer: layer || null, logarithmic }));
  const answers = useAnswer(() => Promise.all(requests.map((each) => ask("activation", each))), [open.revision, requests], true);

  if (!cards || !answers) return null;
  const curves = answers.slice(0, shown.length); // those of what was shown before, until the new ones are there
  const [first, ...others] = shown;
  const card = cards.find(({ name }) => name === first.name);
  const choose = (place, name) => setShown(shown.map((one, i) => (i === place ? usual(name) : one)));
  const own = (number) => {
    setLayer(Number(number));
    const name = open.activations[number - 1];
    if (name) setShown([usual(name), ...others.filter((one) => one.name !== name)]);
  };
  const adjust = (name, value) =>
    setShown([{ ...first, parameters: { ...defaults(card), ...first.parameters, [name]: value } }, ...others]);

  return html`<div class="explorer">
      <section class="chosen" aria-label=${t("Which activation")}>
        ${shown.map((one, place) => html`<div class="choice" key=${place}>
          <span class=${`mark curve-${place}`} aria-hidden="true"></span>
          <select aria-label=${place ? t("Compare with") : t("Activation")} value=${one.name} onChange=${taken((name) => choose(place, name))}>
            ${cards.map(({ name }) => html`<option value=${name}>${name}</option>`)}
          </select>
          ${place > 0 && html`<button aria-label=${t("Remove {name}", { name: one.name })} onClick=${() => setShown(shown.filter((_, i) => i !== place))}>×</button>`}
        </div>`)}
        ${shown.length < OFTEN.length && html`<button onClick=${() => setShown([...shown, usual(OFTEN.find((name) => shown.every((one) => one.name !== name)))])}>${t("Compare with another one")}</button>`}
      </section>
      <section class="known" aria-label=${t("What is known of it")}>
        ${card.parameters.map((each) => html`<${Parameter} key=${first.name + each.name} parameter=${each} value=${first.parameters[each.name] ?? each.value} onChange=${adjust} />`)}
        <${Facts} card=${card} />
      </section>
      <section class="curve">
        <${Picture} shown=${shown} curves=${curves} reach=${reach} at=${Number(at)} onAt=${setAt} logarithmic=${logarithmic} />
        <div class="controls">
          <${Text} label="a =" inputmode="decimal" size="8" value=${at} take=${(text) => setAt(text.replace(",", ".").replace("−", "-"))} />
          <input type="range" aria-label=${t("a, the weighted sum")} min=${-reach} max=${reach} step=${reach / 200} value=${Number(at) || 0} onInput=${taken(setAt)} />
          <${Choice} label=${t("Width")} value=${reach} options=${REACHES.map((each) => [each, `±${each}`])} take=${(width) => setReach(Number(width))} />
          <${Tick} label=${t("tails: powers of ten")} checked=${logarithmic} take=${setLogarithmic} />
          <${Choice} label=${t("The network's own a")} value=${layer} options=${[[0, t("none")], ...open.activations.map((_, n) => [n + 1, `a(${n + 1})`])]} take=${own} />
        </div>
        <${Numbers} shown=${shown} curves=${curves} />
      </section>
    </div>
    <${Beginnings} />`;
}

function Parameter({ parameter, value, onChange }) {
  const { name, low, high, limits } = parameter;
  return html`<div class="parameter">
    <${Field} label=${name} type="number" step="any" value=${value} title=${limits} data-parameter=${name} take=${(text) => text && onChange(name, Number(text))} />
    <input type="range" aria-label=${name} min=${low} max=${high} step=${(high - low) / 200} value=${value} onInput=${taken((text) => onChange(name, Number(text)))} />
  </div>`;
}

function Facts({ card }) {
  const fact = (name, text) => html`<dt>${name}</dt><dd>${text}</dd>`;
  return html`<dl class="facts">${fact("h(a)", html`<code>${card.formula}</code>`)}${fact("h′(a)", html`<code>${card.derivative}</code>`)}${card.facts.map((each) => fact(...each))}</dl>
    ${card.remarks.map((remark) => html`<p>${remark}</p>`)}
    ${card.traps && html`<details><summary>${t("Traps")}</summary><p>${card.traps}</p></details>`}`;
}

function Picture({ shown, curves, reach, at, onAt, logarithmic }) {
  const values = curves.flatMap(({ value, slope }) => [...value, ...slope]).flat().map(([, y]) => y).filter((y) => logarithmic || Math.abs(y) <= reach);
  const low = Math.min(-0.25, ...values), high = Math.max(1.1, ...values);
  const scale = scales([-reach, reach], logarithmic ? [low, high] : [Math.max(low, -4), Math.min(high, 4)]);
  const { bottom, top, height } = scale.range;
  const [{ regions, overlay }] = curves;
  const most = overlay ? Math.max(1, ...overlay.counts) : 1;
  const move = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = ((event.clientX - box.left) / box.width) * scale.range.width;
    const a = -reach + ((place - scale.x(-reach)) / (scale.x(reach) - scale.x(-reach))) * 2 * reach;
    if (event.buttons && Math.abs(a) <= reach) onAt(String(Number(a.toFixed(2))));
  };
  const name = shown.map((one) => one.name).join(", ");
  return html`<${Plot} scale=${scale} xLabel="a" yLabel=${logarithmic ? "log₁₀ |h|" : ""} label=${t("h(a), solid, and h′(a), dashed: {name}; the numbers stand below", { name })} onPointerDown=${move} onPointerMove=${move}>
    <clipPath id="inside"><rect x=${scale.x(-reach)} y=${scale.y(top)} width=${scale.x(reach) - scale.x(-reach)} height=${scale.y(bottom) - scale.y(top)} /></clipPath>
    <g clip-path="url(#inside)">
      ${regions.map(({ low: from, high: to, span }) => html`<rect class="saturated" data-from=${from} data-to=${to} x=${scale.x(span[0])} y=${scale.y(top)} width=${scale.x(span[1]) - scale.x(span[0])} height=${scale.y(bottom) - scale.y(top)} />`)}
      ${overlay && overlay.counts.map((count, i) => {
        const tall = (count / most) * (height - 60) * 0.6;
        return html`<rect class="bar" x=${scale.x(overlay.edges[i])} width=${Math.max(1, scale.x(overlay.edges[i + 1]) - scale.x(overlay.edges[i]) - 1)} y=${scale.y(bottom) - tall} height=${tall} />`;
      })}
      <path class="zero" d=${`M${scale.x(-reach)} ${scale.y(0)}H${scale.x(reach)}M${scale.x(0)} ${scale.y(bottom)}V${scale.y(top)}`} />
      ${curves.map(({ value, slope }, place) => html`<g key=${place} class=${`curve-${place}`}>
        ${value.map((piece) => html`<path class="value" d=${path(piece, scale)} />`)}
        ${slope.map((piece) => html`<path class="slope" d=${path(piece, scale)} />`)}
      </g>`)}
      ${Number.isFinite(at) && html`<path class="at" d=${`M${scale.x(at)} ${scale.y(bottom)}V${scale.y(top)}`} />`}
    </g>
  <//>`;
}

function Numbers({ shown, curves }) {
  const [{ shaded, overlay }] = curves;
  const most = curves.map(({ cursor }) => cursor).reduce((one, other) => (other.length > one.length ? other : one));
  return html`<${Listing} label=${t("The numbers at this a")} heads=${["", ...most.map(([, head]) => head)]}>${curves.map(({ cursor }, place) => html`<tr key=${place}><th scope="row">${shown[place].name}</th>
        ${most.map(([name], k) => html`<td data-cell=${`${name}[${place + 1}]`}>${cursor[k]?.[2] ?? "–"}</td>`)}</tr>`)}<//>
    <p>${shaded}</p>
    ${overlay && html`<p>${overlay.about} ${overlay.saturated !== null && html`${t("Saturated:")} <b data-cell="saturated">${overlay.saturated}</b>`}</p>`}`;
}
