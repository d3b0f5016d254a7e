// Learning curves: loss, validation loss and the metric by epoch, as a picture and as a table.
import { html, t, useEffect, useRef, useState } from "../base.js";
import uPlot from "../vendor/uplot.js";
import { Tick } from "./form.js";
import { Heads, Part, Scroll } from "./pieces.js";
import { curves, metricName, status } from "./training.js";

const HIGH = 260;

/** Every so many entries, about twelve, and the last. */
const thinned = (list) => list.filter((_, k) => k % Math.ceil(list.length / 12) === 0 || k === list.length - 1);

/** The curves with a common axis: [epochs, loss, validation, before]. */
function aligned({ now, before }) {
  const epochs = [...new Set([...now.epochs, ...before.epochs])].sort((a, b) => a - b);
  const along = (names, values) => {
    const found = new Map(names.map((epoch, k) => [epoch, values[k] === undefined ? null : Number(values[k])]));
    return epochs.map((epoch) => found.get(epoch) ?? null);
  };
  return [epochs, along(now.epochs, now.loss), along(now.epochs, now.validation_loss), along(before.epochs, before.loss)];
}

function made(element, log, width) {
  const style = getComputedStyle(element);
  const ink = (name) => style.getPropertyValue(name).trim();
  const axis = { stroke: ink("--soft"), grid: { stroke: ink("--line"), width: 1 }, ticks: { stroke: ink("--line") } };
  const line = (stroke, more) => ({ stroke: ink(stroke), spanGaps: true, points: { show: false }, ...more });
  const options = {
    width,
    height: HIGH,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: log ? { distr: 3 } : {} },
    axes: [{ ...axis, size: 34 }, { ...axis, size: 62 }],
    series: [{}, line("--link", { width: 2 }), line("--negative", { width: 2, dash: [6, 4] }), line("--soft", { width: 1.5, dash: [2, 3] })],
    hooks: { draw: [(plot) => mark(plot, ink("--ink"))] },
  };
  return new uPlot(options, aligned(curves.peek()), element);
}

/** A line where training stands, if that is not the end of the curve. */
function mark(plot, ink) {
  const at = status.peek();
  if (!at || at.epoch >= at.reached) return;
  const x = plot.valToPos(at.epoch, "x", true);
  const { ctx: context, bbox } = plot;
  context.save();
  context.strokeStyle = ink;
  context.beginPath();
  context.moveTo(x, bbox.top);
  context.lineTo(x, bbox.top + bbox.height);
  context.stroke();
  context.restore();
}

function Chart({ log }) {
  const holder = useRef(null);
  const plot = useRef(null);
  useEffect(() => {
    const draw = () => {
      plot.current?.destroy();
      plot.current = made(holder.current, log, holder.current.clientWidth);
    };
    draw();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    const sized = new ResizeObserver(() => holder.current && holder.current.clientWidth !== plot.current.width && plot.current.setSize({ width: holder.current.clientWidth, height: HIGH }));
    sized.observe(holder.current);
    return () => {
      scheme.removeEventListener("change", draw);
      sized.disconnect();
      plot.current.destroy();
    };
  }, [log]);
  const drawn = useRef(0);
  const at = status.value;
  useEffect(() => {
    if (at?.playing && Date.now() - drawn.current < 200) return;
    drawn.current = Date.now();
    plot.current?.setData(aligned(curves.value));
  }, [curves.value, at?.epoch, at?.playing]);
  return html`<div class="chart" ref=${holder} aria-hidden="true"></div>`;
}

/** A few rows of the curves: what a picture cannot say to everybody. */
function CurveTable({ curve, caption }) {
  const rows = thinned(curve.epochs.map((_, k) => k));
  const kinds = [["loss", t("loss")], ["validation_loss", t("validation loss")], ["metric", metricName(status.value?.metric_name)]].filter(([kind]) => curve[kind].length);
  return html`<table class="matrix"><caption>${caption}</caption>
    <${Heads} of=${[t("epoch"), ...kinds.map(([, head]) => head)]} />
    <tbody>${rows.map((k) => html`<tr key=${curve.epochs[k]}><th scope="row">${curve.epochs[k]}</th>${kinds.map(([kind]) => html`<td>${curve[kind][k]}</td>`)}</tr>`)}</tbody></table>`;
}

export function Losses() {
  const [log, setLog] = useState(false);
  const [open, setOpen] = useState(false);
  const { now, before } = curves.value;
  return html`<${Part} id="losses" title=${t("Loss by epoch")} class="panel">
    ${now.epochs.length ? html`<${Chart} log=${log} />` : html`<p class="soft">${t("The curve begins with the first epoch.")}</p>`}
    <p class="soft keys"><span class="key line1">${t("loss")}</span>${now.validation_loss.length > 0 && html`<span class="key line2">${t("validation loss")}</span>`}${before.epochs.length > 0 && html`<span class="key line3">${t("before, learning rate {rate}", { rate: before.learning_rate })}</span>`}
      <${Tick} label=${t("logarithmic")} checked=${log} take=${setLog} /></p>
    <details onToggle=${(event) => setOpen(event.currentTarget.open)}><summary>${t("The curves as numbers")}</summary>${open && html`<${Scroll} label=${t("The curves as numbers")}>
      <${CurveTable} curve=${now} caption=${t("This training")} />
      ${before.epochs.length > 0 && html`<${CurveTable} curve=${before} caption=${t("The training before, from the same start")} />`}
    <//>`}</details>
  <//>`;
}
