// The studio as a widget of a notebook: the views that need no address and no stream, in a root of their own.
import { lang, preferred, speak } from "../i18n.js";
import { revision, session, view, wire } from "../state.js";
import { effect, html, render } from "../vendor/ui.js";
import { VIEWS } from "../views/index.js";
import { Shown, Tabs, Tools, follow, onKey, refresh } from "./frame.js";

/** Show it in a shadow root. `fetch` carries questions; the answer is what is to be called when another one changes something, and when it ends. */
export async function show(root, fetch, first, views) {
  wire.fetch = fetch;
  view.value = first;
  await refresh();
  await speak(session.value?.language ?? preferred());
  const stop = effect(() => (root.host.lang = lang.value));
  follow();
  const page = root.appendChild(document.createElement("div"));
  page.addEventListener("keydown", onKey);
  const shown = VIEWS.filter(({ id }) => views.includes(id));
  render(html`<header class="top"><${Tools} /></header><${Tabs} views=${shown} /><main><${Shown} /></main>`, page);
  return {
    changed: (latest) => (revision.value = Math.max(revision.peek(), latest)),
    end() {
      stop();
      render(null, page);
    },
  };
}
