// A block as a table of named cells: numbers to be read, to be changed, or to be opened.
import { html, t, useLayoutEffect, useRef } from "../base.js";
import { moveByKeys, stopOnce } from "./cell.js";
import { Heads, Scroll } from "./pieces.js";

/** Buttons that move a window over more than it holds; `go(first)` with the first that is shown, counted from 0. */
export function Pager({ first, size, count, go, what }) {
  if (count <= size) return null;
  const to = (next) => go(Math.max(0, Math.min(next, count - size)));
  return html`<span class="pager">
    <button aria-label=${t("Earlier: {what}", { what })} disabled=${first === 0} onClick=${() => to(first - size)}>‹</button>
    <span class="number">${t("{what} {from}–{to} of {count}", { what, from: first + 1, to: first + size, count })}</span>
    <button aria-label=${t("Later: {what}", { what })} disabled=${first + size >= count} onClick=${() => to(first + size)}>›</button>
  </span>`;
}

/** The name of a cell: `W(1)[2,3]`, `b(1)[3]`; places counted from 0 within the block. */
export function cellName(block, i, j) {
  const [row, column] = [block.first[0] + i, block.first[1] + j];
  return block.shape.length === 1 ? `${block.name}[${column}]` : `${block.name}[${row},${column}]`;
}

/** A shape as Python writes it: "(4, 3)", "(3,)". */
export const shapeOf = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

/** A number to be read. */
export const reading = (name, text) => html`<span data-cell=${name}>${text}</span>`;

/** `row(number, i)` and `column(number, j)` give the heads, of numbers counted from 1; null for none. `cell(name, text, i, j)` is what
 * stands in a cell. */
export function Grid({ block, caption = block.name, label = block.name, shape = shapeOf(block.shape), cell = reading, paste, transposed = false, chosen = 0,
  row = block.shape.length === 1 ? null : (_, i) => block.rows[i], column = (_, j) => block.columns[j] }) {
  const [height, width] = [block.cells.length, block.cells[0]?.length ?? 0];
  const [above, left] = transposed ? [height, width] : [width, height];
  const [down, along] = transposed ? [block.first[1], block.first[0]] : block.first;
  const table = useRef();
  useLayoutEffect(() => stopOnce(table.current));
  const upTo = (count) => Array.from({ length: count }, (_, k) => k);
  return html`<${Scroll} label=${label}><table class="matrix" ref=${table} onKeyDown=${moveByKeys} onPaste=${paste}>
    <caption>${caption} <span class="soft">${shape}</span></caption>
    ${column && html`<${Heads} of=${[...(row ? [""] : []), ...upTo(above).map((j) => column(along + j, j))]} />`}
    <tbody>${upTo(left).map(
      (i) => html`<tr key=${down + i} class=${chosen === down + i ? "chosen" : undefined}>
        ${row && html`<th scope="row">${row(down + i, i)}</th>`}
        ${upTo(above).map((j) => {
          const place = transposed ? [j, i] : [i, j];
          return html`<td key=${along + j}>${cell(cellName(block, ...place), block.cells[place[0]][place[1]], i, j)}</td>`;
        })}
      </tr>`,
    )}</tbody>
  </table><//>`;
}
