// What every module of the page is written with: markup and signals, the state, words, questions.
export * from "./api.js";
export * from "./i18n.js";
export * from "./state.js";
export * from "./vendor/ui.js";
