// Links: the state of the page behind the #, which no other server sees. What is not a link of this version is answered politely.
import { array, ask, effect, letters, loss, optimizer, rate, Refused, row, session, span, t, taken, view } from "./base.js";

const VERSION = "1";
const MAX_LINK = 8192;

const whole = (value) => Number.isInteger(value) && value >= 0 && value < 1e6;
const short = (value) => typeof value === "string" && value.length < 40;

/** How things are looked at, as links hold it: each signal, and what it may be. */
const LOOK = {
  row: [row, whole],
  loss: [loss, short],
  rows: [span, (value) => value === null || (whole(value.first) && whole(value.count - 1))],
  steps: [taken, (value) => whole(value - 1)],
  update: [optimizer, (value) => short(value.optimizer) && Object.values(value.parameters).every(short)],
  array: [array, short],
  rate: [rate, short],
};
const looks = () => JSON.stringify(Object.entries(LOOK).map(([name, [kept]]) => [name, kept.value]));
const USUAL = looks();

/** Look at things as a link has it; what cannot be is left as it is. */
async function look(packed) {
  if (!packed) return;
  try {
    for (const [name, value] of JSON.parse(await ask("open_look", { packed }))) if (LOOK[name][1](value)) LOOK[name][0].value = value;
  } catch {} // the network is there all the same
}

/** The view that a link leads to. */
let shown;
effect(() => (shown = view.value === "keep" ? shown : view.value));

/** A link to what is open, and whether it holds the rows; a link of null is too long. */
export async function makeLink() {
  const { preset, open, look, has_rows: hasRows } = await ask("link", { look: looks() });
  const parts = [`v=${VERSION}`, `view=${shown}`, `letters=${Object.values(letters.value).join("-")}`];
  parts.push(preset ? `preset=${preset}` : `open=${open}`);
  if (looks() !== USUAL) parts.push(`look=${look}`);
  const hash = `#${parts.join("&")}`;
  return { link: hash.length > MAX_LINK ? null : location.origin + location.pathname + hash, hasRows };
}

/** The parts of a hash by name. It may hold anything: the first of each name counts, and nothing is decoded twice. */
export const parts = (hash) => new Map([...new URLSearchParams(hash.slice(hash.indexOf("#") + 1))].reverse());

/** Open what a hash holds: its view, its letters, its network, how it is looked at. Only a `Refused` is ever thrown. */
export async function openHash(hash, views) {
  const found = parts(hash);
  if (found.has("v") && found.get("v") !== VERSION) {
    throw new Refused(t("This link was made by another version of the studio ({found}, this one is {version}). Open it there, and save the network as a file.", { found: found.get("v").slice(0, 20), version: VERSION }));
  }
  const [sums, index, weights] = (found.get("letters") ?? "").split("-");
  if (/^(az|za) (ij|ji) (io|oi)$/.test(`${sums} ${index} ${weights}`)) letters.value = { sums, index, weights };
  if (views.includes(found.get("view"))) view.value = found.get("view");
  const opened = await openNetwork(found);
  await look(found.get("look"));
  return opened;
}

async function openNetwork(found) {
  if (!found.has("preset") && !found.has("open")) return false;
  // Another site may have led here: what has been worked on is not replaced without a word.
  if (session.value?.can_undo && !confirm(t("Open what the link holds? Undo brings back what is open now."))) return false;
  if (found.has("preset")) {
    await ask("preset", { name: found.get("preset").slice(0, 100) });
    return true;
  }
  await ask("open_link", { packed: found.get("open") });
  return true;
}
