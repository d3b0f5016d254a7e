// A block as a table of named cells: numbers to be read, to be changed, or to be opened.
import { t } from "../i18n.js";
import { html } from "../vendor/ui.js";
import { moveByArrows } from "./cell.js";
import { cellName } from "./matrix.js";

/** Buttons that move a window over more than it holds; `go(first)` with the first that is shown, counted from 0. */
export function Pager({ first, size, count, go, what }) {
  if (count <= size) return null;
  const to = (next) => go(Math.max(0, Math.min(next, count - size)));
  return html`<span class="pager">
    <button type="button" aria-label=${t("Earlier: {what}", { what })} disabled=${first === 0} onClick=${() => to(first - size)}>‹</button>
    <span class="number">${t("{what} {from}–{to} of {count}", { what, from: first + 1, to: first + size, count })}</span>
    <button type="button" aria-label=${t("Later: {what}", { what })} disabled=${first + size >= count} onClick=${() => to(first + size)}>›</button>
  </span>`;
}

/** `row(i)` and `column(j)` give the heads, of numbers counted from 1; `cell(name, text, i, j)` what stands in a cell. */
export function Grid({ block, caption, shape, row, column, cell, paste, transposed = false, chosen = 0, label }) {
  const [height, width] = [block.cells.length, block.cells[0]?.length ?? 0];
  const [above, left] = transposed ? [height, width] : [width, height];
  const at = (i, j) => (transposed ? [j, i] : [i, j]);
  const rows = Array.from({ length: left }, (_, i) => i);
  const columns = Array.from({ length: above }, (_, j) => j);
  const [down, along] = transposed ? [block.first[1], block.first[0]] : block.first;
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${label}><table class="matrix" onKeyDown=${moveByArrows} onPaste=${paste}>
    <caption>${caption} <span class="soft">${shape}</span></caption>
    ${column && html`<thead><tr>${row && html`<td></td>`}${columns.map((j) => html`<th scope="col">${column(along + j, j)}</th>`)}</tr></thead>`}
    <tbody>${rows.map(
      (i) => html`<tr key=${down + i} class=${chosen === down + i ? "chosen" : undefined}>
        ${row && html`<th scope="row">${row(down + i, i)}</th>`}
        ${columns.map((j) => {
          const [k, l] = at(i, j);
          const name = cellName(block, k, l);
          return html`<td key=${along + j}>${cell(name, block.cells[k][l], i, j)}</td>`;
        })}
      </tr>`,
    )}</tbody>
  </table></div>`;
}
