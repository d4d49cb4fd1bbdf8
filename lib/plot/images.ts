/**
 * Images of a data set as pictures: one, or many in a grid, each with its label and its prediction.
 */
import { oneOf, onlyKnown } from "../support/names.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkLength, checkTensor, extremes, type Numbers, spokenList } from "./chart_parts.ts";
import { Picture } from "./picture.ts";
import { type Color, LETTER_HEIGHT, lettersThatFit, Raster, textWidth } from "./raster.ts";

/** Options of pictures of images. */
export interface ImageOptions {
  /**
   * The values of black and white; by default 0 and 255 for uint8, 0 and 1 for numbers between
   * them, and the smallest and largest number for any others.
   */
  range?: readonly [black: number, white: number];
  /**
   * `"grey"` (the default) for images, or `"diverging"` for weights and differences: blue below zero,
   * white at 0, vermillion above. Then `range` has the values of blue and vermillion, by default the
   * largest number, with both signs.
   */
  colors?: "grey" | "diverging";
  /** Screen pixels for a pixel of the image, 1 to 64. */
  scale?: number;
  /** The names of the classes, by default 0, 1, 2, … */
  classNames?: readonly string[];
  /** What the picture shows, for screen readers; by default the size, labels and predictions. */
  alt?: string;
}

type GridOptions = NonNullable<Parameters<typeof digitGrid>[1]>;

const INK: Color = [34, 34, 34];
/** Vermillion of Okabe and Ito's palette, which is noticed with every kind of colour vision. */
const WRONG: Color = [213, 94, 0];

/** The ends of the diverging scale. */
const BELOW: Color = [0, 114, 178], ABOVE: Color = [213, 94, 0];

/** Pixels of the file for one of the screen: letters and edges are sharp on high-resolution screens. */
const SHARPNESS = 2;
const GAP = 8 * SHARPNESS;
const FRAME = 3 * SHARPNESS;

const MOST_SCALE = 64;
/** Images of a grid at most: more cannot be distinguished on a screen. */
const MOST_IMAGES = 2000;

/** Images of one size: grey `[N, height, width]` or colour `[N, 3, height, width]`. */
interface Images {
  count: number;
  channels: 1 | 3;
  height: number;
  width: number;
  data: ArrayLike<number>;
}

/** The images in data of a shape, whose first axis counts them. */
function imagesOf(name: string, shape: readonly number[], data: ArrayLike<number>): Images {
  const [count, ...size] = shape;
  if (size.length === 1) {
    const side = Math.sqrt(size[0]);
    if (Number.isInteger(side) && side > 0) {
      return { count, channels: 1, height: side, width: side, data };
    }
  } else if (size.length === 2) {
    return { count, channels: 1, height: size[0], width: size[1], data };
  } else if (size.length === 3 && (size[0] === 1 || size[0] === 3)) {
    return { count, channels: size[0], height: size[1], width: size[2], data };
  }
  throw new RangeError(
    `${name}: expected images of [784], [28, 28], [1, 28, 28] or, in colour, [3, height, width], ` +
      `found [${size.join(", ")}]; .reshape makes one of these`,
  );
}

/** Maps a value to a grey level of 0 to 255; NaN is black. */
function greyScale({ data }: Images, { dtype }: Tensor, range?: ImageOptions["range"]) {
  let [black, white] = range ?? [0, dtype === "uint8" ? 255 : 1];
  if (range === undefined && dtype !== "uint8") {
    const [least, most] = extremes([data]);
    if (least < 0 || most > 1) [black, white] = [least, most];
  }
  const scale = white === black ? 0 : 255 / (white - black);
  return (value: number): number =>
    Math.min(255, Math.max(0, Math.round((value - black) * scale))) || 0;
}

/** Maps a value to a colour between blue, white at 0, and vermillion; NaN is white. */
function divergingScale({ data }: Images, range?: ImageOptions["range"]) {
  const [least, most] = range ?? extremes([data]);
  const widest = Math.max(Math.abs(least), Math.abs(most)) || 1;
  return (value: number): Color => {
    const share = Math.min(1, Math.abs(value) / widest) || 0;
    const [red, green, blue] = value < 0 ? BELOW : ABOVE;
    const mixed = (channel: number): number => Math.round(255 + share * (channel - 255));
    return [mixed(red), mixed(green), mixed(blue)];
  };
}

/** Draws image `index` with its left upper corner at (x, y), each pixel `scale` wide. */
function drawImage(
  raster: Raster,
  { height, width }: Images,
  colorOf: (pixel: number) => Color,
  x: number,
  y: number,
  scale: number,
): void {
  for (let pixel = 0; pixel < height * width; pixel++) {
    const column = pixel % width;
    const row = (pixel - column) / width;
    raster.fill(x + column * scale, y + row * scale, scale, scale, colorOf(pixel));
  }
}

