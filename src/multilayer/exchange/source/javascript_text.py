"""The text of a JavaScript module around its weights and kernels."""

from __future__ import annotations

__all__ = ["ARITHMETIC", "DENSE", "END", "MAIN", "TOP", "TYPES"]

TOP = """\
// {origin}
//
//     import {{ predict }} from "./{name}.mjs";
//     predict([1, 2, ...])        the outputs of a row of {inputs} numbers
//     node {name}.mjs 1 2 ...     rows as arguments or in standard input; --self-test
//
// Nothing else is needed. The bits are those of the network it was written from.

export const inputNames = {input_names};
export const outputNames = {output_names};
export const classNames = {class_names};
"""

ARITHMETIC = """\
const fround = Math.fround;
const double = new Float64Array(1);
const bits = new BigUint64Array(double.buffer);
const halves = new Int32Array(double.buffer);
const single = new Float32Array(1);
const single_bits = new Int32Array(single.buffer);

function signbit(x) {
    return x < 0 || Object.is(x, -0);
}

// x y + z of float32 numbers, rounded once. The product is exact and the sum s is rounded to float64; rounding that
// again is right unless s lies midway between two float32 numbers, where what the first rounding dropped decides.
function fma32(x, y, z) {
    const product = x * y;
    const s = product + z;
    const rounded = fround(s);
    if (rounded === s) return rounded;
    const other = 2 * s - rounded; // the other neighbour, if s is midway
    if (fround(other) !== other) return rounded;
    const t = s - product;
    const dropped = product - (s - t) + (z - t);
    if (dropped === 0) return rounded;
    return fround(s * (dropped > 0 === s > 0 ? 1 + 2 ** -52 : 1 - 2 ** -52));
}

// x y + z of float64 numbers, rounded once (Boldo and Melquiond 2008): the product and the sums as pairs, and the
// last but one addition rounded to odd. Where a part could be too large or too small, whole numbers compute it.
function fma64(x, y, z) {
    const product = x * y;
    const size = Math.abs(product);
    if (!(size > 2 ** -900 && size < 2 ** 900 && Math.abs(x) < 2 ** 900 && Math.abs(y) < 2 ** 900)) {
        return fma_of_integers(x, y, z);
    }
    if (!(Math.abs(z) < 2 ** 900)) return fma_of_integers(x, y, z);
    const x_scaled = x * 134217729;
    const x_high = x_scaled - (x_scaled - x);
    const x_low = x - x_high;
    const y_scaled = y * 134217729;
    const y_high = y_scaled - (y_scaled - y);
    const y_low = y - y_high;
    const rest = x_low * y_low - (product - x_high * y_high - x_low * y_high - x_high * y_low);
    const a = z + rest;
    const a_t = a - z;
    const a_low = z - (a - a_t) + (rest - a_t);
    const b = product + a;
    const b_t = b - product;
    const b_low = product - (b - b_t) + (a - b_t);
    const sum = b + odd_sum(b_low, a_low);
    return Math.abs(sum) > 2 ** -900 ? sum : fma_of_integers(x, y, z);
}

// x + y, rounded to the neighbour whose last bit is 1 if it is not exact
function odd_sum(x, y) {
    const s = x + y;
    const t = s - x;
    const dropped = x - (s - t) + (y - t);
    if (dropped === 0) return s;
    double[0] = s;
    if ((halves[0] & 1) === 0) bits[0] += dropped > 0 === s > 0 ? 1n : -1n;
    return double[0];
}

// A finite number as m 2^e
function parts(x) {
    double[0] = x;
    const exponent = Number((bits[0] >> 52n) & 0x7ffn);
    const fraction = bits[0] & 0xfffffffffffffn;
    const m = exponent === 0 ? fraction : fraction | 0x10000000000000n;
    return { m: x < 0 ? -m : m, e: Math.max(exponent, 1) - 1075 };
}

function fma_of_integers(x, y, z) {
    if (x === 0 || y === 0 || !Number.isFinite(x * 0 + y * 0 + z)) return x * y + z;
    const a = parts(x), b = parts(y), c = parts(z);
    const e = Math.min(a.e + b.e, c.e);
    const sum = ((a.m * b.m) << BigInt(a.e + b.e - e)) + (c.m << BigInt(c.e - e));
    if (sum === 0n) return z === 0 ? x * y : 0;
    const size = sum < 0n ? -sum : sum;
    const last = Math.max(e + size.toString(2).length - 53, -1074); // the exponent of the last bit that is kept
    let kept = last > e ? size >> BigInt(last - e) : size << BigInt(e - last);
    if (last > e) {
        const twice = (size - (kept << BigInt(last - e))) << 1n;
        const one = 1n << BigInt(last - e);
        if (twice > one || (twice === one && (kept & 1n) === 1n)) kept += 1n;
    }
    if (last > 971) return sum < 0n ? -Infinity : Infinity;
    return (sum < 0n ? -1 : 1) * Number(kept) * 2 ** last;
}
"""

