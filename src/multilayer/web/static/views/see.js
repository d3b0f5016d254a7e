// The sheet: every number of the network for the rows, by its name; each can be changed, and everything follows.
import { digits, html, lang, letters, revision, row, t, useEffect, useLayoutEffect, useMemo, useRef, useSignalEffect } from "../base.js";
import { LayerControls } from "../parts/controls.js";
import { Cell, pasted } from "../parts/cell.js";
import { Chain } from "../parts/chain.js";
import { Equation } from "../parts/equation.js";
import { Choice, Whole } from "../parts/form.js";
import { Grid, Pager, reading, shapeOf } from "../parts/grid.js";
import { Heat } from "../parts/heat.js";
import { blockName, called, letter, low } from "../parts/letters.js";
import { follow, lit, paint } from "../parts/lit.js";
import { Network } from "../parts/network.js";
import { change, choose, edit, look, lookAtUnit, opened, refresh, sheet, textOf } from "../parts/sheet.js";

const sizeOf = (block) => Math.max(3, ...block.cells.flat().map((text) => text.length)) + 1;

/** A cell that is an input, and says what it is called. */
function editable(name, text, size) {
  const [of, place] = name.slice(0, -1).split("[");
  const label = ["x", "target"].includes(of) && place.includes(",") ? t("{name}, row {row}", { name: called(name), row: parseInt(place) }) : called(name);
  return html`<${Cell} key=${name} name=${name} label=${label} text=${text} size=${size}
    commit=${(typed) => edit({ do: "number", cell: name, text: typed, called: label })} />`;
}

/** Change as many cells as there are numbers, all or none. */
function paste(event) {
  const cells = pasted(event);
  if (cells.length) change(...cells.map(([cell, text]) => ({ do: "number", cell: cell.dataset.cell, text, called: cell.ariaLabel })));
}

/** A cell that opens the chain of its unit. */
const opening = (name, text) => {
  const [r, j] = name.split("[")[1].slice(0, -1).split(",").map(Number);
  const layer = Number(/\d+/.exec(name)[0]);
  const isOpen = opened.value?.layer === layer && opened.value.unit === j && row.value === r - 1;
  return html`<button class="cell" aria-expanded=${isOpen} aria-label=${t("{name} = {number}, row {row}: how it comes about", { name: called(name), number: text, row: r })}
    onClick=${() => {
      choose(r - 1);
      opened.value = isOpen ? null : { layer, unit: j };
    }}><span data-cell=${name}>${text}</span></button>`;
};

/** The number of a row, which chooses it; by the keyboard a row is chosen in its field above. */
const rowHead = (number) => html`<button class="row" tabindex="-1" aria-pressed=${row.value === number - 1} aria-label=${t("Choose row {row}", { row: number })} onClick=${() => choose(number - 1)}>${number}</button>`;

function Table({ block, cell, caption = blockName(block.name), row: heads = null, column = null, note, ...rest }) {
  const rowed = heads === rowHead;
  const size = cell === editable && sizeOf(block);
  const context = [letters.value, lang.value, rowed && row.value, caption, note, opened.value];
  const kept = useMemo(() => new Map(), [size, ...context]); // a cell whose text is the same is not made again
  const made = (name, text) => {
    if (kept.get(name)?.text !== text) kept.set(name, { text, cell: cell(name, text, size) });
    return kept.get(name).cell;
  };
  return useMemo(
    () => html`<${Grid} block=${block} label=${caption} caption=${caption} chosen=${rowed ? row.value + 1 : 0} row=${heads} column=${column}
      paste=${cell === editable ? paste : undefined} cell=${made} ...${rest} />`,
    [block, ...context],
  );
}

/** The heads of numbers of a letter: x_1, a_2. */
const heads = (word) => (number) => word + low(number);

/** The names of columns, where they have some of their own. */
const named = (word, block) => (number) => {
  const name = block.columns[number - block.first[1]];
  return [String(number), `x${number}`].includes(name) ? word + low(number) : name;
};

/** What goes into the first layer that is shown: the rows, or the outputs of a layer that is not. */
function Inputs() {
  const { blocks, look: seen, units, widths } = sheet.value;
  const level = seen.layer;
  const block = level ? blocks[`z(${level})`] : blocks.x;
  return html`<section class="inputs"><h2>${level ? t("Outputs of layer {number}", { number: level }) : t("Rows of x")}</h2>
    ${!level && html`<${LayerControls} level=${0} />`}
    <${Pager} what=${level ? t("units") : t("inputs")} first=${seen.units[level]} size=${units} count=${widths[level]} go=${(first) => lookAtUnit(level, first)} />
    <${Table} block=${block} cell=${level ? reading : editable} row=${rowHead} column=${level ? heads(letter("z")) : named("x", block)} />
  </section>`;
}

