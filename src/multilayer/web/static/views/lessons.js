// The list of lessons.
import { ask, useAnswer } from "../api.js";
import { t } from "../i18n.js";
import { lesson } from "../state.js";
import { html } from "../vendor/ui.js";

export default function Lessons() {
  const listed = useAnswer(() => ask("lessons"), []) ?? [];
  return html`<h1>${t("Lessons")}</h1>
    <p>${t("Twelve short lessons, from one unit by hand to a network that does not learn. Each opens its own network; Undo brings back what was open.")}</p>
    <ol class="lessons">${listed.map(({ title, steps }, i) => html`<li key=${i}><button onClick=${() => (lesson.value = { lesson: i, step: 0 })}>
      <b>${title}</b> <span class="soft">${t("{count} steps", { count: steps })}</span></button></li>`)}</ol>`;
}
