// The page: its header, the tabs, the view that is shown, and the address.
import { attempt, effect, enter, html, lang, preferred, render, session, speak, t, view } from "./base.js";
import { Tools, Views, follow, onKey, refresh } from "./parts/frame.js";
import { Saver } from "./parts/keep.js";
import { LessonBar } from "./parts/lesson.js";
import { openHash } from "./link.js";
import { VIEWS } from "./views/index.js";

function Header() {
  const open = session.value;
  return html`<header class="top"><a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), document.getElementById("main").focus())}>${t("Skip to the view")}</a>
    <div class="brand"><img src="/static/icon.svg" alt="" width="22" height="22" /> multilayer <span class="soft">studio</span></div>
    ${open && html`<p class="open"><b class="number">${open.widths.join("-")}</b> <span class="soft">${open.activations.join(", ")} · ${open.rows === 1 ? t("1 row") : t("{count} rows", { count: open.rows })}</span></p>`}
    <${Tools} />
  </header>`;
}

function Page() {
  return html`<${Header} /><${Views} ids=${Object.keys(VIEWS)} named=${(title) => (document.title = `multilayer studio · ${title}`)}><${LessonBar} /><//>
    <footer><${Saver} key=${view.value} /></footer>`;
}

/** Open what the address holds behind its #, once: from then on the address has the view alone. */
async function openLink() {
  try {
    await openHash(location.hash, Object.keys(VIEWS));
  } finally {
    history.replaceState(null, "", `#view=${view.value}`);
  }
}

async function start() {
  await enter();
  await refresh();
  await speak(session.value?.language ?? localStorage.getItem("language") ?? preferred());
  effect(() => localStorage.setItem("language", (document.documentElement.lang = lang.value)));
  await attempt(openLink);
  addEventListener("hashchange", () => attempt(openLink));
  effect(() => history.replaceState(null, "", `#view=${view.value}`));
  follow();
  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
  render(html`<${Page} />`, document.body);
}

start();