function LayerSection({ layer }) {
  const { blocks, look: seen, meaning, target, units, widths } = sheet.value;
  const n = layer.number;
  const [W, b, a, z] = ["W", "b", "a", "z"].map((word) => blocks[`${word}(${n})`]);
  const last = n === widths.length - 1;
  const swapped = letters.value.weights === "oi";
  const from = n === 1 ? heads("x") : heads(letter("z"));
  const to = heads(letter("a"));
  const outs = last ? named("y", z) : heads(letter("z"));
  return html`<section class="layer" aria-labelledby=${`layer-${n}`}>
    <h2 id=${`layer-${n}`}>${t("Layer {number}", { number: n })} <span class="soft number">${layer.inputs} → ${layer.units}</span></h2>
    <${LayerControls} level=${n} layer=${layer} />
    <${Equation} layer=${layer} />
    <${Pager} what=${t("units")} first=${seen.units[n]} size=${units} count=${layer.units} go=${(first) => lookAtUnit(n, first)} />
    <div class="sheet">
      ${layer.inputs * layer.units > 200 && html`<${Heat} layer=${layer} />`}
      <${Table} block=${W} cell=${editable} transposed=${swapped} row=${swapped ? to : from} column=${swapped ? from : to} note=${swapped}
        caption=${`W(${n})`} shape=${shapeOf(swapped ? [...W.shape].reverse() : W.shape)} />
      <${Table} block=${b} cell=${editable} column=${to} />
      <${Table} block=${a} cell=${opening} row=${rowHead} column=${to} />
      <${Table} block=${z} cell=${reading} row=${rowHead} column=${outs} caption=${last ? `y = ${letter("z")}(${n})` : undefined} />
      ${last && blocks.class && html`<${Table} block=${blocks.class} cell=${reading} transposed row=${rowHead} shape="" caption=${meaning === "each" ? t("largest") : t("class")} />`}
      ${last && blocks.target && html`<${Table} block=${blocks.target} cell=${editable} transposed=${blocks.target.shape.length === 1} row=${rowHead} shape=""
        column=${blocks.target.shape.length === 1 ? undefined : outs} caption=${target ?? t("target")} />`}
    </div>
    ${opened.value?.layer === n && html`<${Chain} key=${opened.value.unit} layer=${n} unit=${opened.value.unit} />`}
  </section>`;
}

/** Which letters the reader's book has. */
function Letters() {
  const used = letters.value;
  const set = (name) => (value) => (letters.value = { ...used, [name]: value });
  const shape = used.weights === "io" ? t("(inputs, units)") : t("(units, inputs)");
  return html`<details class="help"><summary>${t("Letters of your book: {sum}, {output}, {weight}, W {shape}", { sum: letter("a"), output: letter("z"), weight: used.index === "ij" ? "wᵢⱼ" : "wⱼᵢ", shape })}</summary>
    <div class="bar">
      <${Choice} label=${t("Sum and output")} value=${used.sums} take=${set("sums")} options=${[["az", "a, z"], ["za", "z, a"]]} />
      <${Choice} label=${t("Weight from i to j")} value=${used.index} take=${set("index")} options=${[["ij", "wᵢⱼ"], ["ji", "wⱼᵢ"]]} />
      <${Choice} label=${t("Shape of W")} value=${used.weights} take=${set("weights")} options=${[["io", t("(inputs, units)")], ["oi", t("(units, inputs)")]]} />
    </div></details>`;
}

function RowChooser() {
  const { count, rows, look: seen } = sheet.value;
  return html`<div class="bar rows">
    <${Whole} label=${t("Row")} min=${1} max=${count} value=${row.value + 1} take=${(number) => choose(number - 1)} />
    <span class="soft">${t("of {count}", { count })}</span>
    <${Pager} what=${t("rows")} first=${seen.row} size=${rows} count=${count} go=${choose} />
  </div>`;
}

/** The name and the number of what is lit. */
function Readout() {
  const name = lit.value;
  return html`<p class="readout number" aria-hidden="true">${name && textOf(name) ? `${called(name)} = ${textOf(name)}` : "\u00a0"}</p>`;
}

export default function See() {
  const root = useRef();
  useEffect(() => void (sheet.value && choose(row.value)), [row.value, !sheet.value]);
  useSignalEffect(() => {
    void [revision.value, digits.value, look.value];
    refresh();
  });
  useEffect(() => () => (opened.value = null), []);
  const frame = useRef(0);
  const paintSoon = () => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => root.current && sheet.value && paint(root.current));
  };
  useLayoutEffect(paintSoon);
  useSignalEffect(() => {
    void [lit.value, row.value, opened.value];
    paintSoon();
  });
  const ready = sheet.value;
  const { layers = [], look: seen } = ready ?? {};
  return html`<div ref=${root} data-revision=${ready?.revision} onMouseOver=${follow} onFocusIn=${follow}>
    ${ready && html`<${Letters} /><${RowChooser} />
      <${Pager} what=${t("layers")} first=${seen.layer} size=${layers.length} count=${ready.widths.length - 1} go=${(layer) => (look.value = { ...look.value, layer })} />
      <div class="top-of-sheet"><div><${Network} /><${Readout} /></div><${Inputs} /></div>
      ${layers.map((layer) => html`<${LayerSection} key=${layer.number} layer=${layer} />`)}`}
  </div>`;
}
