// The network as a picture: a column of units for each layer, edges by the size and the sign of their weights.
import { html, row, t } from "../base.js";
import { Scroll } from "./pieces.js";
import { cellParts, letter, low } from "./letters.js";
import { lit, outputCell } from "./lit.js";
import { opened, sheet, textOf } from "./sheet.js";

const EDGES = 200;
const [HIGH, GAP, ROOM, DIGIT, TOP] = [38, 10, 96, 6.9, 30];

/** The columns of units that are shown: { level, first, count, width, lines(i), wide }. */
function columns(shown, r) {
  const { widths } = shown;
  const last = widths.length - 1;
  return [shown.look.layer, ...shown.layers.map(({ number }) => number)].map((level) => {
    const first = shown.look.units[level];
    const count = Math.min(shown.units, widths[level] - first);
    const lines = (i) => {
      const out = [level === last && last > 0 ? "y" : level ? letter("z") : "x", outputCell(level, r, i)];
      return level && level > shown.look.layer ? [[letter("a"), `a(${level})[${r},${i}]`], out] : [out];
    };
    const longest = Math.max(...Array.from({ length: count }, (_, i) => Math.max(...lines(first + i + 1).map(([, name]) => textOf(name).length))));
    return { level, first, count, width: widths[level], lines, wide: 40 + DIGIT * Math.max(longest, 3) };
  });
}

/** The unit whose edges are drawn where there are too many for all: the one that is lit, else the one that is open. */
function focused(shown) {
  if (lit.value) {
    const { letter: word, layer, place } = cellParts(lit.value);
    return word === "x" ? [0, place[1]] : [layer, place.at(-1)];
  }
  return opened.value ? [opened.value.layer, opened.value.unit] : [shown.layers[0].number, shown.look.units[shown.layers[0].number] + 1];
}

function Edges({ from, to, layer, place, all, focus }) {
  const largest = Number(layer.largest) || 1;
  const found = [];
  for (let i = from.first + 1; i <= from.first + from.count; i++) {
    for (let j = to.first + 1; j <= to.first + to.count; j++) {
      const mine = (focus[0] === to.level && focus[1] === j) || (focus[0] === from.level && focus[1] === i);
      if (!all && !mine) continue;
      const name = `W(${layer.number})[${i},${j}]`;
      const weight = Number(textOf(name));
      const [x1, y1] = place(from, i);
      const [x2, y2] = place(to, j);
      const d = `M${x1 + from.wide},${y1 + HIGH / 2} L${x2},${y2 + HIGH / 2}`;
      const width = 0.6 + 3.4 * Math.min(Math.abs(weight) / largest, 1);
      found.push(html`<g key=${name} class=${`edge ${weight < 0 ? "minus" : weight > 0 ? "plus" : "zero"}`} data-lit=${name}>
        <path d=${d} stroke-width=${width} /><path class="hit" d=${d} />
      </g>`);
    }
  }
  return found;
}

function Unit({ column, i, x, y }) {
  const lines = column.lines(i);
  const open = () => column.level && (opened.value = { layer: column.level, unit: i });
  return html`<g class="unit" data-lit=${`unit ${column.level},${i}`} transform=${`translate(${x},${y})`} onClick=${open}>
    <rect width=${column.wide} height=${HIGH} rx="8" />
    ${lines.map(([word, name], line) => {
      const down = lines.length === 1 ? 23 : 16 + 15 * line;
      return html`<text x="9" y=${down} class="name">${word + low(i)}</text>
        <text x=${column.wide - 9} y=${down} text-anchor="end" data-cell=${name}>${textOf(name)}</text>`;
    })}
  </g>`;
}

export function Network() {
  const shown = sheet.value;
  const r = row.value + 1;
  const all = columns(shown, r);
  const tall = Math.max(...all.map(({ count }) => count)) * (HIGH + GAP) - GAP;
  const starts = [];
  let right = 0;
  for (const { wide } of all) {
    starts.push(right);
    right += wide + ROOM;
  }
  const place = (column, i) => {
    const down = (tall - column.count * (HIGH + GAP) + GAP) / 2;
    return [starts[all.indexOf(column)], TOP + down + (i - column.first - 1) * (HIGH + GAP)];
  };
  const drawn = all.slice(1).reduce((sum, column, k) => sum + column.count * all[k].count, 0);
  const whole = drawn <= EDGES && all.every(({ count, width }) => count === width);
  const focus = whole ? [] : focused(shown);
  const wide = right - ROOM;
  return html`<figure class="network"><${Scroll} label=${t("Picture of the network")}>
    <svg width=${wide + 2} height=${TOP + tall + 26} viewBox=${`-1 0 ${wide + 2} ${TOP + tall + 26}`} role="img"
        aria-label=${t("The network {widths} as units and edges; the tables below have the same numbers.", { widths: shown.widths.join("-") })}>
      ${all.slice(1).map((to, k) => html`<${Edges} key=${to.level} from=${all[k]} to=${to} layer=${shown.layers[k]} place=${place} all=${whole} focus=${focus} />`)}
      ${all.map((column, k) => html`<g key=${column.level}>
        <text class="head" x=${starts[k]} y="16">${column.level ? t("layer {number}", { number: column.level }) : t("inputs")}</text>
        ${Array.from({ length: column.count }, (_, m) => {
          const i = column.first + m + 1;
          const [x, y] = place(column, i);
          return html`<${Unit} key=${i} column=${column} i=${i} x=${x} y=${y} />`;
        })}
        ${column.count < column.width && html`<text class="head" x=${starts[k]} y=${TOP + tall + 18}>${t("{from}–{to} of {count}", { from: column.first + 1, to: column.first + column.count, count: column.width })}</text>`}
      </g>`)}
    </svg><//>
    <figcaption class="soft">${whole
      ? t("A thick edge is a large weight; a dashed one is negative.")
      : t("The edges of one unit are drawn: point at another one. A thick edge is a large weight; a dashed one is negative.")}</figcaption>
  </figure>`;
}
