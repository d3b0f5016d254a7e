// The sheet: every number of the network for the rows, by its name.
import { ask } from "../api.js";
import { t } from "../i18n.js";
import { Matrix } from "../parts/matrix.js";
import { digits, session } from "../state.js";
import { html, useEffect, useState } from "../vendor/ui.js";

export default function See() {
  const [blocks, show] = useState([]);
  useEffect(() => {
    ask("sheet", { digits: digits.value }).then(show);
  }, [session.value.revision, digits.value]);
  return html`<h1>${t("Every number of the network")}</h1>
    <div class="sheet">${blocks.map((each) => html`<${Matrix} key=${each.name} block=${each} />`)}</div>`;
}
