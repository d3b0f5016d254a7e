// The lesson under way: its text and question stand above whatever view it leads through.
import { act, ask, html, lang, lesson, t, useEffect, useRef, useState, view } from "../base.js";
import { taken } from "./form.js";

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

/** Cover the cells of these arrays, and what would give them away. */
function cover(arrays) {
  document.documentElement.classList.toggle("covered", arrays.length > 0);
  const cells = arrays.map((name) => `[data-cell^="${CSS.escape(name).replaceAll("\\", "")}["]`).join(", ");
  sheet.replaceSync(cells ? `${cells} { color: transparent !important; background: repeating-linear-gradient(45deg, var(--box) 0 4px, var(--line) 4px 6px) !important; user-select: none; }` : "");
}

/** A text, in which what stands between backticks is code. */
const Inline = ({ text }) => text.split("`").map((part, i) => (i % 2 ? html`<code>${part}</code>` : part));
const Prose = ({ text }) => html`<p><${Inline} text=${text} /></p>`;

/** Back to the list of lessons. */
function leave() {
  lesson.value = null;
  view.value = "lessons";
  document.getElementById("main").focus();
}

export function LessonBar() {
  const at = lesson.value;
  const bar = useRef();
  const [step, setStep] = useState(null);
  const [judged, setJudged] = useState(null);
  const [typed, setTyped] = useState("");

  useEffect(() => {
    if (!at) {
      setStep(null);
      return cover([]);
    }
    setJudged(null);
    setTyped("");
    act("lesson", { ...at, open: true }).then((found) => {
      if (!found || lesson.peek() !== at) return;
      setStep(found);
      cover(found.hide);
      if (found.view) view.value = found.view;
      requestAnimationFrame(() => bar.current?.focus()); // what was pressed may be gone
    });
  }, [at]);
  useEffect(() => {
    if (at) ask("lesson", at).then(setStep, () => {});
  }, [lang.value]);

  if (!at || !step) return null;
  const go = (by) => (lesson.value = { lesson: at.lesson, step: at.step + by });
  const answer = (text) =>
    act("answer", { ...at, text }).then((found) => {
      if (!found || lesson.peek() !== at) return;
      setJudged(found);
      if (found.right) cover([]);
    });
  const last = at.step + 1 === step.steps;
  const done = judged?.right || !step.question;
  return html`<aside class="lesson" aria-label=${t("Lesson")} tabindex="-1" ref=${bar}>
    <header><b>${at.lesson + 1}. ${step.title}</b> <span class="soft">${t("step {step} of {steps}", { step: at.step + 1, steps: step.steps })}</span>
      <button onClick=${leave}>${t("Leave the lesson")}</button></header>
    <${Prose} text=${step.text} />
    ${step.question && html`<form onSubmit=${(event) => { event.preventDefault(); answer(typed); }}>
      <${Prose} text=${step.question} />
      ${step.kind === "choice"
        ? html`<div class="controls" role="group" aria-label=${t("Answers")}>${step.options.map((option, i) => html`<button type="button" key=${i} aria-pressed=${typed === String(i + 1)} onClick=${() => (setTyped(String(i + 1)), answer(String(i + 1)))}>${option}</button>`)}</div>`
        : html`<div class="controls">${step.kind !== "reach" && html`<input type="text" inputmode="decimal" autocomplete="off" size="12" data-own-undo aria-label=${t("Your answer")} value=${typed} onInput=${taken(setTyped)} />`}<button class="main">${t("Check")}</button></div>`}
    </form>`}
    <p class=${judged?.right ? "judged right" : "judged"} role="status">${judged && html`<span aria-hidden="true">${judged.right ? "✓" : "✗"}</span> <${Inline} text=${judged.text} />`}</p>
    <div class="controls">
      <button disabled=${!at.step} onClick=${() => go(-1)}>${t("Back")}</button>
      ${last
        ? html`<button class=${done ? "main" : ""} onClick=${leave}>${t("To the lessons")}</button>`
        : html`<button class=${done ? "main" : ""} onClick=${() => go(1)}>${done ? t("Next") : t("Next, without an answer")}</button>`}
    </div>
  </aside>`;
}
