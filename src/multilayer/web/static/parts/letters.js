// How things are called: the letters of the page follow the reader's book, the names of cells stay.
import { letters, t } from "../base.js";

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

/** A number as an index: "₁₂". */
export const low = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");

/** The index of a weight from i to j: "₂₃" or "₃₂", with a comma where one of them has two digits. */
function weightIndex(i, j) {
  return (letters.value.index === "ij" ? [i, j] : [j, i]).map(low).join(i > 9 || j > 9 ? "," : "");
}

/** What a cell is called, apart from its row: "w₂₃(1)", "a₃(1)", "x₂". */
export function called(name) {
  const { letter: word, layer, place } = cellParts(name);
  return `${word === "W" ? `w${weightIndex(...place)}` : (named(word) ?? letter(word)) + low(place.at(-1))}${layer ? `(${layer})` : ""}`;
}

/** What stands before and behind a number in a product. */
export const around = (number) => (number.startsWith("-") ? ["(", ")"] : ["", ""]);

/** x W + b, as it is written: where W is (units, inputs) its transpose is meant. */
export function affine(n, source) {
  const transposed = letters.value.weights === "oi" ? "ᵀ" : "";
  return `${letter("a")}(${n}) = ${source} W(${n})${transposed} + b(${n})`;
}

/** What goes into a layer: x, or the outputs of the layer before. */
export const sourceName = (n) => (n === 1 ? "x" : `${letter("z")}(${n - 1})`);

const named = (name) => ({ loss: t("loss"), "mean loss": t("mean loss"), target: t("target") })[name];

/** Text with names and formulas in the reader's letters: "da(2) = dz(2) · h'(a(2))"; arrays without a letter in words. */
export const inLetters = (text) => text.replace(/^(mean loss|loss|target)(?=$|\[)/, named).replace(/\b(d?)([az])(?=\b|_)/g, (_, d, word) => d + letter(word));
