// What the whole page shares, as signals.
import { signal } from "./vendor/ui.js";

/** What carries questions: the browser's own, or the kernel of a notebook. */
export const wire = { fetch: (...question) => fetch(...question) };

/** What is open: the `Summary` of views/general.py; null until it has arrived. */
export const session = signal(null);

/** Grows whenever the network or the rows have changed, in this tab or in another one. */
export const revision = signal(0);

/** The view that is shown. */
export const view = signal("see");

/** The row that is looked at, counted from 0. */
export const row = signal(0);

/** Significant digits of every number; null shows all. */
export const digits = signal(6);

/** Which letters are used: for weighted sums and outputs "az" or "za", for the indices of w "ij" or "ji" (from i to j),
 * for W "io" (inputs, units) or "oi" (units, inputs). Names of cells (`data-cell`) do not follow. */
export const letters = signal({ sums: "az", index: "ij", weights: "io" });

/** The loss that was chosen; "" for the one that belongs to the output. */
export const loss = signal("");

/** The rows whose mean is taken: { first, count }, from 0; null for the one row that is looked at. */
export const span = signal(null);

/** How many steps of the way back are shown. */
export const taken = signal(1);

/** The optimizer of one update, with its parameters as they were typed. */
export const optimizer = signal({ optimizer: "gradient descent", parameters: {} });

/** What the numbers to be checked are meant to be, "" to find out, and the learning rate of that calculation. */
export const array = signal("");
export const rate = signal("0.1");

/** The last thing that went wrong, to be read by the user; empty for nothing. */
export const problem = signal("");

/** The lesson under way, `{ lesson, step }` counted from 0; null where there is none. */
export const lesson = signal(null);
