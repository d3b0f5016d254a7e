"""The text of a JavaScript module around the kernels and networks of a model of a table."""

from __future__ import annotations

from multilayer.exchange.source.javascript_text import DENSE

__all__ = ["END", "MAIN", "TOP", "TYPES"]

TOP = """\
// {origin}
//
//     import {{ predict, classify }} from "./{name}.mjs";
//     predict({{ name: value, ... }})     {answer}
//     classify({{ name: value, ... }})    the class, or null where there are no classes
//     node {name}.mjs --self-test
//
// A row is an object or an array: the columns of columnNames, as numbers, texts and dates. A value is missing where it
// is null, undefined, NaN, or a text of gaps. {exactness}

export const columnNames = {columns};
export const kinds = {kinds};
export const categories = {categories};
export const classNames = {class_names};
export const gaps = {gaps};
"""

END = (
    DENSE
    + """
{members}

const is_gap = (cell) => cell === null || cell === undefined || Number.isNaN(cell)
    || (typeof cell === "string" && gaps.includes(cell.trim().toLowerCase()));
const written_number = /^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(e[+-]?[0-9]+)?$/i;

// True and false in small letters, and a number in one form: 1.0 is 1
function alike(text) {{
    if (/^(true|false)$/i.test(text)) return text.toLowerCase();
    return written_number.test(text) ? String(Number(text) + 0) : text;
}}

function number_of(name, cell) {{
    if (is_gap(cell)) return NaN;
    const text = String(cell).trim();
    if (!written_number.test(text) || !Number.isFinite(Number(text))) {{
        throw new RangeError(`column ${{name}}: ${{JSON.stringify(text)}} is not a finite number`);
    }}
    return Number(text);
}}

// The place of a category; -1 where it is missing, -2 where it is unknown
function code_of(known, cell) {{
    if (is_gap(cell)) return -1;
    const text = String(cell).trim();
    if (known.includes(text)) return known.indexOf(text);
    const folded = known.map(alike);
    return new Set(folded).size === folded.length && folded.includes(alike(text)) ? folded.indexOf(alike(text)) : -2;
}}
{date_reading}
// The inputs of the networks
export function encode(row) {{
    const cells = Array.isArray(row) ? row : columnNames.map((name) => {{
        if (!(name in row)) throw new RangeError(`there is no column ${{name}}`);
        return row[name];
    }});
    if (cells.length !== columnNames.length) {{
        throw new RangeError(`a row has ${{cells.length}} values; expected ${{columnNames.length}}`);
    }}
    const v = columnNames.map((name, i) => (kinds[i] === "number" ? number_of(name, cells[i]) : NaN));
    const c = columnNames.map((name, i) => (categories[i] === null ? -2 : code_of(categories[i], cells[i])));
{date_cells}    const x = [
{inputs}
    ];
{norms}    return x;
}}

// Returns {answer}
export function predict(row) {{
    const x = encode(row);
    const members = [{calls}];
{combined}
}}

// The most probable class; null where there are no classes
export function classify(row) {{
    if (classNames.length === 0) return null;
    const p = predict(row);
    return classNames[p.indexOf(Math.max(...p))];
}}

const test_rows = [
{test_rows},
];
const test_answers = [
{test_answers},
];

// How many stored answers come out otherwise{beyond}
export function selfTest() {{
    const found = test_rows.flatMap((row) => predict(row));
    return found.filter((y, i) => !(Math.abs(y - test_answers[i]) <= {bound} * Math.abs(test_answers[i]))).length;
}}
"""
)

MAIN = """\
if (typeof process !== "undefined" && process.argv?.[1]) {{
    const {{ realpathSync }} = await import("node:fs");
    const {{ pathToFileURL }} = await import("node:url");
    if (import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {{
        const wrong = selfTest();
        console.log(`${{wrong}} of {test_count} answers come out otherwise`);
        process.exitCode = wrong === 0 ? 0 : 1;
    }}
}}
"""

TYPES = """\
// {origin}

type Cell = number | string | boolean | Date | null | undefined;
type Row = Readonly<Record<string, Cell>> | readonly Cell[];
/** The names of the columns, in their order. */
export const columnNames: readonly string[];
/** What the columns hold: "number", "category" or "date". */
export const kinds: readonly string[];
/** The categories of each column; null for a column of numbers or dates. */
export const categories: readonly (readonly string[] | null)[];
/** The names of the classes; empty for a quantity. */
export const classNames: readonly string[];
/** Texts of a missing value, in small letters. */
export const gaps: readonly string[];
/** The inputs of the networks. */
export function encode(row: Row): number[];
/** Returns {answer}. */
export function predict(row: Row): {result};
/** The most probable class; null where there are no classes. */
export function classify(row: Row): string | null;
/** How many stored answers come out otherwise{beyond}. */
export function selfTest(): number;
"""
