"""The text of a C file around its weights and kernels."""

from __future__ import annotations

__all__ = [
    "BLOCK_DENSE",
    "BLOCK_SIZES",
    "CLASS",
    "CLASS_HEADER",
    "CLASS_LINES",
    "DENSE",
    "HEADER",
    "LOOK_UP",
    "PREDICT",
    "TOP",
    "UNROLL",
]

HEADER = """\
/* {origin}
 *
 *     {name}_predict(x, y)              one row: {inputs} inputs x, {units} outputs y
 *     {name}_predict_rows(x, y, rows)   many rows, one after the other
 *
 * Compile {name}.c with  -O3 -ffp-contract=off  and link with -lm. Where the processor has fused multiply-add, say
 * so (-march=native, or -mavx2 -mfma; arm64 has it always): else each one is a call of fma, which has to round once:
 * glibc, musl and macOS have that, newlib has not. Never use -ffast-math.
 * -D{upper}_MAIN adds a command line. {name}_self_test() returns how many stored outputs came out with other bits.
 */
#ifndef {upper}_H
#define {upper}_H

#include <stddef.h>

#define {upper}_INPUTS {inputs}
#define {upper}_UNITS {units}

#ifdef __cplusplus
extern "C" {{
#endif

extern const char *const {name}_input_names[{inputs}];
extern const char *const {name}_output_names[{units}];

void {name}_predict(const {real} *x, {real} *y);
void {name}_predict_rows(const {real} *x, {real} *y, size_t rows);
{class_header}
#ifdef {upper}_MAIN
#define {upper}_SELF_TEST
#endif
#ifdef {upper}_SELF_TEST
int {name}_self_test(void);
#endif

#ifdef __cplusplus
}}
#endif
#endif
"""

CLASS_HEADER = """
#define {upper}_CLASSES {classes}
extern const char *const {name}_class_names[{classes}];
/* The class of outputs y, an index of the names; -1 if one of them is nan. */
int {name}_class(const {real} *y);
"""

TOP = """\
/* {origin} */
#include "{name}.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __FAST_MATH__
#error "-ffast-math changes the results; leave it out"
#endif
#if FLT_EVAL_METHOD != 0
#error "numbers must be rounded to their type after each operation; on 32-bit x86 use -msse2 -mfpmath=sse"
#endif
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("fp-contract=off")
#elif defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

#if defined(__GNUC__) && !defined(__OPTIMIZE_SIZE__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif
{unroll}
#define WIDEST {widest}

typedef {real} real;
"""

BLOCK_SIZES = """\
/* Rows that {name}_predict_rows computes side by side, and units meanwhile, whose sums stay in registers */
#ifndef __OPTIMIZE_SIZE__
#define ROWS_AT_ONCE {rows_at_once}
#ifdef __AVX512F__
#define UNITS_AT_ONCE 6
#else
#define UNITS_AT_ONCE 3
#endif
#endif
"""

DENSE = """\
/* Some columns of a = x W + b. Each sum is one chain of multiply-adds over the inputs in their order, from the bias;
 * + 0 at the end makes +0 of -0. */
INLINE void columns(const int width, const real *x, const int inputs, const real *W, const real *b, const int units,
                    real *a) {{
    real sums[{columns_at_once}];
    for (int j = 0; j < width; j++) sums[j] = b[j];
    for (int k = 0; k < inputs; k++)
        for (int j = 0; j < width; j++) sums[j] = {fma}(x[k], W[(size_t)k * units + j], sums[j]);
    for (int j = 0; j < width; j++) a[j] = sums[j] + {zero};
}}

/* a = x W + b, W of shape (inputs, units) */
INLINE void dense(const real *x, const int inputs, const real *W, const real *b, const int units, real *a) {{
    int j = 0;
{widths}
}}
"""

