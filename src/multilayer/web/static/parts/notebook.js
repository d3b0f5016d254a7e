// The studio as a widget of a notebook: the views that need no address and no stream, in a root of their own.
import { effect, html, lang, preferred, render, revision, session, speak, view, wire } from "../base.js";
import { Tools, Views, follow, onKey, refresh } from "./frame.js";

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
  render(html`<header class="top"><${Tools} /></header><${Views} ids=${views} />`, page);
  return {
    changed: (latest) => (revision.value = Math.max(revision.peek(), latest)),
    end() {
      stop();
      render(null, page);
    },
  };
}
