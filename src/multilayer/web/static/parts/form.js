// Fields of a form, each with its label; `take` gets what was chosen or typed.
import { html, useState } from "../base.js";
import { onEscape } from "./pieces.js";

/** The handler that takes the text of a field. */
export const taken = (take) => (event) => take(event.target.value);

/** A text that is taken with Enter, or when the field is left. What is typed stays until `take` is done, whatever is drawn
 * anew meanwhile, and longer where one types on. */
export function Field({ label, value, take, ...rest }) {
  const [draft, setDraft] = useState(null);
  const done = async (given) => {
    await take(given);
    setDraft((now) => (now === given ? null : now));
  };
  return html`<label>${label} <input autocomplete="off" ...${rest} value=${draft ?? value} data-draft=${draft === null ? undefined : ""} onInput=${taken(setDraft)}
    onChange=${taken(done)} onBlur=${() => draft === String(value) && setDraft(null)} onKeyDown=${draft === null ? undefined : onEscape(() => setDraft(null))} /></label>`;
}

/** A whole number from `min` to `max`: what is beyond is moved between them, what is no number is `min`. */
export const Whole = ({ min, max, take, ...rest }) =>
  html`<${Field} type="number" min=${min} max=${max} take=${(text) => take(Math.max(min, Math.min(Math.trunc(Number(text) || min), max ?? Infinity)))} ...${rest} />`;

/** A text that is taken letter by letter. */
export const Text = ({ label, take, ...rest }) => html`<label>${label} <input autocomplete="off" ...${rest} onInput=${taken(take)} /></label>`;

/** One of several: `options` are values, or pairs of a value and what is said for it. */
export const Choice = ({ label, options, take, ...rest }) => html`<label>${label} <select ...${rest} onChange=${taken(take)}>${options.map((each) => {
  const [value, text = value] = [each].flat();
  return html`<option value=${value}>${text}</option>`;
})}</select></label>`;

/** Yes or no. */
export const Tick = ({ label, take, ...rest }) =>
  html`<label class="tick"><input type="checkbox" ...${rest} onChange=${(event) => take(event.target.checked)} /> ${label}</label>`;
