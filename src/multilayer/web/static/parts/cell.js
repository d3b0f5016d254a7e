// A number that can be changed where it stands: Tab or Enter commits, Esc restores, the arrows go to the next cell.
import { html, useRef, useState } from "../base.js";
import { onEscape } from "./pieces.js";

/** The cell in a direction, in the same table. */
function neighbour(element, key) {
  const cell = element.closest("td");
  const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
  const row = cell.closest("tbody").rows[cell.parentElement.sectionRowIndex + down];
  return row?.cells[cell.cellIndex + right]?.querySelector("input, button");
}

const CELLS = "td :is(input, button)";

/** The Tab key stops at the first cell of a table, or of its chosen row, and else at what the table scrolls in; the arrows reach all. */
export function stopOnce(table) {
  const one = table.querySelector(`.chosen ${CELLS}`) ?? table.querySelector(CELLS);
  table.parentElement.tabIndex = one ? -1 : 0;
  for (const cell of table.querySelectorAll(CELLS)) cell.tabIndex = cell === one ? 0 : -1;
}

/** Move between the cells of a table by the arrow keys, and by Tab while one types. */
export function moveByKeys(event) {
  if (event.key === "Tab" && event.target.dataset.draft !== undefined) {
    const all = [...event.currentTarget.querySelectorAll(CELLS)];
    const next = all[all.indexOf(event.target) + (event.shiftKey ? -1 : 1)];
    if (next) event.preventDefault(), next.focus();
  }
  if (!event.key.startsWith("Arrow") || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.target.dataset.draft !== undefined && !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  neighbour(event.target, event.key)?.focus();
}

/** Several numbers that are pasted, as of a spreadsheet: [the input, its text], from the cell that has the focus on. */
export function pasted(event) {
  const lines = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
  const first = event.target.closest("td");
  if (!first || lines.flat().length < 2) return [];
  event.preventDefault();
  const { rows } = first.closest("tbody");
  const input = (i, j) => rows[first.parentElement.sectionRowIndex + i]?.cells[first.cellIndex + j]?.querySelector("input");
  return lines.flatMap((line, i) => line.map((text, j) => [input(i, j), text])).filter(([cell]) => cell);
}

/** `commit(text)` is a promise: of "" when the number was taken, of the reason when it was not. What is typed meanwhile stays. */
export function Cell({ name, label, text, size, commit }) {
  const [draft, setDraft] = useState(null);
  const [refused, setRefused] = useState({ draft: "", reason: "" });
  const sent = useRef(null); // the latest draft that has been committed, until it is answered
  const problem = refused.draft === draft ? refused.reason : "";
  const finish = async () => {
    if (draft === null || draft === sent.current || problem) return;
    if (draft.trim() === "" || (draft === text && sent.current === null)) return setDraft(null);
    sent.current = draft;
    const reason = await commit(draft);
    setRefused({ draft, reason });
    if (!reason) setDraft((now) => (now === draft ? null : now));
    if (sent.current === draft) sent.current = null;
  };
  const onKeyDown = (event) => {
    const { key, target } = event;
    if (event.isComposing) return;
    if (key === "Enter") finish().then(() => requestAnimationFrame(() => target.matches(":focus") && target.dataset.draft === undefined && target.select()));
    else if (draft !== null) onEscape(() => setDraft(null))(event);
  };
  return html`<input class="cell" type="text" inputmode="text" autocomplete="off" spellcheck=${false} data-cell=${name} aria-label=${label}
      size=${size} value=${draft ?? text} data-draft=${draft === null ? undefined : ""} aria-invalid=${problem ? "true" : undefined}
      aria-describedby=${problem ? `why-${name}` : undefined} onFocus=${(event) => event.target.select()}
      onInput=${(event) => setDraft(event.target.value)} onBlur=${finish} onKeyDown=${onKeyDown} />
    ${problem && html`<span class="why" role="alert" id=${`why-${name}`}>${problem}</span>`}`;
}
