// The views of the page, in the order of their tabs: one module each, loaded when it is first shown.
import { t } from "../i18n.js";

export const VIEWS = [
  { id: "open", title: () => t("Open"), load: () => import("./open.js") },
  { id: "see", title: () => t("See"), load: () => import("./see.js") },
  { id: "check", title: () => t("Check"), load: () => import("./check.js") },
  { id: "back", title: () => t("Way back"), load: () => import("./back.js") },
  { id: "learn", title: () => t("Train"), load: () => import("./learn.js") },
  { id: "planes", title: () => t("Planes"), load: () => import("./planes.js") },
  { id: "activations", title: () => t("Activations"), load: () => import("./activations.js") },
  { id: "lessons", title: () => t("Lessons"), load: () => import("./lessons.js") },
  { id: "keep", title: () => t("Keep"), load: () => import("./keep.js") },
];
