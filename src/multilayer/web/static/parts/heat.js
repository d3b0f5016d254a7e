// All weights of a layer as a picture, each a point: blue above zero, orange below. The table beside it is a window of it.
import { ask, attempt, html, letters, t, useEffect, useRef } from "../base.js";
import { colours, mixed, picture } from "./paint.js";
import { lookAtUnit, sheet } from "./sheet.js";

const MOST = 256;

function draw(canvas, bytes, height, width, turned) {
  const [plus, minus, page] = ["--positive", "--negative", "--page"].map(colours(canvas));
  [canvas.width, canvas.height] = turned ? [height, width] : [width, height];
  const ink = (i, j) => {
    const value = bytes[turned ? i * width + j : j * width + i];
    return mixed(page, value < 0 ? minus : plus, Math.sqrt(Math.abs(value) / 127));
  };
  canvas.getContext("2d").putImageData(picture(canvas.width, canvas.height, ink), 0, 0);
}

export function Heat({ layer }) {
  const canvas = useRef();
  const { blocks, look, units } = sheet.value;
  const { number: n, inputs, units: outputs } = layer;
  const turned = letters.value.weights === "oi";
  const [down, along] = [inputs, outputs].map((size) => Math.ceil(size / Math.ceil(size / MOST)));
  useEffect(() => {
    let wanted = true;
    const soon = setTimeout(async () => {
      const found = await attempt(() => ask("heat", { layer: n }));
      if (wanted && found && canvas.current) draw(canvas.current, new Int8Array(found), down, along, turned);
    }, 100); // the numbers come first
    return () => {
      wanted = false;
      clearTimeout(soon);
    };
  }, [blocks[`W(${n})`], n, inputs, outputs, turned]); // an edit of other numbers leaves the block as it is
  const [wide, tall] = turned ? [inputs, outputs] : [outputs, inputs];
  const [width, height] = [Math.max(120, Math.min(8 * wide, 320)), Math.max(120, Math.min(8 * tall, 320))];
  const [x, y] = turned ? [look.units[n - 1], look.units[n]] : [look.units[n], look.units[n - 1]];
  const go = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [j, i] = [((event.clientX - box.left) / box.width) * wide, ((event.clientY - box.top) / box.height) * tall];
    const [input, unit] = turned ? [j, i] : [i, j];
    lookAtUnit(n - 1, Math.max(0, Math.round(input - units / 2)));
    lookAtUnit(n, Math.max(0, Math.round(unit - units / 2)));
  };
  return html`<figure class="heat"><svg class="map" width=${width} height=${height} viewBox=${`0 0 ${wide} ${tall}`} preserveAspectRatio="none" onClick=${go}
      role="img" aria-label=${t("All weights of layer {number}; the table below shows a part of them as numbers.", { number: n })}>
      <foreignObject width=${wide} height=${tall}><canvas ref=${canvas}></canvas></foreignObject>
      <rect class="window" x=${x} y=${y} width=${Math.min(units, wide)} height=${Math.min(units, tall)} />
    </svg>
    <figcaption class="soft">${t("W({number}), all of it: blue is positive, orange negative, the strongest colour {largest}. The frame is what the table shows; press a place to move it.", { number: n, largest: layer.largest })}</figcaption>
  </figure>`;
}
