// What stands around a view, on the page and in a notebook: undo, digits, language, tabs.
import { act, ask, attempt } from "../api.js";
import { LANGUAGES, lang, speak, t } from "../i18n.js";
import { digits, problem, revision, session, view } from "../state.js";
import { effect, html, signal } from "../vendor/ui.js";
import { VIEWS } from "../views/index.js";
import { Choice, taken } from "./form.js";

const loaded = signal({});

/** The entry of the view that is shown. */
export const shownView = () => VIEWS.find(({ id }) => id === view.value) ?? VIEWS[0];

export const refresh = () => attempt(async () => (session.value = await ask("session")));

/** Ctrl+Z, and Ctrl+Shift+Z or Ctrl+Y; in a field that has been typed into they are the browser's own. */
export function onKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  if (!["z", "y"].includes(key) || event.target.closest("textarea, [data-draft], [data-own-undo]")) return;
  event.preventDefault();
  act(key === "y" || event.shiftKey ? "redo" : "undo");
}

/** From now on: load the view that is shown, and follow the session. */
export function follow() {
  effect(() => {
    const { id, load } = shownView();
    if (!(id in loaded.peek())) load().then((module) => (loaded.value = { ...loaded.peek(), [id]: module.default }));
  });
  effect(() => {
    if (session.value && revision.value !== session.peek().revision) refresh();
  });
}

export function Tools() {
  const open = session.value;
  return html`<div class="tools">
    <button disabled=${!open?.can_undo} onClick=${() => act("undo")}>${t("Undo")}</button>
    <button disabled=${!open?.can_redo} onClick=${() => act("redo")}>${t("Redo")}</button>
    <${Choice} label=${t("Digits")} value=${digits.value ?? "all"} take=${(count) => (digits.value = Number(count) || null)} options=${[3, 6, 10, ["all", t("all")]]} />
    <select aria-label=${t("Language")} value=${lang.value} onChange=${taken(speak)}>
      ${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} lang=${code}>${name}</option>`)}
    </select>
  </div>`;
}

export function Tabs({ views }) {
  return html`<nav aria-label=${t("Views")}><ul>${views.map(
    ({ id, title }) =>
      html`<li><a href=${`#view=${id}`} aria-current=${view.value === id ? "page" : undefined} onClick=${(event) => {
        event.preventDefault();
        view.value = id;
      }}>${title()}</a></li>`,
  )}</ul></nav>`;
}

export function Shown() {
  const View = loaded.value[shownView().id];
  return html`<p class="problem" role="alert">${problem.value}</p>
    ${session.value && View ? html`<${View} key=${view.value} />` : html`<p class="soft">…</p>`}`;
}
