// Of which rows, and by which loss: what the way back, an update and a check of one's own numbers have in common.
import { html, loss, row, session, signal, span, t } from "../base.js";
import { Choice, Whole } from "./form.js";
import { Pager } from "./grid.js";

const MOST = 64, SHOWN = 16;

/** Inputs and units of large matrices that are shown at once. */
export const SIZE = 12;

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

/** The choice of rows. */
export function Rows() {
  const { rows } = session.value;
  const { first, count } = aim();
  const last = (start) => Math.min(rows, start + MOST);
  const from = (number) => (span.value = { first: number - 1, count: Math.max(1, Math.min(first + count, last(number - 1)) - number + 1) });
  return html`<${Choice} label=${t("Rows")} value=${span.value ? "mean" : "one"} options=${[["one", t("one row")], ["mean", t("the mean of several rows")]]} take=${(of) => (span.value = of === "mean" ? { first: 0, count: Math.min(SHOWN, rows) } : null)} />
    ${span.value
      ? html`<${Whole} key="from" label=${t("from")} min=${1} max=${rows} value=${first + 1} take=${from} />
          <${Whole} key="to" label=${t("to")} min=${first + 1} max=${last(first)} value=${first + count} take=${(number) => (span.value = { first, count: number - first })} />`
      : html`<${Whole} key="row" label=${t("Row")} min=${1} max=${rows} value=${first + 1} take=${(number) => (row.value = number - 1)} />
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
export const Loss = ({ losses, value }) => html`<${Choice} label=${t("Loss")} value=${value} options=${losses} take=${(name) => (loss.value = name)} />`;
