// Points of a plane with a class each, clicked or typed.
import { html, t, useState } from "../base.js";
import { Text } from "./form.js";
import { Heads, Scroll } from "./pieces.js";
import { HEIGHT, Key, Mark, Plot, scales } from "./plot.js";

const SIZE = HEIGHT;
const scale = scales([-1, 1], [-1, 1], SIZE, SIZE);
const CLASSES = ["A", "B", "C", "D"];

/** The number at a place of the picture, from -1 to 1, with two decimals. */
function place(event) {
  const box = event.currentTarget.getBoundingClientRect();
  const at = (offset, length, low, high) => {
    const pixels = (offset / length) * SIZE;
    return Math.min(Math.max(-1 + (2 * (pixels - low)) / (high - low), -1), 1).toFixed(2);
  };
  return [at(event.clientX - box.left, box.width, scale.x(-1), scale.x(1)), at(event.clientY - box.top, box.height, scale.y(-1), scale.y(1))];
}

export function Draw({ open }) {
  const [points, setPoints] = useState([]);
  const [chosen, choose] = useState("A");
  const [typed, type] = useState(["", ""]);
  const add = (point) => setPoints([...points, [...point, chosen]]);
  const submit = (event) => {
    event.preventDefault();
    add(typed.map((text) => text.trim().replace(",", ".").replace("\u2212", "-")));
    type(["", ""]);
  };
  const csv = ["x1,x2,class", ...points.map((point) => point.join(","))].join("\n");
  return html`<div class="draw">
    <div class="plane" onClick=${(event) => add(place(event))}>
      <${Plot} scale=${scale} label=${t("The plane of x1 and x2: click to add a point of class {name}", { name: chosen })} xLabel="x1" yLabel="x2">
        ${points.map(([a, b, name]) => html`<${Mark} group=${CLASSES.indexOf(name)} transform=${`translate(${scale.x(a)} ${scale.y(b)})`} />`)}
      <//>
    </div>
    <div>
      <fieldset><legend>${t("Class of the next point")}</legend>${CLASSES.map((name, index) => html`<label><input type="radio" name="class" checked=${chosen === name} onChange=${() => choose(name)} /> <${Key}><${Mark} group=${index} /><//> ${name}</label> `)}</fieldset>
      <form class="bar" onSubmit=${submit}>
        ${["x1", "x2"].map((name, index) => html`<${Text} label=${name} inputmode="decimal" size="6" required pattern="\\s*[+\\-\u2212]?\\d*[.,]?\\d+\\s*" title=${t("A number such as 0.25")} value=${typed[index]} take=${(text) => type(typed.map((old, i) => (i === index ? text : old)))} />`)}
        <button>${t("Add the point")}</button>
      </form>
      ${points.length > 0 && html`<${Scroll} class="points" label=${t("The points")}><table class="matrix"><caption>${t("{count} points", { count: points.length })}</caption>
        <${Heads} of=${["x1", "x2", t("class"), ""]} />
        <tbody>${points.map(([a, b, name], index) => html`<tr><td class="number">${a}</td><td class="number">${b}</td><td>${name}</td><td><button aria-label=${t("Remove point {number}", { number: index + 1 })} onClick=${() => setPoints(points.filter((_, i) => i !== index))}>×</button></td></tr>`)}</tbody></table><//>`}
      <div class="bar">
        <button class="main" disabled=${new Set(points.map((point) => point[2])).size < 2} onClick=${() => open(csv, "fit")}>${t("Open these points")}</button>
        <button disabled=${!points.length} onClick=${() => setPoints([])}>${t("Remove all")}</button>
        <span class="soft">${t("at least two classes, each more than once")}</span>
      </div>
    </div>
  </div>`;
}
