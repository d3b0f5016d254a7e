"""The text of a C file of whole numbers around its constants."""

from __future__ import annotations

__all__ = ["CLASS", "END", "HEADER", "TOP"]

HEADER = """\
/* {origin}
 *
 * In whole numbers, int8 weights and int16 activations:
 * {report}
 *
 *     {name}_predict(x, y)    {inputs} inputs as whole numbers, each 2^-exponent times as large, rounded; {units} whole
 *                             numbers y, {outputs}, which stand for y 2^{upper}_EXPONENT
 *
 * The library part has no floating point and allocates nothing. -D{upper}_FLOAT adds {name}_quantize, from float
 * inputs; -D{upper}_SELF_TEST adds {name}_self_test, how many stored outputs come out as other numbers;
 * -D{upper}_MAIN adds both and a command line. Right shifts of negative numbers must keep the sign, as every usual
 * compiler has them.
 */
#ifndef {upper}_H
#define {upper}_H

#include <stdint.h>

#define {upper}_INPUTS {inputs}
#define {upper}_UNITS {units}
#define {upper}_EXPONENT ({exponent})

#ifdef {upper}_MAIN
#define {upper}_FLOAT
#define {upper}_SELF_TEST
#endif

#ifdef __cplusplus
extern "C" {{
#endif

extern const int8_t {name}_input_exponents[{inputs}];
void {name}_predict(const int16_t *x, int16_t *y);
{class_declared}
#ifdef {upper}_FLOAT
void {name}_quantize(const float *x, int16_t *q);
#endif
#ifdef {upper}_SELF_TEST
int {name}_self_test(void);
#endif

#ifdef __cplusplus
}}
#endif
#endif
"""

TOP = """\
/* {origin} */
#include "{name}.h"

const int8_t {name}_input_exponents[{inputs}] = {{
{exponents}}};
"""

CLASS = (
    """
#define {upper}_CLASSES {classes}
extern const char *const {name}_class_names[{classes}];
/* The class of outputs y, an index of the names. */
int {name}_class(const int16_t *y);
""",
    """\
const char *const {name}_class_names[{classes}] = {{
{strings}}};

int {name}_class(const int16_t *y) {{
    int best = 0;
    for (int i = 1; i < {units}; i++)
        if (y[i] > y[best]) best = i;
    return {found};
}}
""",
)

END = """\
static inline int16_t narrow(int32_t x) {{
    return (int16_t)(x < INT16_MIN ? INT16_MIN : x > INT16_MAX ? INT16_MAX : x);
}}

/* a = (x W + b) / 2^shifts, rounded and clipped. No sum passes 2^31, whatever x: the sums of the weights' sizes were
 * looked at. */
static void dense(const int16_t *x, int inputs, const int8_t *W, const int32_t *b, const uint8_t *shifts, int units,
                  int16_t *a) {{
    for (int j = 0; j < units; j++, W += inputs) {{
        int32_t sum = b[j];
        for (int k = 0; k < inputs; k++) sum += (int32_t)x[k] * W[k];
        if (shifts[j] > 0) sum += (int32_t)1 << (shifts[j] - 1);
        a[j] = narrow(sum >> shifts[j]);
    }}
}}

/* The activation of a, on the line between two values of a table */
static inline int16_t look_up(const int16_t *table, int16_t a) {{
    const int32_t place = (int32_t)a + 32768;
    const int32_t left = table[place >> 8], right = table[(place >> 8) + 1];
    return (int16_t)(left + (((right - left) * (place & 255) + 128) >> 8));
}}

void {name}_predict(const int16_t *x, int16_t *y) {{
    int16_t odd[{widest}], even[{widest}];
    (void)odd;
    (void)even;
    (void)look_up;
{layers}
}}

{class_defined}
#ifdef {upper}_FLOAT
#include <math.h>
void {name}_quantize(const float *x, int16_t *q) {{
    static const float scales[{inputs}] = {{
{scales}}};
    for (int i = 0; i < {inputs}; i++) {{
        const float scaled = rintf(x[i] * scales[i]);
        q[i] = (int16_t)(scaled >= 32767.0f ? 32767 : scaled <= -32768.0f ? -32768 : isnan(scaled) ? 0 : (int)scaled);
    }}
}}
#endif

#ifdef {upper}_SELF_TEST
static const int16_t test_x[{test_rows} * {inputs}] = {{
{test_x}}};
static const int16_t test_y[{test_rows} * {units}] = {{
{test_y}}};

int {name}_self_test(void) {{
    int wrong = 0;
    for (int r = 0; r < {test_rows}; r++) {{
        int16_t y[{units}];
        {name}_predict(test_x + r * {inputs}, y);
        for (int i = 0; i < {units}; i++) wrong += y[i] != test_y[r * {units} + i];
    }}
    return wrong;
}}
#endif

#ifdef {upper}_MAIN
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --self-test, or rows of numbers as arguments */
int main(int n, char **words) {{
    if (n == 2 && strcmp(words[1], "--self-test") == 0) {{
        const int wrong = {name}_self_test();
        printf("%d of %d outputs are other numbers\\n", wrong, {test_rows} * {units});
        return wrong != 0;
    }}
    if (n < 2 || (n - 1) % {inputs} != 0) {{
        fprintf(stderr, "give {inputs} numbers for each row, or --self-test\\n");
        return 2;
    }}
    for (int start = 1; start < n; start += {inputs}) {{
        float x[{inputs}];
        int16_t q[{inputs}], y[{units}];
        for (int i = 0; i < {inputs}; i++) {{
            char *end;
            x[i] = (float)strtod(words[start + i], &end);
            if (end == words[start + i] || *end != 0) {{
                fprintf(stderr, "argument %d is not a number\\n", start + i);
                return 2;
            }}
        }}
        {name}_quantize(x, q);
        {name}_predict(q, y);
        for (int i = 0; i < {units}; i++) printf("%s%.17g", i ? " " : "", (double)y[i] * {output_scale});
        printf("\\n");
    }}
    return 0;
}}
#endif
"""