/** The colour of a pixel of an image, by the number of the image and of the pixel. */
function colorsOf(images: Images, tensor: Tensor, { colors = "grey", range }: ImageOptions) {
  oneOf("digitGrid: expected colors", colors, ["grey", "diverging"]);
  const { channels, height, width, data } = images;
  const area = height * width;
  if (colors === "diverging") {
    if (channels === 3) {
      throw new RangeError(
        "digitGrid: expected images of one channel for diverging colors, found 3",
      );
    }
    const color = divergingScale(images, range);
    return (image: number) => (pixel: number) => color(data[image * channels * area + pixel]);
  }
  const grey = greyScale(images, tensor, range);
  return (image: number) => (pixel: number): Color => {
    const at = image * channels * area + pixel;
    const red = grey(data[at]);
    return channels === 1
      ? [red, red, red]
      : [red, grey(data[at + area]), grey(data[at + 2 * area])];
  };
}

/** Breaks a text into lines of at most `letters`, after spaces and slashes; longer words are cut. */
function lines(text: string, letters: number): string[] {
  const result: string[] = [];
  for (const word of text.replaceAll("/", "/ ").split(" ")) {
    const fits = [...word].length <= letters
      ? word
      : `${[...word].slice(0, letters - 1).join("")}…`;
    const last = result.at(-1);
    if (last !== undefined && [...last].length + 1 + [...fits].length <= letters) {
      result[result.length - 1] = `${last} ${fits}`;
    } else {
      result.push(fits);
    }
  }
  return result;
}

/** The labels as numbers, checked to be one for each image. */
function labelsOf(name: string, labels: Numbers, count: number): number[] {
  const isTensor = "shape" in labels;
  const numbers = isTensor ? labels.data : labels;
  if ((isTensor && labels.shape.length !== 1) || numbers.length !== count) {
    const shape = isTensor ? labels.shape : [numbers.length];
    const remedy = shape.length !== 2
      ? ""
      : shape[1] === 1
      ? "; .reshape([-1]) makes labels of a column"
      : "; .argmax(1) makes labels of rows";
    throw new RangeError(
      `${name}: expected ${count} labels, one for each image, found [${shape.join(", ")}]${remedy}`,
    );
  }
  return Array.from(numbers);
}

/** The text under each image and whether it is a wrong prediction; and all for screen readers. */
function captionsOf({ classNames, ...options }: GridOptions, count: number) {
  const name = (label: number): string => classNames?.[label] ?? String(label);
  const plain = (texts: readonly string[]) => texts.map((text) => ({ text, wrong: false }));
  const { captions } = options;
  const labels = options.labels && labelsOf("labels", options.labels, count);
  const predicted = options.predicted && labelsOf("predicted", options.predicted, count);
  if (captions !== undefined) {
    checkLength("captions", captions.length, count);
    const isWrong = (i: number) => labels && predicted ? labels[i] !== predicted[i] : false;
    return {
      captions: captions.map((text, i) => ({ text, wrong: isWrong(i) })),
      spoken: `: ${spokenList(captions)}`,
    };
  }
  const say = (what: string, values?: readonly number[]): string =>
    values ? `, ${what}${count === 1 ? "" : "s"} ${spokenList(values.map(name))}` : "";
  if (!labels || !predicted) {
    return {
      captions: plain((labels ?? predicted ?? []).map(name)),
      spoken: say("label", labels) + say("prediction", predicted),
    };
  }
  const mistakes = labels.flatMap((label, i) =>
    label === predicted[i] ? [] : [`${name(label)} as ${name(predicted[i])}`]
  );
  return {
    captions: labels.map((label, i) => {
      const wrong = label !== predicted[i];
      const [is, was] = [name(label), name(predicted[i])];
      return { text: wrong ? `${is} → ${was}` : is, wrong };
    }),
    spoken: say("label", labels) +
      (mistakes.length === 0 ? "; predicted correctly" : `; wrong: ${spokenList(mistakes)}`),
  };
}

