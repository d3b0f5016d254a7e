// What pieces of a view are put into.
import { html } from "../base.js";

/** A piece with a heading. */
export const Part = ({ id, title, children, ...rest }) => html`<section aria-labelledby=${id} ...${rest}><h2 id=${id}>${title}</h2>${children}</section>`;

/** What may be wide: it scrolls, so that the page does not. */
export const Scroll = ({ label, children, ...rest }) => html`<div tabindex="0" role="group" aria-label=${label} ...${rest} class=${`scroll ${rest.class ?? ""}`}>${children}</div>`;

/** Heads of the columns of a table; "" for none. */
export const Heads = ({ of }) => html`<thead><tr>${of.map((name) => (name === "" ? html`<td></td>` : html`<th scope="col">${name}</th>`))}</tr></thead>`;

/** A table of these rows, with heads of its columns. */
export const Listing = ({ label, heads, children, ...rest }) =>
  html`<${Scroll} label=${label}><table class="matrix" ...${rest}><${Heads} of=${heads} /><tbody>${children}</tbody></table><//>`;

/** The handler that does something with Escape, which then means nothing else. */
export const onEscape = (action) => (event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  action();
};
