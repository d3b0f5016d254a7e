// Points of a plane with a class each, clicked or typed.
import { t } from "../i18n.js";
import { html, useState } from "../vendor/ui.js";
import { HEIGHT, Plot, scales } from "./plot.js";

const SIZE = HEIGHT;
const scale = scales([-1, 1], [-1, 1], SIZE, SIZE);
const CLASSES = ["A", "B", "C", "D"];
const MARKS = ["M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z", "M-5-5H5V5H-5Z", "M0-6L6 5H-6Z", "M0-7L7 0L0 7L-7 0Z"];

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
        ${points.map(([a, b, name]) => html`<path class=${`point class-${CLASSES.indexOf(name)}`} d=${MARKS[CLASSES.indexOf(name)]} transform=${`translate(${scale.x(a)} ${scale.y(b)})`} />`)}
      <//>
    </div>
    <div>
      <fieldset><legend>${t("Class of the next point")}</legend>${CLASSES.map((name, index) => html`<label><input type="radio" name="class" checked=${chosen === name} onChange=${() => choose(name)} /> <svg class="mark" width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true"><path class=${`point class-${index}`} d=${MARKS[index]} /></svg> ${name}</label> `)}</fieldset>
      <form class="bar" onSubmit=${submit}>
        ${["x1", "x2"].map((name, index) => html`<label>${name} <input type="text" inputmode="decimal" size="6" required pattern="\\s*[+\\-\u2212]?\\d*[.,]?\\d+\\s*" title=${t("A number such as 0.25")} value=${typed[index]} onInput=${(event) => type(typed.map((old, i) => (i === index ? event.target.value : old)))} /></label>`)}
        <button>${t("Add the point")}</button>
      </form>
      ${points.length > 0 && html`<div class="scroll points" tabindex="0" role="group" aria-label=${t("The points")}><table class="matrix"><caption>${t("{count} points", { count: points.length })}</caption>
        <thead><tr><th scope="col">x1</th><th scope="col">x2</th><th scope="col">${t("class")}</th><td></td></tr></thead>
        <tbody>${points.map(([a, b, name], index) => html`<tr><td class="number">${a}</td><td class="number">${b}</td><td>${name}</td><td><button type="button" aria-label=${t("Remove point {number}", { number: index + 1 })} onClick=${() => setPoints(points.filter((_, i) => i !== index))}>×</button></td></tr>`)}</tbody></table></div>`}
      <div class="bar">
        <button type="button" class="main" disabled=${new Set(points.map((point) => point[2])).size < 2} onClick=${() => open(csv, "fit")}>${t("Open these points")}</button>
        <button type="button" disabled=${!points.length} onClick=${() => setPoints([])}>${t("Remove all")}</button>
        <span class="soft">${t("at least two classes, each more than once")}</span>
      </div>
    </div>
  </div>`;
}
