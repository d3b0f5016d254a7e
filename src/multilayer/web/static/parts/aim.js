// Of which rows, and by which loss: what the way back, an update and a check of one's own numbers have in common.
import { t } from "../i18n.js";
import { row, session } from "../state.js";
import { html, signal } from "../vendor/ui.js";
import { Pager } from "./grid.js";

const MOST = 64, SHOWN = 16;

/** Inputs and units of large matrices that are shown at once. */
export const SIZE = 12;

/** The loss that was chosen; "" for the one that belongs to the output. */
export const loss = signal("");

/** The rows whose mean is taken: { first, count }, from 0; null for the one row that is looked at. */
export const span = signal(null);

/** The part of large matrices that is shown, from this input and this unit on, counted from 0. */
export const part = signal({ row: 0, column: 0 });

/** It, as endpoints take it. */
export const shownPart = () => ({ ...part.value, rows: SIZE, columns: SIZE });

/** The rows and the loss, as endpoints take them. */
export function aim() {
  const { rows } = session.value;
  const of = span.value ?? { first: row.value, count: 1 };
  const first = Math.min(of.first, rows - 1);
  return { first, count: Math.min(of.count, rows - first), loss: loss.value };
}

const whole = (event) => Math.trunc(Number(event.target.value) || 1);

/** The choice of rows. */
export function Rows() {
  const { rows } = session.value;
  const { first, count } = aim();
  const between = (low, value, high) => Math.max(low, Math.min(value, high));
  const from = (value) => {
    const start = between(1, value, rows) - 1;
    span.value = { first: start, count: between(1, first + count - start, Math.min(MOST, rows - start)) };
  };
  return html`<label>${t("Rows")} <select value=${span.value ? "mean" : "one"} onChange=${(event) => (span.value = event.target.value === "mean" ? { first: 0, count: Math.min(SHOWN, rows) } : null)}>
      <option value="one">${t("one row")}</option><option value="mean">${t("the mean of several rows")}</option>
    </select></label>
    ${span.value
      ? html`<label>${t("from")} <input type="number" min="1" max=${rows} value=${first + 1} onChange=${(event) => from(whole(event))} /></label>
          <label>${t("to")} <input type="number" min=${first + 1} max=${Math.min(rows, first + MOST)} value=${first + count} onChange=${(event) => (span.value = { first, count: between(1, whole(event) - first, Math.min(MOST, rows - first)) })} /></label>`
      : html`<label>${t("Row")} <input type="number" min="1" max=${rows} value=${first + 1} onChange=${(event) => (row.value = between(1, whole(event), rows) - 1)} /></label>
          <span class="soft">${t("of {count}", { count: rows })}</span>`}`;
}

/** Moves the part of large matrices that is shown. */
export function Part() {
  const { widths } = session.value;
  const move = (name) => (first) => (part.value = { ...part.value, [name]: first });
  return html`<${Pager} what=${t("inputs")} first=${part.value.row} size=${SIZE} count=${Math.max(...widths.slice(0, -1))} go=${move("row")} />
    <${Pager} what=${t("units")} first=${part.value.column} size=${SIZE} count=${Math.max(...widths)} go=${move("column")} />`;
}

/** The choice of a loss among those that fit. */
export function Loss({ losses, value }) {
  return html`<label>${t("Loss")} <select value=${value} onChange=${(event) => (loss.value = event.target.value)}>${losses.map((name) => html`<option>${name}</option>`)}</select></label>`;
}
