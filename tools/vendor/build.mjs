// Makes src/multilayer/web/static/vendor/ from the packages of package.json: `npm ci && npm run build` in this folder.
// Needed only to renew the vendored code; neither an install nor a test runs it.
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const target = "../../src/multilayer/web/static/vendor";
const bundles = {
  "ui.js": { entry: "ui.js", packages: ["preact", "@preact/signals", "@preact/signals-core", "htm"] },
  "uplot.js": { entry: "node_modules/uplot/dist/uPlot.esm.js", packages: ["uplot"] },
};

const listed = {};
for (const [name, { entry, packages }] of Object.entries(bundles)) {
  const outfile = `${target}/${name}`;
  await build({ entryPoints: [entry], outfile, bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none" });
  const versions = Object.fromEntries(
    packages.map((each) => [each, JSON.parse(readFileSync(`node_modules/${each}/package.json`)).version]),
  );
  listed[name] = { packages: versions, sha256: createHash("sha256").update(readFileSync(outfile)).digest("hex") };
  for (const each of packages) {
    if (each !== "@preact/signals-core") copyFileSync(`node_modules/${each}/LICENSE`, `${target}/LICENSE.${each.replace(/.*\//, "")}`);
  }
}
const css = readFileSync("node_modules/uplot/dist/uPlot.min.css");
writeFileSync(`${target}/uplot.css`, css);
listed["uplot.css"] = { packages: listed["uplot.js"].packages, sha256: createHash("sha256").update(css).digest("hex") };
writeFileSync(`${target}/versions.json`, JSON.stringify(listed, null, 2) + "\n");
