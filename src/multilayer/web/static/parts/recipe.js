// How to train: the recipe as a form, and new weights.
import { act, ask, attempt, inTurn } from "../api.js";
import { lang, t } from "../i18n.js";
import { problem, session } from "../state.js";
import { html, signal, useEffect, useState } from "../vendor/ui.js";
import { Choice, Field, Text, Tick } from "./form.js";

/** The recipe and what it can be made of: `Choices` of views/learn.py. */
export const choices = signal(null);

const WHOLE = ["epochs", "batch_size", "seed", "patience"];

async function change(changes) {
  const found = await attempt(() => inTurn(() => ask("set_recipe", { recipe: { ...choices.peek().recipe, ...changes } })));
  choices.value = found ?? { ...choices.peek() };
  return Boolean(found);
}

/** A number in a field: 0,25 is 0.25; what is empty is null; undefined for what is no number. */
function typed(text, name) {
  const plain = text.trim().replace(",", ".");
  if (!plain) return null;
  const value = Number(plain);
  if (Number.isFinite(value)) return value;
  problem.value = t("{name} takes a number; found {text}", { name, text: text.slice(0, 40) });
  return undefined;
}

function Quantity({ value, commit, optional, ...rest }) {
  const take = async (text) => {
    const number = typed(text, rest.label);
    if (number === null && !optional) problem.value = t("{name} takes a number; found nothing", { name: rest.label });
    else if (number !== undefined) await commit(number);
  };
  return html`<${Field} class="number" inputmode="decimal" size="8" placeholder=${optional ? t("none") : ""} value=${String(value ?? "")} take=${take} ...${rest} />`;
}

function Parameter({ recipe, card: { name, default: usual, limits } }) {
  const given = (value) => change({ parameters: { ...recipe.parameters, [name]: value } });
  const words = { learning_rate: t("Learning rate"), momentum: t("Momentum"), weight_decay: t("Weight decay") };
  const value = recipe.parameters[name] ?? usual;
  return typeof usual === "boolean"
    ? html`<${Tick} label=${name} name=${name} checked=${value} take=${given} />`
    : html`<${Quantity} label=${words[name] ?? name} name=${name} value=${value} title=${limits} commit=${given} />`;
}

/** The learning rate is kept where the next optimizer has one. */
const optimizer = (recipe, name) =>
  change({ optimizer: name, parameters: name !== "lbfgs" && "learning_rate" in recipe.parameters ? { learning_rate: recipe.parameters.learning_rate } : {} });

export function Recipe() {
  useEffect(() => {
    act("recipe").then((found) => found && (choices.value = found));
  }, [session.value.revision, lang.value]);
  const known = choices.value;
  if (!known) return null;
  const { recipe } = known;
  const [first, ...more] = known.optimizers.find(({ name }) => name === recipe.optimizer).parameters;
  const field = (name, label, optional = false) =>
    html`<${Quantity} key=${name} label=${label} name=${name} value=${recipe[name]} optional=${optional} commit=${(number) => change({ [name]: number !== null && WHOLE.includes(name) ? Math.round(number) : number })} />`;
  const losses = [["", known.own_loss ? t("{loss}, which fits", { loss: known.own_loss }) : t("the one that fits")], ...known.losses];
  return html`<details class="recipe" open><summary>${t("Recipe")}</summary>
    ${known.refused && html`<p class="refused">${known.refused}</p>`}
    <div class="fields">
      <${Choice} label=${t("Loss")} name="loss" value=${recipe.loss ?? ""} options=${losses} take=${(name) => change({ loss: name || null })} />
      <${Choice} label=${t("Optimizer")} name="optimizer" value=${recipe.optimizer} options=${known.optimizers.map(({ name }) => name)} take=${(name) => optimizer(recipe, name)} />
      <${Parameter} key=${recipe.optimizer} recipe=${recipe} card=${first} />
      ${field("epochs", t("Epochs"))} ${field("batch_size", t("Rows in a batch"))} ${field("seed", t("Seed"))} ${field("validation", t("Fraction held out"), true)}
    </div>
    <details><summary>${t("More settings")}</summary><div class="fields">
      ${more.map((card) => html`<${Parameter} key=${`${recipe.optimizer} ${card.name}`} recipe=${recipe} card=${card} />`)}
      <${Choice} label=${t("Schedule")} name="schedule" value=${recipe.schedule} options=${known.schedules} take=${(name) => change({ schedule: name })} />
      ${field("patience", t("Patience"), true)} ${field("dropout", t("Dropout"))} ${field("l2", "L2")} ${field("weight_decay", t("Weight decay"))}
      <${Tick} label=${t("Shuffle the rows")} name="shuffle" checked=${recipe.shuffle} take=${(shuffle) => change({ shuffle })} />
    </div></details>
    <${Beginning} initializers=${known.initializers} />
  </details>`;
}

function Beginning({ initializers }) {
  const [seed, setSeed] = useState("0");
  const [initializer, setInitializer] = useState("");
  const draw = () => {
    const number = typed(seed, t("Seed"));
    if (number !== undefined) act("initialize", { seed: Math.round(number ?? 0), initializer: initializer || null });
  };
  return html`<div class="fields" role="group" aria-label=${t("New weights")}>
    <${Choice} label=${t("Starting weights")} name="initializer" value=${initializer} options=${[["", t("what fits each activation")], ...initializers]} take=${setInitializer} />
    <${Text} label=${t("Seed of the weights")} class="number" name="weights_seed" inputmode="numeric" size="8" value=${seed} take=${setSeed} />
    <button onClick=${draw}>${t("Draw new weights")}</button>
  </div>`;
}