BLOCK_DENSE = """\
#ifdef ROWS_AT_ONCE
/* The same sums of some units, for rows side by side: input k of row r is x[k * ROWS_AT_ONCE + r]. */
INLINE void units_of_block(const int some, const real *restrict x, const int inputs, const real *W, const real *b,
                           const int units, real *restrict a) {{
    real sums[UNITS_AT_ONCE * ROWS_AT_ONCE];
    for (int j = 0; j < some; j++)
        for (int r = 0; r < ROWS_AT_ONCE; r++) sums[j * ROWS_AT_ONCE + r] = b[j];
    for (int k = 0; k < inputs; k++)
        for (int j = 0; j < some; j++)
            for (int r = 0; r < ROWS_AT_ONCE; r++)
                sums[j * ROWS_AT_ONCE + r] =
                    {fma}(x[k * ROWS_AT_ONCE + r], W[(size_t)k * units + j], sums[j * ROWS_AT_ONCE + r]);
    for (int i = 0; i < some * ROWS_AT_ONCE; i++) a[i] = sums[i] + {zero};
}}

INLINE void dense_of_block(const real *restrict x, const int inputs, const real *W, const real *b, const int units,
                           real *restrict a) {{
    const int whole = units - units % UNITS_AT_ONCE, threes = units - units % 3;
    int j = 0;
    for (; j < whole; j += UNITS_AT_ONCE)
        units_of_block(UNITS_AT_ONCE, x, inputs, W + j, b + j, units, a + j * ROWS_AT_ONCE);
    for (; j < threes; j += 3) units_of_block(3, x, inputs, W + j, b + j, units, a + j * ROWS_AT_ONCE);
    for (; j < units; j++) units_of_block(1, x, inputs, W + j, b + j, units, a + j * ROWS_AT_ONCE);
}}
#endif
"""

PREDICT = """\
void {name}_predict(const {real} *x, {real} *y) {{
    real odd[WIDEST], even[WIDEST];
    (void)odd;
    (void)even;
{layers}
}}

#ifdef ROWS_AT_ONCE
/* All layers, for rows side by side */
static void predict_block(const real *restrict x, real *restrict y) {{
    real odd[ROWS_AT_ONCE * WIDEST], even[ROWS_AT_ONCE * WIDEST], inputs[ROWS_AT_ONCE * {inputs}];
    (void)odd;
    (void)even;
    for (int k = 0; k < {inputs}; k++)
        for (int r = 0; r < ROWS_AT_ONCE; r++) inputs[k * ROWS_AT_ONCE + r] = x[r * {inputs} + k];
{block_layers}
    for (int r = 0; r < ROWS_AT_ONCE; r++)
        for (int j = 0; j < {units}; j++) y[r * {units} + j] = {block_outputs}[j * ROWS_AT_ONCE + r];
}}
#endif

void {name}_predict_rows(const {real} *x, {real} *y, size_t rows) {{
    size_t r = 0;
#ifdef ROWS_AT_ONCE
    for (; r + ROWS_AT_ONCE <= rows; r += ROWS_AT_ONCE) predict_block(x + r * {inputs}, y + r * {units});
#endif
    for (; r < rows; r++) {name}_predict(x + r * {inputs}, y + r * {units});
}}
"""

CLASS = """\
int {name}_class(const real *y) {{
    int best = 0;
    for (int i = 0; i < {units}; i++) {{
        if (isnan(y[i])) return -1;
        if (y[i] > y[best]) best = i;
    }}
    return {found};
}}
"""

CLASS_LINES = """\
    const int c = {name}_class(y);
    putchar(' ');
    print_text(c < 0 ? "nan" : {name}_class_names[c]);
"""

UNROLL = """\
#if defined(__GNUC__) && !defined(__clang__)
#define UNROLL _Pragma("GCC unroll 16")
#else
#define UNROLL
#endif
"""

LOOK_UP = """\
#ifdef ROWS_AT_ONCE
/* found[r] = table[place[r]] of sixteen numbers, for {rows_at_once} places; shuffles where the processor has them */
INLINE void look_up(const float *table, const int *restrict place, float *restrict found) {{
#if defined(__GNUC__) && !defined(__clang__) && defined(__AVX512F__)
    typedef float Numbers __attribute__((vector_size(64)));
    typedef int Places __attribute__((vector_size(64)));
    Numbers numbers;
    memcpy(&numbers, table, sizeof numbers);
    for (int r = 0; r < ROWS_AT_ONCE; r += 16) {{
        Places at;
        memcpy(&at, place + r, sizeof at);
        const Numbers some = __builtin_shuffle(numbers, at);
        memcpy(found + r, &some, sizeof some);
    }}
#elif defined(__GNUC__) && !defined(__clang__) && defined(__AVX2__)
    typedef float Numbers __attribute__((vector_size(32)));
    typedef int Places __attribute__((vector_size(32)));
    Numbers low, high;
    memcpy(&low, table, sizeof low);
    memcpy(&high, table + 8, sizeof high);
    for (int r = 0; r < ROWS_AT_ONCE; r += 8) {{
        Places at;
        memcpy(&at, place + r, sizeof at);
        const Numbers some = __builtin_shuffle(low, high, at);
        memcpy(found + r, &some, sizeof some);
    }}
#else
    for (int r = 0; r < ROWS_AT_ONCE; r++) found[r] = table[place[r]];
#endif
}}
#endif
"""
