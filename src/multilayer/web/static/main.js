// The frame of the page: header, tabs, the view that is shown, and what went wrong.
import { ask, attempt, enter, inTurn } from "./api.js";
import { LANGUAGES, lang, preferred, speak, t } from "./i18n.js";
import { Saver } from "./parts/keep.js";
import { LessonBar } from "./parts/lesson.js";
import { openHash } from "./link.js";
import { digits, problem, revision, session, view } from "./state.js";
import { effect, html, render, signal, useEffect } from "./vendor/ui.js";
import { VIEWS } from "./views/index.js";

const loaded = signal({});
const shownView = () => VIEWS.find(({ id }) => id === view.value) ?? VIEWS[0];

async function refresh() {
  session.value = await ask("session");
}

/** Undo or redo, after every edit that was made before. */
const step = (name) => attempt(() => inTurn(() => ask(name)));

/** Ctrl+Z, and Ctrl+Shift+Z or Ctrl+Y; in a field that has been typed into they are the browser's own. */
function onKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  if (!["z", "y"].includes(key) || event.target.closest("textarea, [data-draft], [data-own-undo]")) return;
  event.preventDefault();
  step(key === "y" || event.shiftKey ? "redo" : "undo");
}

function Header() {
  const open = session.value;
  return html`<header class="top">
    <div class="brand"><img src="/static/icon.svg" alt="" width="22" height="22" /> multilayer <span class="soft">studio</span></div>
    ${open && html`<p class="open"><b class="number">${open.widths.join("-")}</b> <span class="soft">${open.activations.join(", ")} · ${open.rows === 1 ? t("1 row") : t("{count} rows", { count: open.rows })}</span></p>`}
    <div class="tools">
      <button type="button" disabled=${!open?.can_undo} onClick=${() => step("undo")}>${t("Undo")}</button>
      <button type="button" disabled=${!open?.can_redo} onClick=${() => step("redo")}>${t("Redo")}</button>
      <label>${t("Digits")} <select value=${digits.value ?? "all"} onChange=${(event) => (digits.value = Number(event.target.value) || null)}>
        ${[3, 6, 10].map((count) => html`<option value=${count}>${count}</option>`)}<option value="all">${t("all")}</option>
      </select></label>
      <select aria-label=${t("Language")} value=${lang.value} onChange=${(event) => speak(event.target.value)}>
        ${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} lang=${code}>${name}</option>`)}
      </select>
    </div>
  </header>`;
}

function Tabs() {
  return html`<nav aria-label=${t("Views")}><ul>${VIEWS.map(
    ({ id, title }) =>
      html`<li><a href=${`#view=${id}`} aria-current=${view.value === id ? "page" : undefined} onClick=${(event) => {
        event.preventDefault();
        view.value = id;
      }}>${title()}</a></li>`,
  )}</ul></nav>`;
}

function Page() {
  const View = loaded.value[shownView().id];
  useEffect(() => {
    document.title = `multilayer studio · ${shownView().title()}`;
  }, [view.value, lang.value]);
  return html`<${Header} /><${Tabs} />
    <main id="main" tabindex="-1">
      <${LessonBar} />
      <p class="problem" role="alert">${problem.value}</p>
      ${session.value && View ? html`<${View} key=${view.value} />` : html`<p class="soft">…</p>`}
    </main>
    <footer><${Saver} key=${view.value} /></footer>`;
}

/** Open what the address holds behind its #, once: from then on the address has the view alone. */
async function openLink() {
  try {
    await openHash(location.hash, VIEWS.map(({ id }) => id));
  } finally {
    history.replaceState(null, "", `#view=${view.value}`);
  }
}

async function start() {
  await enter();
  await attempt(refresh);
  await speak(session.value?.language ?? localStorage.getItem("language") ?? preferred());
  effect(() => localStorage.setItem("language", lang.value));
  await attempt(openLink);
  addEventListener("hashchange", () => attempt(openLink));
  effect(() => history.replaceState(null, "", `#view=${view.value}`));
  effect(() => {
    const { id, load } = shownView();
    if (!(id in loaded.peek())) load().then((module) => (loaded.value = { ...loaded.peek(), [id]: module.default }));
  });
  effect(() => {
    if (session.value && revision.value !== session.peek().revision) attempt(refresh);
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && attempt(refresh));
  render(html`<${Page} />`, document.body);
}

start();
