"""The self-test and the command line of a C file."""

from __future__ import annotations

__all__ = ["MAIN", "PRINT_TEXT"]

PRINT_TEXT = """\
/* A name in one line, whatever it holds */
static void print_text(const char *text) {{
    for (; *text; text++) putchar((unsigned char)*text < 32 || *text == 127 ? '?' : *text);
}}

"""
"""Needed where classes have names."""

MAIN = """\
#ifdef {upper}_SELF_TEST
static const real test_x[{test_rows} * {inputs}] = {{
{test_x}}};
static const real test_y[{test_rows} * {units}] = {{
{test_y}}};

int {name}_self_test(void) {{
    int wrong = 0;
    for (int r = 0; r < {test_rows}; r++) {{
        real y[{units}];
        {name}_predict(test_x + r * {inputs}, y);
        for (int i = 0; i < {units}; i++) {{
            const real expected = test_y[r * {units} + i];
            const int both_nan = isnan(y[i]) && isnan(expected);
            if (!both_nan && memcmp(&y[i], &expected, sizeof(real)) != 0) wrong++;
        }}
    }}
    return wrong;
}}
#endif

#ifdef {upper}_MAIN
#include <stdio.h>
#include <stdlib.h>

{print_text}static int print_row(const real *x) {{
    real y[{units}];
    {name}_predict(x, y);
    for (int i = 0; i < {units}; i++) printf("%s{format}", i ? " " : "", (double)y[i]);
{class_lines}    return putchar('\\n') == EOF;
}}

static int number_of(const char *text, real *x) {{
    char *end;
    *x = (real)strtod(text, &end);
    return end != text && *end == 0;
}}

/* Rows of numbers as arguments, or in standard input separated by spaces, commas or lines */
int main(int n, char **words) {{
    real x[{inputs}];
    if (n == 2 && strcmp(words[1], "--self-test") == 0) {{
        const int wrong = {name}_self_test();
        printf("%d of %d outputs have other bits\\n", wrong, {test_rows} * {units});
        return wrong != 0;
    }}
    if (n > 1) {{
        if ((n - 1) % {inputs} != 0) {{
            fprintf(stderr, "give {inputs} numbers for each row\\n");
            return 2;
        }}
        for (int i = 1; i < n; i++) {{
            if (!number_of(words[i], &x[(i - 1) % {inputs}])) {{
                fprintf(stderr, "argument %d is not a number\\n", i);
                return 2;
            }}
            if (i % {inputs} == 0 && print_row(x)) return 1;
        }}
        return 0;
    }}
    char word[64];
    int k = 0, length = 0, c;
    do {{
        c = getchar();
        if (c == EOF || c == ' ' || c == ',' || c == '\\n' || c == '\\t' || c == '\\r') {{
            if (length == 0) continue;
            word[length] = 0;
            length = 0;
            if (!number_of(word, &x[k])) {{
                fprintf(stderr, "%s is not a number\\n", word);
                return 2;
            }}
            if (++k == {inputs} && print_row(x)) return 1;
            k %= {inputs};
        }} else if (length + 1 < (int)sizeof word) {{
            word[length++] = (char)c;
        }} else {{
            fprintf(stderr, "a number is too long\\n");
            return 2;
        }}
    }} while (c != EOF);
    if (k != 0) {{
        fprintf(stderr, "the last row has %d numbers, expected {inputs}\\n", k);
        return 2;
    }}
    return 0;
}}
#endif
"""
