// The views of the page by their names (contents.py has their words and their order): a module each, loaded when it is first shown.
export const VIEWS = {
  open: () => import("./open.js"),
  see: () => import("./see.js"),
  check: () => import("./check.js"),
  back: () => import("./back.js"),
  learn: () => import("./learn.js"),
  planes: () => import("./planes.js"),
  activations: () => import("./activations.js"),
  lessons: () => import("./lessons.js"),
  keep: () => import("./keep.js"),
};
