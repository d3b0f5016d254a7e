// How to train: the recipe as a form, and new weights.
import { act, ask, attempt, html, inTurn, lang, session, signal, t, useEffect, useState } from "../base.js";
import { Choice, Field, Text, Tick } from "./form.js";

/** The recipe as a form: `Choices` of views/learn.py. */
export const choices = signal(null);

/** The words for the settings that are shown, in their order: those that stand open, and the others. */
const first = () => ({ loss: t("Loss"), optimizer: t("Optimizer"), learning_rate: t("Learning rate"), epochs: t("Epochs"), batch_size: t("Rows in a batch"), seed: t("Seed"), validation: t("Fraction held out") });
const further = () => ({ momentum: t("Momentum"), schedule: t("Schedule"), patience: t("Patience"), dropout: t("Dropout"), l2: "L2", weight_decay: t("Weight decay"), shuffle: t("Shuffle the rows") });

/** A field of the form, as `Field` of settings.py has it, with its label. */
function Setting({ name, label, value, options, limits, of_optimizer, is_optional }) {
  const take = async (given) => {
    const found = await attempt(() => inTurn(() => ask("set_recipe", { name, value: given, of_optimizer })));
    choices.value = found ?? { ...choices.peek() };
  };
  const props = { label, name, take, title: limits };
  if (typeof value === "boolean") return html`<${Tick} ...${props} checked=${value} />`;
  if (options.length) return html`<${Choice} ...${props} value=${value} options=${options} />`;
  return html`<${Field} ...${props} class="number" inputmode="decimal" size="8" placeholder=${is_optional ? t("none") : ""} value=${value} />`;
}

export function Recipe() {
  useEffect(() => {
    act("recipe").then((found) => found && (choices.value = found));
  }, [session.value.revision, lang.value]);
  const known = choices.value;
  if (!known) return null;
  const [{ value: chosen }] = known.fields.filter(({ name }) => name === "optimizer");
  const main = first(), others = further();
  const own = known.fields.filter(({ name, of_optimizer }) => of_optimizer && !(name in main || name in others));
  const more = { ...Object.fromEntries(own.map(({ name }) => [name, name])), ...others };
  const fields = (labels) => html`<div class="fields">${Object.keys(labels).flatMap((wanted) => known.fields.filter(({ name }) => name === wanted)).map((each) => html`<${Setting} key=${`${each.of_optimizer && chosen} ${each.name}`} ...${each} label=${labels[each.name]} />`)}</div>`;
  return html`<details class="recipe" open><summary>${t("Recipe")}</summary>
    ${known.refused && html`<p class="refused">${known.refused}</p>`}
    ${fields(main)}
    <details><summary>${t("More settings")}</summary>${fields(more)}</details>
    <${Beginning} initializers=${known.initializers} />
  </details>`;
}

function Beginning({ initializers }) {
  const [seed, setSeed] = useState("0");
  const [initializer, setInitializer] = useState("");
  const draw = () => act("initialize", { seed: Math.trunc(Math.abs(Number(seed))) || 0, initializer: initializer || null });
  return html`<div class="fields" role="group" aria-label=${t("New weights")}>
    <${Choice} label=${t("Starting weights")} name="initializer" value=${initializer} options=${[["", t("what fits each activation")], ...initializers]} take=${setInitializer} />
    <${Text} label=${t("Seed of the weights")} class="number" name="weights_seed" type="number" min="0" value=${seed} take=${setSeed} />
    <button onClick=${draw}>${t("Draw new weights")}</button>
  </div>`;
}
