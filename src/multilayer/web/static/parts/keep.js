// Keeping what is shown: tables as CSV, pictures as SVG or PNG, bytes as a file. Links: see link.js.
import { t } from "../i18n.js";
import { html, useRef } from "../vendor/ui.js";

/** Save content as a file of this name. */
export function save(content, name, type = "application/octet-stream") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const cellText = (cell) => (cell.querySelector("input")?.value ?? cell.textContent).trim().replace(/\s+/g, " ");
const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A table as it is shown, as CSV. */
export const csvOf = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => quoted(cellText(cell))).join(",")).join("\n") + "\n";

const DRAWN = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity", "font-size", "font-family", "font-weight", "font-style", "text-anchor", "dominant-baseline", "visibility", "display"];

/** A picture as a document of its own: what the style sheets give it is written into its attributes. */
export function svgOf(picture) {
  const copy = picture.cloneNode(true);
  const [from, to] = [picture, copy].map((root) => [root, ...root.querySelectorAll("*")]);
  from.forEach((element, place) => {
    const style = getComputedStyle(element);
    for (const name of DRAWN) to[place].setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "tabindex"]) to[place].removeAttribute(name);
  });
  const { width, height } = picture.getBoundingClientRect();
  for (const [name, value] of Object.entries({ xmlns: "http://www.w3.org/2000/svg", width, height })) copy.setAttribute(name, value);
  const back = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width: "100%", height: "100%", fill: getComputedStyle(document.body).backgroundColor })) back.setAttribute(name, value);
  const [left, top] = (picture.getAttribute("viewBox") ?? "0 0").split(/[\s,]+/);
  back.setAttribute("x", left);
  back.setAttribute("y", top);
  copy.prepend(back);
  return new XMLSerializer().serializeToString(copy);
}

/** A picture in pixels, twice as fine as on the page. */
async function pngOf(picture) {
  if (picture instanceof HTMLCanvasElement) return new Promise((done) => picture.toBlob(done, "image/png"));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(picture))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * image.width;
  canvas.height = 2 * image.height;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Buttons under a picture or a table: `<${Kept} name="boundary" kinds=${["PNG"]}>…<//>` keeps the first one in it. */
export function Kept({ name, kinds = ["SVG", "PNG"], children }) {
  const root = useRef();
  const keep = {
    SVG: (picture) => save(svgOf(picture), `${name}.svg`, "image/svg+xml"),
    PNG: async (picture) => save(await pngOf(picture), `${name}.png`),
    CSV: (table) => save(csvOf(table), `${name}.csv`, "text/csv"),
  };
  const press = (kind) => () => {
    const found = root.current.querySelector({ SVG: "svg", PNG: "canvas, svg", CSV: "table" }[kind]);
    if (found) keep[kind](found);
  };
  return html`<div class="kept" ref=${root}>${children}
    <p class="keep">${t("Save as")} ${kinds.map((kind) => html`<button type="button" key=${kind} aria-label=${t("Save {name} as {kind}", { name, kind })} onClick=${press(kind)}>${kind}</button> `)}</p></div>`;
}
