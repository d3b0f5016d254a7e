// The training of the session, as this page hears of it: a stream of events while it is looked at.
import { act, digits, effect, lang, revision, signal, t } from "../base.js";

/** Where training stands: `Status` of feed.py; null until it is known. */
export const status = signal(null);

const none = () => ({ epochs: [], loss: [], validation_loss: [], metric: [], learning_rate: "" });

/** The learning curves of this training, and of the one before it from the same start, as text by epoch. */
export const curves = signal({ now: none(), before: none() });

/** The two inputs of the plane, from 0, and the row at which the others are held; null holds them at their means. */
export const chosen = signal({ first: 0, second: 1, row: null });

/** What the network answers over that plane, point by point. */
export const codes = signal(null);

/** What the diagnosis finds while training, by key. */
export const findings = signal({});

/** What is measured beside the loss: accuracy or r2. */
export const metricName = (name) => (name === "accuracy" ? t("accuracy") : name);

/** Epochs per second at most; null is as fast as possible. */
export const speed = signal(50);

/** A sentence for screen readers: one in two seconds at most. */
export const said = signal("");

let waiting = "";
let timer = 0;

/** Say something politely; of several within two seconds the last one. */
export function say(sentence) {
  waiting = sentence;
  if (timer) return;
  said.value = waiting;
  timer = setTimeout(() => {
    timer = 0;
    if (waiting !== said.peek()) say(waiting);
  }, 2000);
}

let run = 0;
const MOST = 1500;

function took(curve) {
  const before = curve.run === run ? curves.peek() : { now: none(), before: none() };
  if (curve.run !== run) findings.value = {};
  run = curve.run;
  const old = curve.of === "now" ? before.now : none();
  const apart = old.epochs.length > MOST ? 2 : 1; // every other point goes
  const joined = Object.fromEntries(["epochs", "loss", "validation_loss", "metric"].map((name) => [name, [...old[name].filter((_, k) => k % apart === 0), ...curve[name]]]));
  curves.value = { ...before, [curve.of]: { ...joined, learning_rate: curve.learning_rate } };
}

function show(found) {
  if (found.run !== run) {
    run = found.run;
    curves.value = { now: none(), before: none() };
    findings.value = {};
  }
  const was = status.peek();
  status.value = found;
  if (found.revision > revision.peek()) revision.value = found.revision;
  if (was?.playing && !found.playing && !found.ended && !found.task) say(t("Paused at epoch {epoch}, loss {loss}.", found));
}

const heard = {
  step: show,
  epoch: took,
  picture: (found) => (codes.value = new Int16Array(Uint8Array.from(atob(found.codes), (letter) => letter.charCodeAt(0)).buffer)),
  finding(found) {
    findings.value = { ...findings.peek(), [found.key]: found };
    if (found.severity !== "note") say(found.title);
  },
  withdrawn({ key, title }) {
    const { [key]: gone, ...rest } = findings.peek();
    findings.value = rest;
    if (gone) say(t("No longer found: {title}", { title }));
  },
  ended(found) {
    say(`${found.note} ${found.verdict}`);
  },
};

/** Open the stream, and return what closes it: after training has paused, so that other views show where it stands. */
export function listen() {
  const close = effect(() => {
    run = 0;
    const opened = new EventSource(`/api/events?${new URLSearchParams({ digits: digits.value ?? "all", lang: lang.value, plane: JSON.stringify(chosen.value) })}`);
    for (const [name, take] of Object.entries(heard)) opened.addEventListener(name, (event) => take(JSON.parse(event.data)));
    return () => opened.close();
  });
  return () => {
    if (!status.peek()?.playing) return close();
    command("pause");
    const paused = effect(() => {
      if (!status.value.playing) setTimeout(() => (paused(), close()));
    });
  };
}

/** Ask for a command; what comes of it is heard in the stream, which may well be faster than the answer. */
export const command = (action, more = {}) => act("train", { action, speed: speed.value, digits: digits.value, ...more });

/** Whether it trains, and does not diagnose or compare. */
export const trains = () => status.value?.playing && !status.value.task;

export const toggle = () => command(trains() ? "pause" : "play");
