// Pictures made of points, in the colours of the page.

/** Gives the red, green and blue of a colour of the page by its name. */
export function colours(element) {
  const style = getComputedStyle(element);
  return (name) => {
    const hex = style.getPropertyValue(name).trim();
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  };
}

/** The colour that lies between two. */
export const mixed = (from, to, share) => from.map((value, k) => value + (to[k] - value) * share);

/** A picture of `width` times `height` points, each of the colour `ink(column, row)`. */
export function picture(width, height, ink) {
  const image = new ImageData(width, height);
  for (let at = 0; at < width * height; at++) {
    const colour = ink(at % width, Math.floor(at / width));
    for (let c = 0; c < 3; c++) image.data[4 * at + c] = colour[c];
    image.data[4 * at + 3] = 255;
  }
  return image;
}
