// What the sheet shows and is asked for: the part that is looked at, and edits of it.
import { ask, attempt, digits, inTurn, refusalOf, Refused, revision, row, signal } from "../base.js";

/** The answer of the endpoint `sheet`, with all blocks that are shown by their names; null until it has arrived. */
export const sheet = signal(null);

/** From which row, layer, and unit of each layer on, counted from 0. */
export const look = signal({ row: 0, layer: 0, units: {} });

/** The unit whose chain is open: { layer, unit }, both counted from 1; null for none. */
export const opened = signal(null);

const asked = () => ({ ...look.value, digits: digits.value });

function take(found, wanted) {
  const had = sheet.peek()?.blocks ?? {};
  if (row.peek() >= found.count) row.value = found.count - 1;
  const open = opened.peek();
  if (open && !(open.unit <= found.widths[open.layer])) opened.value = null;
  const sent = Object.fromEntries(found.blocks.map((block) => [block.name, block]));
  sheet.value = { ...found, asked: wanted, blocks: Object.fromEntries(found.names.map((name) => [name, sent[name] ?? had[name]])) };
}

let waits = false;

/** Fetch what is looked at, after all changes that were asked for before, unless it is here. */
export function refresh() {
  const isHere = () => sheet.peek()?.revision === revision.peek() && sheet.peek().asked === JSON.stringify(asked());
  if (waits || isHere()) return;
  waits = true;
  attempt(() => inTurn(async () => {
    waits = false;
    if (isHere()) return;
    const wanted = JSON.stringify(asked());
    take(await ask("sheet", { look: JSON.parse(wanted) }), wanted);
  }));
}

/** Make edits; the answer is "" or the reason why nothing has changed. */
export const edit = (...edits) => refusalOf(() => inTurn(async () => {
  const wanted = JSON.stringify(asked());
  take(await ask("edit", { edits, look: JSON.parse(wanted) }), wanted);
}));

/** Make edits that have no cell to stand by: a refusal is shown in the line above. */
export const change = (...edits) => attempt(async () => {
  const reason = await edit(...edits);
  if (reason) throw new Refused(reason);
});

/** Look from another unit of a layer on (0: the inputs). */
export const lookAtUnit = (level, first) => (look.value = { ...look.value, units: { ...look.value.units, [level]: first } });

/** Choose a row, counted from 0, and bring it into the window. */
export function choose(index) {
  const { rows, count } = sheet.value;
  row.value = Math.max(0, Math.min(index, count - 1));
  const first = look.value.row;
  if (row.value < first || row.value >= first + rows) look.value = { ...look.value, row: row.value - (row.value % rows) };
}

/** The text of a cell that is shown; "" for one that is not. */
export function textOf(name) {
  const [, of, place] = /^(.+)\[([\d,]+)\]$/.exec(name);
  const block = sheet.value.blocks[of];
  if (!block) return "";
  const numbers = place.split(",").map(Number);
  const [i, j] = block.shape.length === 1 ? [0, numbers[0] - block.first[1]] : [numbers[0] - block.first[0], numbers[1] - block.first[1]];
  return block.cells[i]?.[j] ?? "";
}
