// The list of lessons.
import { ask, html, lesson, t, useAnswer } from "../base.js";

export default function Lessons() {
  const listed = useAnswer(() => ask("lessons"), []) ?? [];
  return html`<ol class="lessons">${listed.map(({ title, steps }, i) => html`<li key=${i}><button onClick=${() => (lesson.value = { lesson: i, step: 0 })}>
      <b>${title}</b> <span class="soft">${t("{count} steps", { count: steps })}</span></button></li>`)}</ol>`;
}
