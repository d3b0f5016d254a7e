// What belongs together is lit together: a weight, what goes through it, and where that goes, in tables and in the picture.
import { row, signal } from "../base.js";
import { cellParts } from "./letters.js";
import { sheet } from "./sheet.js";

/** The name of the cell that the pointer or the focus is on; "" for none. */
export const lit = signal("");

/** The cell of an output of a layer, of 0 for the inputs. */
export const outputCell = (level, r, i) => `${level ? `z(${level})` : "x"}[${r},${i}]`;

/** The names of all cells, units (`unit 1,2`) and edges that are lit with a cell. */
function related(name) {
  if (!name) return [];
  const { letter, layer: n, place } = cellParts(name);
  const r = place.length === 2 && letter !== "W" ? place[0] : row.peek() + 1;
  const j = place.at(-1);
  if (letter === "W") return [name, outputCell(n - 1, r, place[0]), `a(${n})[${r},${j}]`, `unit ${n - 1},${place[0]}`, `unit ${n},${j}`];
  if (letter === "a" || letter === "b") {
    const { look, units } = sheet.peek();
    const each = Array.from({ length: units }, (_, k) => look.units[n - 1] + k + 1).map((i) => [`W(${n})[${i},${j}]`, outputCell(n - 1, r, i)]);
    return [`a(${n})[${r},${j}]`, `b(${n})[${j}]`, `unit ${n},${j}`, ...each.flat()];
  }
  if (letter === "x" || letter === "z") return [name, `unit ${n},${j}`, ...(letter === "z" ? [`a(${n})[${r},${j}]`] : [])];
  return [name];
}

/** Light what is on the page of it. */
export function paint(root) {
  for (const element of root.querySelectorAll(".lit")) element.classList.remove("lit");
  const names = related(lit.value).map((name) => `[data-cell="${name}"], [data-lit="${name}"]`);
  for (const element of names.length ? root.querySelectorAll(names.join()) : []) (element.closest("td") ?? element).classList.add("lit");
}

/** What the pointer or the focus is on, as the handler of both. */
export function follow(event) {
  const element = event.target.closest("[data-cell], [data-lit], td");
  const name = element?.dataset.cell ?? element?.dataset.lit ?? element?.querySelector("[data-cell]")?.dataset.cell ?? "";
  if (name.startsWith("unit ")) {
    const [level, i] = name.slice(5).split(",").map(Number);
    lit.value = level ? `a(${level})[${row.peek() + 1},${i}]` : `x[${row.peek() + 1},${i}]`;
  } else if (/^(x|W\(\d+\)|b\(\d+\)|a\(\d+\)|z\(\d+\))\[/.test(name)) lit.value = name;
}
