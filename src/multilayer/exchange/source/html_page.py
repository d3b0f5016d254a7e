"""The page around a JavaScript module: its elements, its style and its script."""

from __future__ import annotations

__all__ = ["OF_NETWORK", "OF_TABLE", "PAGE", "SCRIPT", "STYLE"]

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '{script_hash}'; \
style-src '{style_hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{name}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>{name}</h1>
<p>{network}</p>
</header>
<main>
<section aria-labelledby="one-title">
<h2 id="one-title">One row</h2>
<form id="one" autocomplete="off">
{fields}
</form>
<div id="one-result" role="status" aria-live="polite"></div>
</section>
<section aria-labelledby="many-title">
<h2 id="many-title">Many rows</h2>
<p id="many-help">Paste rows from a spreadsheet or a CSV file. With a first line of names, columns are found by name and
others are left out; without one, they are the {inputs} inputs in their order.</p>
<label for="rows">Rows</label>
<textarea id="rows" rows="8" spellcheck="false" aria-describedby="many-help" placeholder="{placeholder}"></textarea>
<p class="buttons"><button type="button" id="run">Run</button>
<button type="button" id="copy" disabled>Copy results as CSV</button></p>
<p id="message" role="status" aria-live="polite"></p>
<div class="scroll" tabindex="0" role="region" aria-label="Results"><table id="results" hidden></table></div>
</section>
</main>
<footer>
<p>Everything is computed in this page; nothing is sent anywhere. <span id="self-test"></span></p>
<p class="origin">{origin}</p>
</footer>
<script type="module">{script}</script>
</body>
</html>
"""

STYLE = """
:root { color-scheme: light dark; --page: #fbfbfa; --text: #1d1f23; --quiet: #5b616b; --line: #d9dce1;
  --field: #ffffff; --accent: #1f5fbf; --on-accent: #ffffff; --bad: #b3261e; --bar: #bcd3f5; }
@media (prefers-color-scheme: dark) { :root { --page: #17191c; --text: #e8eaed; --quiet: #a5abb5; --line: #3a3f46;
  --field: #202327; --accent: #8ab4f8; --on-accent: #10131a; --bad: #f2b8b5; --bar: #2f4a73; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 60rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.75rem; overflow-wrap: anywhere; }
h2 { margin: 2.25rem 0 0.75rem; font-size: 1.2rem; }
header p, footer, #many-help { color: var(--quiet); }
header p { margin: 0.25rem 0 0; }
form div { display: flex; flex-direction: column; justify-content: flex-end; }
form { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 0.75rem 1rem; }
label { display: block; font-size: 0.9rem; overflow-wrap: anywhere; }
input, select, textarea { width: 100%; padding: 0.45rem 0.6rem; border: 1px solid var(--line); border-radius: 0.4rem;
  background: var(--field); color: inherit; font: inherit; font-variant-numeric: tabular-nums; }
textarea { font-family: ui-monospace, monospace; font-size: 0.9rem; }
[aria-invalid="true"] { border-color: var(--bad); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
button { padding: 0.45rem 0.9rem; border: 1px solid var(--accent); border-radius: 0.4rem; background: var(--accent);
  color: var(--on-accent); font: inherit; cursor: pointer; }
button:disabled { border-color: var(--line); background: transparent; color: var(--quiet); cursor: default; }
#copy:enabled { background: transparent; color: var(--accent); }
.buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0.75rem 0; }
#one-result { margin-top: 1rem; }
.scroll { overflow: auto; max-height: 30rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.6rem; border-bottom: 1px solid var(--line); text-align: right; }
th { font-weight: 600; }
th, td { overflow-wrap: break-word; max-width: 20rem; }
#results thead th { position: sticky; top: 0; background: var(--page); }
th[scope="row"], .class { text-align: left; }
.bar { width: 45%; text-align: left; }
progress { width: 100%; height: 0.8rem; accent-color: var(--accent); }
.answer { font-size: 1.15rem; margin: 0 0 0.5rem; }
.bad { color: var(--bad); }
footer { margin-top: 3rem; font-size: 0.85rem; }
.origin { overflow-wrap: anywhere; }
"""

OF_NETWORK = """
const same = "Its stored outputs come out with the same bits.";
const outputs_of = predict;
const kind_of = () => "number";

function value_of(text) {
    const trimmed = text.trim();
    const value = Number(trimmed);
    return trimmed === "" || Number.isNaN(value) ? null : value;
}

const is_head = (cells) => cells.some((cell) => value_of(cell) === null);

function class_of(y) {
    return classNames.length === 0 ? null : classNames[classify(y)] ?? "none: an output is not a number";
}
"""
"""What the script takes of the module of a network: outputs, values of cells (null for none), heads, classes."""

OF_TABLE = """
const same = "Its stored answers come out as they should.";
const inputNames = columnNames;
const outputNames = classNames.length > 0 ? classNames : ["prediction"];
const outputs_of = (row) => [predict(row)].flat();

const kind_of = (i) => kinds[i];

function value_of(text, i) {
    if (kinds[i] === "category" || is_gap(text)) return text;
    if (kinds[i] === "date") return read_date(text) === null ? null : text;
    return written_number.test(text.trim()) && Number.isFinite(Number(text)) ? text : null;
}

const is_head = (cells) => cells.some((cell) => columnNames.includes(cell.trim()));
const class_of = (y) => (classNames.length === 0 ? null : classNames[y.indexOf(Math.max(...y))]);
"""
"""The same of a model of a table."""

SCRIPT = """
const element = (id) => document.getElementById(id);
const fields = [...document.querySelectorAll("#one input, #one select")];
const shares = {shares};
const most_shown = 1000;
let csv = "";

function made(tag, text, properties = {{}}) {{
    const node = Object.assign(document.createElement(tag), properties);
    node.textContent = text;
    return node;
}}

const shown = (value) => String(Number(value.toPrecision(6)));
const whole = (value) => String(Number(value.toPrecision({digits})));

// One row: as it is typed
function show_one() {{
    const x = fields.map((field, i) => value_of(field.value, i));
    fields.forEach((field, i) => field.setAttribute("aria-invalid", String(x[i] === null && field.value !== "")));
    const result = element("one-result");
    if (x.includes(null)) {{
        const missing = inputNames.filter((_, i) => x[i] === null);
        const what = x.every((value, i) => value !== null || kind_of(i) === "number") ? "Numbers" : "Values";
        result.replaceChildren(made("p", `${{what}} are missing: ${{missing.slice(0, 5).join(", ")}}` +
            (missing.length > 5 ? `, and ${{missing.length - 5}} more` : "")));
        return;
    }}
    const y = outputs_of(x);
    const table = document.createElement("table");
    y.forEach((value, i) => {{
        const row = table.insertRow();
        row.append(made("th", outputNames[i], {{ scope: "row" }}), made("td", shown(value), {{ title: whole(value) }}));
        if (shares) {{
            const cell = made("td", "", {{ className: "bar" }});
            cell.append(Object.assign(document.createElement("progress"), {{ max: 1, value: value || 0 }}));
            cell.firstChild.setAttribute("aria-hidden", "true");
            row.append(cell);
        }}
    }});
    const found = class_of(y);
    result.replaceChildren(...(found === null ? [] : [made("p", found, {{ className: "answer" }})]), table);
}}

// Many rows: text as cells, with quotes as in CSV; the separator is a tab, a semicolon or a comma
function cells_of(text) {{
    const first = text.split("\\n", 1)[0];
    const separator = first.includes("\\t") ? "\\t" : first.includes(";") ? ";" : ",";
    const rows = [];
    let row = [], cell = "", quoted = false;
    for (let i = 0; i < text.length; i++) {{
        const c = text[i];
        if (quoted) {{
            if (c !== '"') cell += c;
            else if (text[i + 1] === '"') cell += text[++i];
            else quoted = false;
        }} else if (c === '"' && cell === "") quoted = true;
        else if (c === separator) {{
            row.push(cell);
            cell = "";
        }} else if (c === "\\n") {{
            row.push(cell.replace(/\\r$/, ""));
            if (row.some((text) => text.trim() !== "")) rows.push(row);
            row = [];
            cell = "";
        }} else cell += c;
    }}
    return rows;
}}

// The rows of values, or a sentence on what is wrong
function rows_of(text) {{
    const table = cells_of(text + "\\n");
    if (table.length === 0) return "There are no rows yet.";
    let places = inputNames.map((_, i) => i), start = 0;
    if (is_head(table[0])) {{
        const names = table[0].map((name) => name.trim());
        const missing = inputNames.filter((name) => !names.includes(name.trim()));
        if (missing.length > 0) return `The first line has no column ${{missing.slice(0, 5).join(", ")}}.`;
        const twice = inputNames.find((name) => names.indexOf(name.trim()) !== names.lastIndexOf(name.trim()));
        if (twice !== undefined) return `The first line has two columns ${{twice}}.`;
        places = inputNames.map((name) => names.indexOf(name.trim()));
        start = 1;
    }}
    const rows = [];
    for (let r = start; r < table.length; r++) {{
        if (start === 0 && table[r].length !== inputNames.length) {{
            return `Row ${{r + 1}} has ${{table[r].length}} values; expected ${{inputNames.length}}.`;
        }}
        const x = places.map((place, i) => value_of(table[r][place] ?? "", i));
        const wrong = x.indexOf(null);
        if (wrong >= 0) return `Row ${{r + 1 - start}} has no ${{kind_of(wrong)}} in column ${{inputNames[wrong]}}.`;
        rows.push(x);
    }}
    return rows.length > 0 ? rows : "There are no rows below the names.";
}}

const quoted_cell = (text) => (/[",;\\n\\r]/.test(text) ? `"${{text.replaceAll('"', '""')}}"` : text);

function run_many() {{
    const rows = rows_of(element("rows").value);
    const failed = typeof rows === "string";
    const message = element("message");
    message.className = failed ? "bad" : "";
    element("results").hidden = element("copy").disabled = failed;
    if (failed) {{
        message.textContent = rows;
        return;
    }}
    const outputs = rows.map((row) => outputs_of(row));
    const classes = outputs.map(class_of);
    const head = [...outputNames, ...(classNames.length > 0 ? ["class"] : [])];
    const lines = outputs.map((y, r) => [...y.map(whole), ...(classes[r] === null ? [] : [classes[r]])]);
    csv = [head, ...lines].map((line) => line.map(quoted_cell).join(",")).join("\\n") + "\\n";
    const table = element("results");
    table.replaceChildren(document.createElement("thead"), document.createElement("tbody"));
    const top = table.tHead.insertRow();
    for (const name of ["row", ...outputNames]) top.append(made("th", name, {{ scope: "col" }}));
    if (classNames.length > 0) top.append(made("th", "class", {{ scope: "col", className: "class" }}));
    outputs.slice(0, most_shown).forEach((y, r) => {{
        const row = table.tBodies[0].insertRow();
        row.append(made("th", String(r + 1), {{ scope: "row" }}), ...y.map((value) => made("td", shown(value))));
        if (classes[r] !== null) row.append(made("td", classes[r], {{ className: "class" }}));
    }});
    const all = rows.length > most_shown ? `, of which the first ${{most_shown}} are shown` : "";
    message.textContent = rows.length === 1 ? "1 row" : `${{rows.length}} rows${{all}}`;
}}

element("one").addEventListener("input", show_one);
element("one").addEventListener("submit", (event) => event.preventDefault());
element("run").addEventListener("click", run_many);
element("rows").addEventListener("paste", () => setTimeout(run_many));
element("copy").addEventListener("click", async () => {{
    try {{
        await navigator.clipboard.writeText(csv);
        element("message").textContent = "The results are copied.";
    }} catch {{
        element("rows").value = csv;
        element("message").textContent = "This browser does not copy; the results stand in the field instead.";
    }}
}});
const wrong = selfTest();
element("self-test").textContent =
    wrong === 0 ? same : `${{wrong}} stored outputs came out differently.`;
element("self-test").className = wrong === 0 ? "" : "bad";
show_one();
"""
