// What a notebook runs (anywidget): it gets the page's modules as text, and shows them in the cell's output.

/** The address of a module of `files`, with those that it imports. Addresses are of this widget alone, and so is its state. */
function linked(files, made, path) {
  const address = (_, before, name) => `${before}${linked(files, made, new URL(name, `file://${path}`).pathname)}"`;
  const text = () => files[path].replace(/((?:from|import)\s*\(?\s*")(\.[^"]+)"/g, address);
  return (made[path] ??= URL.createObjectURL(new Blob([text()], { type: "text/javascript" })));
}

async function render({ model, el }) {
  const waiting = new Map();
  let page;
  const fetch = (path, { body = "", headers = {} } = {}) =>
    new Promise((resolve) => {
      const id = Math.random();
      waiting.set(id, resolve);
      model.send({ id, path, body, language: headers["x-language"] ?? "" });
    });
  const heard = ({ id, status, media_type: type, revision }, [body]) => {
    page?.changed(revision);
    waiting.get(id)?.(new Response(body, { status, headers: { "content-type": type } }));
    waiting.delete(id);
  };
  model.on("msg:custom", heard);
  const files = await (await fetch("/files")).json();
  const made = {};
  const root = el.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = Object.keys(files).filter((path) => path.endsWith(".css")).map((path) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(files[path]);
    return sheet;
  });
  // The notebook's own keys are not for what is typed here.
  el.dataset.lmSuppressShortcuts = "";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  const { show } = await import(linked(files, made, "/static/parts/notebook.js"));
  page = await show(root, fetch, model.get("view"), model.get("views"));
  return () => {
    model.off("msg:custom", heard);
    page.end();
    Object.values(made).forEach(URL.revokeObjectURL);
  };
}

export default { render };
