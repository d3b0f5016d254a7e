// Words of the page. A sentence is one whole English template with named places; the catalogue has it in other languages.
import { wire } from "./state.js";
import { signal } from "./vendor/ui.js";

export const LANGUAGES = { en: "English", ko: "한국어" };

/** The language of the page. */
export const lang = signal("en");

const catalogues = { en: {} };
const catalogue = signal(catalogues.en);

/** Return a sentence in the language of the page, with its places filled in. */
export function t(template, places = {}) {
  const sentence = catalogue.value[template] ?? template;
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in places ? String(places[name]) : place));
}

/** Show the page in another language. */
export async function speak(code) {
  if (!(code in LANGUAGES)) return;
  if (!(code in catalogues)) catalogues[code] = await (await wire.fetch(`/static/i18n/${code}.json`)).json();
  catalogue.value = catalogues[code];
  lang.value = code;
}

/** The first of the browser's languages that the page has. */
export function preferred() {
  return navigator.languages.map((each) => each.slice(0, 2)).find((code) => code in LANGUAGES) ?? "en";
}
