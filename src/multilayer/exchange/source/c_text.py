"""The text of a C file around its weights and kernels."""

from __future__ import annotations

__all__ = ["CLASS", "CLASS_HEADER", "CLASS_LINES", "DENSE", "HEADER", "PREDICT", "TOP"]

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

/* Rows that {name}_predict_rows computes at once, and columns that stay in registers meanwhile */
#ifdef __OPTIMIZE_SIZE__
#define ROWS_AT_ONCE 1
#else
#define ROWS_AT_ONCE {rows_at_once}
#endif
#define WIDEST {widest}

typedef {real} real;
"""

DENSE = """\
/* Some columns of a = x W + b. Each sum is one chain of multiply-adds over the inputs in their order, from the bias;
 * + 0 at the end makes +0 of -0. */
INLINE void columns(const int rows, const int width, const real *x, const int inputs, const real *W, const real *b,
                    const int units, real *a) {{
    real sums[ROWS_AT_ONCE * {columns}];
    for (int r = 0; r < rows; r++)
        for (int j = 0; j < width; j++) sums[r * width + j] = b[j];
    for (int k = 0; k < inputs; k++)
        for (int r = 0; r < rows; r++) {{
            const real xk = x[r * inputs + k];
            for (int j = 0; j < width; j++)
                sums[r * width + j] = {fma}(xk, W[(size_t)k * units + j], sums[r * width + j]);
        }}
    for (int r = 0; r < rows; r++)
        for (int j = 0; j < width; j++) a[r * units + j] = sums[r * width + j] + {zero};
}}

/* a = x W + b, W of shape (inputs, units) */
INLINE void dense(const int rows, const real *x, const int inputs, const real *W, const real *b, const int units,
                  real *a) {{
    int j = 0;
{widths}
}}
"""

PREDICT = """\
/* All layers, for some rows */
INLINE void forward(const int rows, const real *x, real *y, real *odd, real *even) {{
    (void)odd;
    (void)even;
{layers}
}}

void {name}_predict(const real *x, real *y) {{
    real odd[WIDEST], even[WIDEST];
    forward(1, x, y, odd, even);
}}

void {name}_predict_rows(const real *x, real *y, size_t rows) {{
    real odd[ROWS_AT_ONCE * WIDEST], even[ROWS_AT_ONCE * WIDEST];
    size_t r = 0;
    for (; r + ROWS_AT_ONCE <= rows; r += ROWS_AT_ONCE)
        forward(ROWS_AT_ONCE, x + r * {inputs}, y + r * {units}, odd, even);
    for (; r < rows; r++) forward(1, x + r * {inputs}, y + r * {units}, odd, even);
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
