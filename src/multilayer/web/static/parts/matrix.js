// A vector or a matrix of named cells, as a table.
import { html } from "../vendor/ui.js";

/** The name of a cell: `W(1)[2,3]`, `b(1)[3]`; places counted from 0 within the block. */
export function cellName(block, i, j) {
  const [row, column] = [block.first[0] + i, block.first[1] + j];
  return block.shape.length === 1 ? `${block.name}[${column}]` : `${block.name}[${row},${column}]`;
}

export function Matrix({ block, caption = block.name, cell = (text) => text }) {
  const vector = block.shape.length === 1;
  return html`<table class="matrix">
    <caption>${caption} <span class="soft">(${block.shape.join(", ")}${vector ? "," : ""})</span></caption>
    <thead><tr>${!vector && html`<td></td>`}${block.columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${block.cells.map(
      (row, i) => html`<tr key=${block.first[0] + i}>
        ${!vector && html`<th scope="row">${block.rows[i]}</th>`}
        ${row.map((text, j) => html`<td key=${block.first[1] + j} class="number" data-cell=${cellName(block, i, j)}>${cell(text, i, j)}</td>`)}
      </tr>`,
    )}</tbody>
  </table>`;
}