DENSE = """\
// x W + b: for each unit one chain of multiply-adds over the inputs, from the bias; + 0 makes +0 of -0.
function dense(x, W, b) {{
    const units = b.length;
    const sums = Array.from(b);
    for (let k = 0; k < x.length; k++) {{
        const xk = x[k];
        const row = k * units;
        for (let j = 0; j < units; j++) sums[j] = {fma}(xk, W[row + j], sums[j]);
    }}
    for (let j = 0; j < units; j++) sums[j] += 0;
    return sums;
}}
"""

END = (
    DENSE
    + """
// The outputs of one row of numbers
export function predict(x) {{
    if (x.length !== {inputs}) throw new RangeError(`a row has ${{x.length}} numbers; expected {inputs}`);
    let z = Array.from(x, {real});
{layers}
    return z;
}}

// The class of outputs, an index of classNames or of the outputs; -1 if one of them is nan
export function classify(y) {{
    if (y.some(Number.isNaN)) return -1;
    return {found};
}}

const test_x = new {array}([
{test_x},
]);
const test_y = new {array}([
{test_y},
]);

// How many stored outputs come out with other bits
export function selfTest() {{
    let wrong = 0;
    for (let r = 0; r < {test_rows}; r++) {{
        const y = predict(test_x.subarray(r * {inputs}, (r + 1) * {inputs}));
        for (let j = 0; j < {units}; j++) if (!Object.is(y[j], test_y[r * {units} + j])) wrong++;
    }}
    return wrong;
}}
"""
)

MAIN = """\
async function main(words) {{
    if (words.length === 1 && words[0] === "--self-test") {{
        const wrong = selfTest();
        console.log(`${{wrong}} of {test_count} outputs have other bits`);
        return wrong === 0 ? 0 : 1;
    }}
    if (words.length === 0) {{
        const {{ readFileSync }} = await import("node:fs");
        words = readFileSync(0, "utf8").split(/[\\s,]+/).filter((word) => word !== "");
    }}
    const special = {{ nan: NaN, inf: Infinity, "-inf": -Infinity }};
    const numbers = words.map((word) => special[word] ?? (word === "NaN" ? NaN : Number(word || "?")));
    const bad = numbers.findIndex((value, i) => Number.isNaN(value) && !/^nan$/i.test(words[i]));
    if (bad >= 0) {{
        console.error(`number ${{bad + 1}} is not a number`);
        return 2;
    }}
    if (numbers.length % {inputs} !== 0) {{
        console.error("give {inputs} numbers for each row");
        return 2;
    }}
    for (let start = 0; start < numbers.length; start += {inputs}) {{
        const y = predict(numbers.slice(start, start + {inputs}));
        const line = y.map((value) => String(Number(value.toPrecision({digits}))));
        if (classNames.length > 0) {{
            const name = classNames[classify(y)] ?? "nan";
            line.push(name.replace(/[\\p{{C}}\\p{{Z}}]/gu, (character) => (character === " " ? " " : "?")));
        }}
        console.log(line.join(" "));
    }}
    return 0;
}}

if (typeof process !== "undefined" && process.argv?.[1]) {{
    const {{ realpathSync }} = await import("node:fs");
    const {{ pathToFileURL }} = await import("node:url");
    if (import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {{
        process.exitCode = await main(process.argv.slice(2));
    }}
}}
"""

TYPES = """\
// {origin}

/** The names of the {inputs} inputs, in their order. */
export const inputNames: readonly string[];
/** The names of the {units} outputs, in their order. */
export const outputNames: readonly string[];
/** The names of the classes, two for a single output; empty if they have none. */
export const classNames: readonly string[];
/** The outputs of one row of numbers. */
export function predict(x: ArrayLike<number>): number[];
/** The class of outputs, an index of classNames or of the outputs; -1 if one of them is nan. */
export function classify(y: readonly number[]): number;
/** How many stored outputs come out with other bits. */
export function selfTest(): number;
"""