function checkWhole(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name}: expected a whole number of ${least} to ${most}, found ${value}`);
  }
}

/** Pixels of a dot of a letter: many under large images, fewer where long words would be cut. */
function letterScaleFor(width: number, longest: number): number {
  const large = Math.max(2 * SHARPNESS, Math.round(width / 100));
  return longest > lettersThatFit(width / large) ? Math.max(3, large - 2) : large;
}

/** Draws a grid, of which a single image is a special case. */
function draw(images: Images, tensor: Tensor, columns: number, options: GridOptions): Picture {
  const { count, height, width } = images;
  const { captions, spoken } = captionsOf(options, count);
  const scale = (options.scale ?? 3) * SHARPNESS;
  checkWhole("scale", options.scale ?? 3, 1, MOST_SCALE);

  const imageWidth = width * scale;
  const longest = Math.max(0, ...captions.map(({ text }) => text.length));
  const letterScale = letterScaleFor(imageWidth + 2 * FRAME, longest);
  const letters = lettersThatFit((imageWidth + 2 * FRAME) / letterScale);
  const wrapped = captions.map(({ text }) => lines(text, Math.max(2, letters)));
  const lineHeight = (LETTER_HEIGHT + 3) * letterScale;
  const captionHeight = Math.max(0, ...wrapped.map((caption) => caption.length)) * lineHeight;
  const cellWidth = imageWidth + 2 * FRAME + GAP;
  const cellHeight = height * scale + 2 * FRAME + captionHeight + GAP;
  const rows = Math.ceil(count / columns);
  const raster = new Raster(GAP + columns * cellWidth, GAP + rows * cellHeight);

  const colorOf = colorsOf(images, tensor, options);
  for (let i = 0; i < count; i++) {
    const x = GAP + (i % columns) * cellWidth;
    const y = GAP + Math.floor(i / columns) * cellHeight;
    const wrong = captions[i]?.wrong ?? false;
    if (wrong) {
      raster.frame(x, y, imageWidth + 2 * FRAME, height * scale + 2 * FRAME, FRAME, WRONG);
    }
    drawImage(raster, images, colorOf(i), x + FRAME, y + FRAME, scale);
    wrapped[i]?.forEach((text, line) => {
      const middle = x + FRAME + Math.round((imageWidth - textWidth(text) * letterScale) / 2);
      const top = y + height * scale + 2 * FRAME + 2 * letterScale + line * lineHeight;
      raster.text(middle, top, text, letterScale, wrong ? WRONG : INK);
    });
  }
  const size = `${height} by ${width} pixels`;
  const what = count === 1
    ? `An image of ${size}`
    : `${count} images of ${size} in ${rows} row${rows === 1 ? "" : "s"}`;
  const alt = options.alt ?? what + spoken;
  return new Picture(raster.toPng(), raster.width / SHARPNESS, raster.height / SHARPNESS, alt);
}

const OPTIONS = ["colors", "range", "scale", "classNames", "alt"];

/**
 * One image as a picture, pixel by pixel, 0 black and the largest value white.
 *
 * @param image `[784]`, `[28, 28]` or `[1, 28, 28]`, of any size and dtype; `[3, height, width]`
 *   is in colour. NaN is black.
 * @param options `label` is the true class and `predicted` the predicted one, which are compared
 *   under the image; `caption` is any other text.
 * @throws RangeError for another shape, and TypeError for an array.
 *
 * @example
 * ```ts
 * import { digitImage, show, zeros } from "mnist";
 *
 * await show(digitImage(zeros([28, 28]), { label: 4, predicted: 9 }));
 * ```
 */
export function digitImage(
  image: Tensor,
  options: ImageOptions & { label?: number; predicted?: number; caption?: string } = {},
): Picture {
  checkTensor("digitImage", image);
  onlyKnown("digitImage", options, ["label", "predicted", "caption", ...OPTIONS]);
  const { label, predicted, caption, ...rest } = options;
  const images = imagesOf("digitImage", [1, ...image.shape], image.data);
  return draw(images, image, 1, {
    scale: Math.min(MOST_SCALE, Math.max(1, Math.floor(280 / images.width))),
    ...rest,
    ...(label === undefined ? {} : { labels: [label] }),
    ...(predicted === undefined ? {} : { predicted: [predicted] }),
    ...(caption === undefined ? {} : { captions: [caption] }),
  });
}

/**
 * Many images as one picture, row by row. With `labels` and `predicted`, each has its label under it,
 * and a wrong one has a frame and `4 → 9`, a 4 that was predicted as a 9.
 *
 * @param images `[N, 784]`, `[N, 28, 28]` or `[N, 1, 28, 28]`, of any size and dtype;
 *   `[N, 3, height, width]` are in colour.
 * @param options `labels` are the true classes, `predicted` the predicted ones, `captions` other texts
 *   in place of both; `columns` is the number of images in a row, by default 10.
 * @throws RangeError for another shape, for no image or more than 2,000, and unless there is a label
 *   for each image; TypeError for an array.
 *
 * @example
 * ```ts
 * import { digitGrid, show, zeros } from "mnist";
 *
 * await show(digitGrid(zeros([6, 784]), { labels: [5, 0, 4, 1, 9, 2], columns: 3 }));
 * ```
 */
export function digitGrid(
  images: Tensor,
  options: ImageOptions & {
    labels?: Numbers;
    predicted?: Numbers;
    captions?: readonly string[];
    columns?: number;
  } = {},
): Picture {
  checkTensor("digitGrid", images);
  onlyKnown("digitGrid", options, ["labels", "predicted", "captions", "columns", ...OPTIONS]);
  if (images.ndim < 2) {
    throw new RangeError(
      `digitGrid: expected [N, …], many images, found [${images.shape.join(", ")}]; ` +
        `digitImage shows one`,
    );
  }
  const found = imagesOf("digitGrid", images.shape, images.data);
  if (found.count < 1 || found.count > MOST_IMAGES) {
    throw new RangeError(
      `digitGrid: expected 1 to ${MOST_IMAGES} images, found ${found.count}; .rows(0, 20) takes 20`,
    );
  }
  const columns = options.columns ?? 10;
  checkWhole("columns", columns, 1, 100);
  return draw(found, images, Math.min(columns, found.count), options);
}
