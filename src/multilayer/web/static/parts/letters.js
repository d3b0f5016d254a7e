// How things are called: the letters of the page follow the reader's book, the names of cells stay.
import { letters } from "../state.js";
import { html } from "../vendor/ui.js";

/** The letter of a canonical one: a and z change places where the reader's book has them so. */
export function letter(name) {
  return letters.value.sums === "za" ? ({ a: "z", z: "a" }[name] ?? name) : name;
}

/** What a block is called: "a(1)" or "z(1)". */
export const blockName = (name) => letter(name[0]) + name.slice(1);

/** The parts of a cell's name: "W(1)[2,3]" is { letter: "W", layer: 1, place: [2, 3] }. */
export function cellParts(name) {
  const [, word, layer, place] = /^(\w+)(?:\((\d+)\))?\[([\d,]+)\]$/.exec(name);
  return { letter: word, layer: layer ? Number(layer) : 0, place: place.split(",").map(Number) };
}

/** The index of a weight from i to j: "23" or "32", with a comma where one of them has two digits. */
export function weightIndex(i, j) {
  return (letters.value.index === "ij" ? [i, j] : [j, i]).join(i > 9 || j > 9 ? "," : "");
}

/** What a cell is called, apart from its row: "w_23(1)", "a_3(1)", "x_2". */
export function cellCalled(name) {
  const { letter: word, layer, place } = cellParts(name);
  const of = layer ? `(${layer})` : "";
  if (word === "W") return `w_${weightIndex(...place)}${of}`;
  return `${letter(word)}_${place.at(-1)}${of}`;
}

/** A letter with its index set low. */
export function Called({ name }) {
  const [word, index, of] = /^(\w+?)_([\d,]+)(.*)$/.exec(name)?.slice(1) ?? [name];
  return html`<span class="called"><i>${word}</i>${index && html`<sub>${index}</sub>`}${of}</span>`;
}

/** x W + b, as it is written: where W is (units, inputs) its transpose is meant. */
export function affine(n, source) {
  const transposed = letters.value.weights === "oi" ? "ᵀ" : "";
  return `${letter("a")}(${n}) = ${source} W(${n})${transposed} + b(${n})`;
}

/** What goes into a layer: x, or the outputs of the layer before. */
export const sourceName = (n) => (n === 1 ? "x" : `${letter("z")}(${n - 1})`);

/** A formula of a, in the reader's letter. */
export const ofLetter = (formula) => formula.replace(/\ba(?=\b|_[ij])/g, letter("a"));

/** Text with names and formulas in the reader's letters: "da(2) = dz(2) · h'(a(2))". */
export const inLetters = (text) => text.replace(/\b(d?)([az])(?=\b|_)/g, (_, d, word) => d + letter(word));
