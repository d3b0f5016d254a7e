// A small plot in SVG: axes with ticks, and whatever is drawn in it. What it shows stands in words or a table beside it.
import { html } from "../base.js";

const WIDTH = 640;
export const HEIGHT = 340;
const LEFT = 48, RIGHT = 12, TOP = 10, BOTTOM = 34;

/** Maps numbers to places in the picture: `{ x, y, range }`. */
export function scales([left, right], [bottom, top], width = WIDTH, height = HEIGHT) {
  return {
    x: (value) => LEFT + ((value - left) / (right - left || 1)) * (width - LEFT - RIGHT),
    y: (value) => height - BOTTOM - ((value - bottom) / (top - bottom || 1)) * (height - TOP - BOTTOM),
    range: { left, right, bottom, top, width, height },
  };
}

/** About `count` round numbers from `low` to `high`. */
export function ticks(low, high, count = 6) {
  const raw = (high - low) / count;
  if (!(raw > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((each) => each * power >= raw);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) found.push(k * step);
  return found;
}

const short = (value) => String(Number(value.toPrecision(6)));

/** The path of a line through pairs of numbers. */
export function path(points, { x, y }) {
  return points.map(([a, b], place) => `${place ? "L" : "M"}${x(a).toFixed(2)} ${y(b).toFixed(2)}`).join("");
}

export function Plot({ scale, label, xLabel, yLabel, children, ...rest }) {
  const { left, right, bottom, top, width, height } = scale.range;
  return html`<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label=${label} ...${rest}>
    <g class="ticks">
      ${ticks(left, right).map((value) => html`<g key=${`x${value}`}><path d=${`M${scale.x(value)} ${TOP}V${height - BOTTOM}`} /><text x=${scale.x(value)} y=${height - BOTTOM + 16} text-anchor="middle">${short(value)}</text></g>`)}
      ${ticks(bottom, top, 5).map((value) => html`<g key=${`y${value}`}><path d=${`M${LEFT} ${scale.y(value)}H${width - RIGHT}`} /><text x=${LEFT - 6} y=${scale.y(value) + 4} text-anchor="end">${short(value)}</text></g>`)}
    </g>
    ${children}
    ${xLabel && html`<text class="axis" x=${width - RIGHT} y=${height - 4} text-anchor="end">${xLabel}</text>`}
    ${yLabel && html`<text class="axis" x=${LEFT + 4} y=${TOP + 10}>${yLabel}</text>`}
  </svg>`;
}

/** A histogram, with the ends of its range below. */
export function Bars({ counts, low, high, label }) {
  const most = Math.max(1, ...counts);
  const wide = 160 / counts.length;
  return html`<svg viewBox="0 0 160 56" class="bars" role=${label && "img"} aria-label=${label} aria-hidden=${!label}>
    ${counts.map((count, i) => html`<rect x=${i * wide} width=${wide - 0.7} y=${56 - (count / most) * 54} height=${(count / most) * 54} />`)}
  </svg><div class="ends number"><span>${low}</span><span>${high}</span></div>`;
}

/** The marks of classes, around 0, and their colours: each has a shape of its own, so that colour is not needed. */
export const MARKS = ["M-6 0A6 6 0 1 0 6 0A6 6 0 1 0-6 0Z", "M0-7L7 5H-7Z", "M-5.5-5.5H5.5V5.5H-5.5Z", "M0-7L7 0L0 7L-7 0Z", "M0 7L7-5H-7Z", "M-2-7H2V-2H7V2H2V7H-2V2H-7V-2H-2Z"];
export const COLOURS = ["--negative", "--positive", "--good", "--error", "--note", "--warning"];

export const Mark = ({ group, ...rest }) => html`<path class="point" fill=${`var(${COLOURS[group % COLOURS.length]})`} d=${MARKS[group % MARKS.length]} ...${rest} />`;

/** A mark in a legend. */
export const Key = ({ children }) => html`<svg class="mark" width="16" height="16" viewBox="-9 -9 18 18" aria-hidden="true">${children}</svg>`;
