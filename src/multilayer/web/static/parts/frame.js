// What stands around a view, on the page and in a notebook: undo, digits, language, tabs.
import { act, ask, attempt, digits, effect, html, lang, LANGUAGES, problem, revision, session, signal, speak, t, useAnswer, useEffect, useRef, view } from "../base.js";
import { VIEWS } from "../views/index.js";
import { Choice, taken } from "./form.js";

const loaded = signal({});

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
    const id = view.value;
    if (!(id in loaded.peek())) VIEWS[id]().then((module) => (loaded.value = { ...loaded.peek(), [id]: module.default }));
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

/** The tabs of these views, and the one that is shown, below what stands above all (`children`); `named` hears its title. Escape leads to the tabs. */
export function Views({ ids, named, children }) {
  const listed = (useAnswer(() => ask("views"), []) ?? []).filter(({ id }) => ids.includes(id));
  const { title, heading, about, more } = listed.find(({ id }) => id === view.value) ?? {};
  useEffect(() => void (title && named?.(title)), [title]);
  const View = loaded.value[view.value];
  const [nav, main] = [useRef(), useRef()];
  const leave = (event) => event.key === "Escape" && !event.isComposing && nav.current.querySelector("[aria-current]")?.focus();
  return html`<nav aria-label=${t("Views")} ref=${nav}><ul>${listed.map(
    ({ id, title }) =>
      html`<li><a href=${`#view=${id}`} aria-current=${view.value === id ? "page" : undefined} onClick=${(event) => {
        event.preventDefault();
        view.value = id;
        main.current.focus();
      }}>${title}</a></li>`,
  )}</ul></nav>
  <main id="main" tabindex="-1" ref=${main} onKeyDown=${leave}>${children}
    <p class="problem" role="alert">${problem.value}</p>
    ${title && html`<h1>${heading}</h1>${about && html`<p class="soft">${about}</p>`}
      ${more && html`<details class="help" key=${view.value}><summary>${more[0]}</summary><p>${more[1]}</p></details>`}`}
    ${session.value && View ? html`<${View} key=${view.value} />` : html`<p class="soft">…</p>`}
  </main>`;
}
