"""The text of C around the kernels and networks of a model of a table."""

from __future__ import annotations

__all__ = ["CLASS", "CLASS_HEADER", "CLASS_MAIN", "HEADER", "READING", "REST"]

HEADER = """\
/* {origin}
 *
 *     {name}_predict(row, y)    a row of texts, in the order of {name}_column_names; {outputs} answers y, {answer}
 *
 * It returns 0, or the number of the column, from 1, whose text is no {read}. A value is missing where its
 * text is empty, NA, nan, null, none or ?. {exactness}
 * Compile {name}.c with  -O3 -ffp-contract=off  and link with -lm; never use -ffast-math.
 * -D{upper}_MAIN adds a command line. {name}_self_test() returns how many stored answers come out otherwise.
 */
#ifndef {upper}_H
#define {upper}_H

#include <stddef.h>

#define {upper}_COLUMNS {columns}
#define {upper}_OUTPUTS {outputs}

#ifdef __cplusplus
extern "C" {{
#endif

extern const char *const {name}_column_names[{columns}];

int {name}_predict(const char *const *row, double *y);
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
extern const char *const {name}_class_names[{outputs}];
/* The most probable class, an index of the names */
int {name}_class(const double *y);
"""

READING = """\
#include <stdlib.h>

static int small(int c) {{ return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; }}
static int is_space(int c) {{ return c == ' ' || (c >= 9 && c <= 13); }}

/* A text without spaces around it */
typedef struct {{ const char *start; size_t length; }} Word;

static Word word_of(const char *text) {{
    while (is_space(*text)) text++;
    size_t length = strlen(text);
    while (length > 0 && is_space(text[length - 1])) length--;
    return (Word){{text, length}};
}}

static int is_word(Word word, const char *text, int folded) {{
    if (strlen(text) != word.length) return 0;
    for (size_t i = 0; i < word.length; i++)
        if (folded ? small(word.start[i]) != text[i] : word.start[i] != text[i]) return 0;
    return 1;
}}

static int is_gap(Word word) {{
    static const char *const gaps[] = {{{gaps}}};
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
        if (is_word(word, gaps[i], 1)) return 1;
    return 0;
}}

/* Whether a text is a finite number as it is written in decimals */
static int number_of(Word word, double *value) {{
    char copy[64];
    char *end;
    if (word.length == 0 || word.length >= sizeof copy) return 0;
    for (size_t i = 0; i < word.length; i++)
        if (!strchr("0123456789+-.eE", word.start[i])) return 0;
    memcpy(copy, word.start, word.length);
    copy[word.length] = 0;
    *value = strtod(copy, &end);
    return *end == 0 && *value - *value == 0.0;
}}

/* Whether two texts are both true or both false in any letters, or the same number */
static int alike(Word word, const char *text) {{
    const Word other = word_of(text);
    double x, y;
    for (int i = 0; i < 2; i++) {{
        const char *name = i ? "true" : "false";
        if (is_word(word, name, 1)) return is_word(other, name, 1);
    }}
    return number_of(word, &x) && number_of(other, &y) && x == y;
}}

/* The place of a category; -1 where it is missing, -2 where it is unknown */
static int code_of(const char *text, const char *const *known, int count, int by_value) {{
    const Word word = word_of(text);
    if (is_gap(word)) return -1;
    for (int i = 0; i < count; i++)
        if (is_word(word, known[i], 0)) return i;
    for (int i = 0; i < count && by_value; i++)
        if (alike(word, known[i])) return i;
    return -2;
}}
"""

REST = """\
/* The inputs of the networks; returns the number of a column whose text is not read */
static int encode(const char *const *row, real *x) {{
    double v[{columns}];
    int c[{columns}];
{dates}    for (int i = 0; i < {columns}; i++) {{
        const Word word = word_of(row[i]);
        v[i] = NAN;
        c[i] = known_count[i] < 0 ? -2 : code_of(row[i], known[i], known_count[i], known_by_value[i]);
        if (known_count[i] == -1 && !is_gap(word) && !number_of(word, &v[i])) return i + 1;
{date_cell}    }}
{inputs}
{norms}    return 0;
}}

int {name}_predict(const char *const *row, double *y) {{
    real x[{width}];
    const int wrong = encode(row, x);
    if (wrong) return wrong;
    for (int i = 0; i < {outputs}; i++) y[i] = 0.0;
{members}
{end}
    return 0;
}}

#ifdef {upper}_SELF_TEST
int {name}_self_test(void) {{
    static const char *const rows[{test_rows}][{columns}] = {{
{test_texts}}};
    static const double answers[{test_rows} * {outputs}] = {{
{test_answers}}};
    int wrong = 0;
    for (int r = 0; r < {test_rows}; r++) {{
        double y[{outputs}];
        if ({name}_predict(rows[r], y)) wrong += {outputs};
        else
            for (int i = 0; i < {outputs}; i++) {{
                const double known = answers[r * {outputs} + i];
                wrong += !(fabs(y[i] - known) <= {bound} * fabs(known));
            }}
    }}
    return wrong;
}}
#endif

#ifdef {upper}_MAIN
#include <stdio.h>

static int print_row(const char *const *row) {{
    double y[{outputs}];
    const int wrong = {name}_predict(row, y);
    if (wrong) {{
        fprintf(stderr, "value %d is no {read}\\n", wrong);
        return 2;
    }}
    for (int i = 0; i < {outputs}; i++) printf("%s%.17g", i ? " " : "", y[i]);
{class_main}    return putchar('\\n') == EOF;
}}

/* Rows as arguments, one after the other */
int main(int n, char **words) {{
    if (n == 2 && strcmp(words[1], "--self-test") == 0) {{
        const int wrong = {name}_self_test();
        printf("%d of {test_count} answers come out otherwise\\n", wrong);
        return wrong != 0;
    }}
    if (n == 1 || (n - 1) % {columns} != 0) {{
        fprintf(stderr, "give {columns} values for each row, in the order of the columns\\n");
        return 2;
    }}
    int failed = 0;
    for (int i = 1; i < n && !failed; i += {columns}) failed = print_row((const char *const *)words + i);
    return failed;
}}
#endif
"""

CLASS = """\
int {name}_class(const double *y) {{
    int best = 0;
    for (int i = 1; i < {outputs}; i++)
        if (y[i] > y[best]) best = i;
    return best;
}}
"""

CLASS_MAIN = """\
    putchar(' ');
    for (const char *text = {name}_class_names[{name}_class(y)]; *text; text++)
        putchar((unsigned char)*text < 32 || *text == 127 ? '?' : *text);
"""
