// A field of a form: its text is taken with Enter, or when the field is left.
import { html, useState } from "../vendor/ui.js";

/** What is typed stays until `take(text)` is done, whatever is drawn anew meanwhile, and longer where one types on. */
export function Field({ label, value, take, ...rest }) {
  const [draft, setDraft] = useState(null);
  const done = async ({ target: { value: given } }) => {
    await take(given);
    setDraft((now) => (now === given ? null : now));
  };
  return html`<label>${label} <input autocomplete="off" ...${rest} value=${draft ?? value} data-draft=${draft === null ? undefined : ""} onInput=${(event) => setDraft(event.target.value)}
    onChange=${done} onBlur=${() => draft === String(value) && setDraft(null)} onKeyDown=${(event) => event.key === "Escape" && setDraft(null)} /></label>`;
}

/** A whole number from `min` to `max`: what is beyond is moved between them, what is no number is `min`. */
export const Whole = ({ min, max, take, ...rest }) =>
  html`<${Field} type="number" min=${min} max=${max} take=${(text) => take(Math.max(min, Math.min(Math.trunc(Number(text) || min), max ?? Infinity)))} ...${rest} />`;
