// What pieces of a view are put into.
import { html } from "../vendor/ui.js";

/** A piece with a heading. */
export const Part = ({ id, title, children, ...rest }) => html`<section aria-labelledby=${id} ...${rest}><h2 id=${id}>${title}</h2>${children}</section>`;

/** What may be wide: it scrolls, so that the page does not. */
export const Scroll = ({ label, children, ...rest }) => html`<div tabindex="0" role="group" aria-label=${label} ...${rest} class=${`scroll ${rest.class ?? ""}`}>${children}</div>`;

/** Heads of the columns of a table; "" for none. */
export const Heads = ({ of }) => html`<thead><tr>${of.map((name) => (name === "" ? html`<td></td>` : html`<th scope="col">${name}</th>`))}</tr></thead>`;
