// Keeping what is shown: any table of a view as CSV, any picture as SVG or PNG, bytes as a file. Links: see link.js.
import { html, t, useState } from "../base.js";

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
const csvOf = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => quoted(cellText(cell))).join(",")).join("\n") + "\n";

const DRAWN = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "paint-order", "opacity", "font-size", "font-family", "font-weight", "font-style", "text-anchor", "dominant-baseline", "visibility", "display"];

/** A picture as a document of its own: what the style sheets give it is written into its attributes. */
function svgOf(picture) {
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

/** A picture in pixels, on the page's colour; a drawn one twice as fine as on the page. */
async function pngOf(picture) {
  let [image, fine] = [picture, 1];
  if (!(picture instanceof HTMLCanvasElement)) {
    [image, fine] = [new Image(), 2];
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(picture))}`;
    await image.decode();
  }
  const canvas = document.createElement("canvas");
  canvas.width = fine * image.width;
  canvas.height = fine * image.height;
  const context = canvas.getContext("2d");
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

const WAYS = {
  SVG: [(shown) => shown instanceof SVGSVGElement, (shown, name) => save(svgOf(shown), name, "image/svg+xml")],
  PNG: [(shown) => !(shown instanceof HTMLTableElement), async (shown, name) => save(await pngOf(shown), name)],
  CSV: [(shown) => shown instanceof HTMLTableElement, (shown, name) => save(csvOf(shown), name, "text/csv")],
};

/** What a picture or a table is called: its caption, its label, or the heading above it. */
function nameOf(shown) {
  const heading = shown.closest("section")?.querySelector("h2, h3");
  const name = shown.caption?.textContent || shown.getAttribute("aria-label") || heading?.textContent || shown.localName;
  return name.trim().replace(/\s+/g, " ").slice(0, 80);
}

const fileName = (name) => name.replace(/[^\p{L}\p{N}()]+/gu, "-").replace(/^-|-$/g, "") || "table";

/** Below each view: its pictures and tables, to be saved as they are shown. */
export function Saver() {
  const [found, setFound] = useState([]);
  const look = (event) => {
    const shown = event.currentTarget.open ? document.querySelectorAll("main svg[role=img], main canvas, main table:has(caption)") : [];
    setFound([...shown].filter((each) => each.getBoundingClientRect().width));
  };
  return html`<details class="saver" onToggle=${look}><summary>${t("Save a picture or a table of this view")}</summary>
    <ul>${found.map((shown, place) => html`<li key=${place}><span>${nameOf(shown)}</span> ${Object.entries(WAYS).map(([kind, [fits, keep]]) => fits(shown) &&
      html`<button aria-label=${t("Save {name} as {kind}", { name: nameOf(shown), kind })} onClick=${() => keep(shown, `${fileName(nameOf(shown))}.${kind.toLowerCase()}`)}>${kind}</button> `)}</li>`)}</ul>
  </details>`;
}
