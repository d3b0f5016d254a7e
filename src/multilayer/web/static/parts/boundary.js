// The output over a plane of two inputs, as colours with a line where it turns; the rows are drawn on it.
import { ask, html, session, t, useAnswer, useEffect, useRef, useSignalEffect } from "../base.js";
import { Choice } from "./form.js";
import { colours, mixed, picture } from "./paint.js";
import { Part } from "./pieces.js";
import { COLOURS, Key, MARKS, Mark } from "./plot.js";
import { chosen, codes, status } from "./training.js";

const SHAPES = MARKS.map((mark) => new Path2D(mark));
const SIDE = 340;

export const still = matchMedia("(prefers-reduced-motion: reduce)");

/** The places where the answer changes, as ends of short lines in points of the plane, two by two. */
function contour(size, answers, levels) {
  const ends = [];
  const share = (from, to) => (levels ? levels[from] / (levels[from] - levels[to]) : 0.5);
  for (let j = 0; j + 1 < size; j++) {
    for (let i = 0; i + 1 < size; i++) {
      const k = j * size + i;
      const [a, b, c, d] = [answers[k], answers[k + 1], answers[k + size + 1], answers[k + size]];
      if (a === b && b === c && c === d) continue;
      const met = [];
      if (a !== b) met.push([i + share(k, k + 1), j]);
      if (b !== c) met.push([i + 1, j + share(k + 1, k + size + 1)]);
      if (c !== d) met.push([i + share(k + size, k + size + 1), j + 1]);
      if (d !== a) met.push([i, j + share(k, k + size)]);
      ends.push(...met.slice(0, met.length & ~1));
    }
  }
  return ends;
}

/** Paint the codes of a plane (`Surface.codes` of plane.py): the colours, the line between answers, the rows. */
export function paint(canvas, plane, codes) {
  const { size } = plane;
  const context = canvas.getContext("2d");
  const colour = colours(canvas);
  const page = colour("--page");
  const several = plane.kind === "classes";
  const answers = codes.map((code) => (several ? code / 100 : code > 0));
  const tones = several ? codes : codes.map((code) => code / 327);
  const inks = (several ? COLOURS : ["--negative", "--positive"]).map(colour);
  const shades = {};
  const shade = (k) => mixed(page, inks[answers[k] % inks.length], several ? 0.25 + 0.004 * (tones[k] % 100) : 0.0075 * Math.abs(tones[k]));
  const ink = (k) => (shades[tones[k]] ??= shade(k));
  const small = new OffscreenCanvas(size, size);
  small.getContext("2d").putImageData(picture(size, size, (i, j) => ink((size - 1 - j) * size + i)), 0, 0);
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  context.beginPath();
  contour(size, answers, several ? null : codes).forEach(([i, j], k) => {
    const at = [((i + 0.5) / size) * canvas.width, canvas.height - ((j + 0.5) / size) * canvas.height];
    if (k % 2) context.lineTo(...at);
    else context.moveTo(...at);
  });
  context.strokeStyle = `rgb(${colour("--ink")})`;
  context.lineWidth = 1.5;
  context.stroke();
  context.drawImage(drawn(plane, canvas, colour), 0, 0);
}

const pictures = new WeakMap();

/** The picture of the rows of a plane, which stay while values change. */
function drawn(plane, { width, height }, colour) {
  const [page, ink] = ["--page", "--ink"].map((name) => `rgb(${colour(name)})`);
  const key = [width, height, page, ink].join();
  if (pictures.get(plane)?.key !== key) {
    const rows = new OffscreenCanvas(width, height);
    draw(rows.getContext("2d"), rows, plane, page, ink);
    pictures.set(plane, { key, rows });
  }
  return pictures.get(plane).rows;
}

/** The rows: the mark of a class, a ring without one. */
function draw(context, canvas, plane, page, ink) {
  const size = plane.points.length <= 30 ? 1.2 : canvas.width < 200 ? 0.45 : 0.7;
  for (const { x, y, target } of plane.points) {
    const shape = SHAPES[plane.kind === "number" || target === null ? 0 : target % SHAPES.length];
    const [right, down] = [(x - plane.left) / (plane.right - plane.left), 1 - (y - plane.bottom) / (plane.top - plane.bottom)];
    context.setTransform(size, 0, 0, size, right * canvas.width, down * canvas.height);
    context.fillStyle = target === null ? page : ink;
    context.strokeStyle = target === null ? ink : page;
    context.lineWidth = 2;
    context.fill(shape);
    context.stroke(shape);
  }
}

export function Boundary() {
  const canvas = useRef(null);
  const frame = useRef(0);
  const { first, second, row } = chosen.value;
  const { about, rows, widths, input_names: inputs } = session.value;
  const found = useAnswer(() => ask("plane", chosen.value), [chosen.value, about, rows, widths], true);
  const draw = () => {
    const [shown, waits] = [codes.value, status.value?.playing && still.matches];
    cancelAnimationFrame(frame.current);
    if (!waits && found && shown?.length === found.size ** 2) frame.current = requestAnimationFrame(() => canvas.current && paint(canvas.current, found, shown));
  };
  useSignalEffect(draw);
  useEffect(draw, [found]);

  const choose = (name, label) => html`<${Choice} label=${label} value=${chosen.value[name]} options=${inputs.slice(0, 200).map((input, k) => [k, input])} take=${(k) => (chosen.value = { ...chosen.value, [name]: Number(k) })} />`;
  return html`<${Part} id="boundary" title=${t("What the network answers")} class="panel">
    <canvas class="plane" ref=${canvas} width=${SIDE} height=${SIDE} role="img" aria-label=${found ? t("The output over {first} (to the right) and {second} (upwards), with {rows} rows drawn on it. The rows and their outputs stand in the view See.", { first: inputs[first], second: inputs[second] ?? inputs[first], rows: found.rows }) : t("The output over two inputs")}></canvas>
    ${found && html`<p class="soft">${found.names.slice(0, SHAPES.length).map((name, k) => html`<span class="key"><${Key}><${Mark} group=${k} /><//> ${name}</span>`)} ${found.meaning}</p>`}
    ${inputs.length > 2 && html`<div class="bar">
      ${choose("first", t("To the right"))} ${choose("second", t("Upwards"))}
      <${Choice} label=${t("Others at")} value=${row ?? ""} options=${[["", t("their means")], ...Array.from({ length: Math.min(session.value.rows, 50) }, (_, k) => [k, t("row {row}", { row: k + 1 })])]}
        take=${(k) => (chosen.value = { ...chosen.value, row: k === "" ? null : Number(k) })} />
    </div>`}
    ${still.matches && html`<p class="soft">${t("Motion is reduced: the pictures follow when training pauses.")}</p>`}
  <//>`;
}
