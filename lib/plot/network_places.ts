/** Where the neurons of a network are drawn. */

/** Layers of more neurons are drawn as strips of squares. */
const MOST_DOTS = 16;
/** Rows of a strip at most: 784 neurons become a square of 28 by 28. */
const STRIP_ROWS = 28;
/** Neurons of a strip whose connections are drawn. */
const STRIP_CONNECTIONS = 4;
const WIDEST_STRIP = 150;
const LARGEST_SQUARE = 12;
const LARGEST_DOT = 36;
/** Room below the layers for their names, and half the width of a name. */
const NAMES = 56;
const HALF_NAME = 54;

/** A layer as it is drawn, in pixels from the lower left corner. */
export interface DrawnLayer {
  /** The number of neurons. */
  readonly size: number;
  readonly rows: number;
  readonly columns: number;
  /** The side of a square or the diameter of a dot. */
  readonly side: number;
  /** The middle. */
  readonly x: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The middle of neuron `index`. */
  readonly place: (index: number) => { x: number; y: number };
  /** The neurons whose connections are drawn, with those of `also` unless they are many. */
  readonly connected: (also: Iterable<number>) => number[];
}

/** True for a layer that is drawn as a strip. */
export function isStrip(size: number): boolean {
  return size > MOST_DOTS;
}

/** The places of all layers, at equal distances from the left to the right. */
export function layersIn(
  area: { width: number; height: number },
  sizes: readonly number[],
  labels: { inputLabels: readonly unknown[]; outputLabels: readonly unknown[] },
): DrawnLayer[] {
  const widest = Math.min(WIDEST_STRIP, 0.7 * (area.width - 2 * HALF_NAME) / sizes.length);
  const blocks = sizes.map((size) => blockOf(size, area.height - NAMES, widest));
  const room = (texts: readonly unknown[], block: { width: number }): number =>
    Math.max(
      2,
      HALF_NAME - block.width / 2,
      texts.length === 0 ? 0 : 8 + 9.5 * Math.max(...texts.map((label) => String(label).length)),
    );
  const start = room(labels.inputLabels, blocks[0]);
  const end = area.width - room(labels.outputLabels, blocks[blocks.length - 1]);
  const drawn = blocks.reduce((sum, { width }) => sum + width, 0);
  const gap = (end - start - drawn) / (sizes.length - 1);
  const middle = NAMES + (area.height - NAMES) / 2;
  let left = start;
  return blocks.map((block, l) => {
    const layer = drawnLayer(sizes[l], block, left, middle);
    left += block.width + gap;
    return layer;
  });
}

interface Block {
  rows: number;
  columns: number;
  /** From the middle of a neuron to that of the next. */
  step: number;
  side: number;
  width: number;
}

function blockOf(size: number, height: number, widest: number): Block {
  if (!isStrip(size)) {
    const step = Math.min(80, height / size);
    const side = Math.min(LARGEST_DOT, 0.75 * step);
    return { rows: size, columns: 1, step, side, width: side };
  }
  const columns = Math.ceil(size / STRIP_ROWS);
  const rows = Math.ceil(size / columns);
  const side = Math.min(LARGEST_SQUARE, widest / columns, height / rows);
  return { rows, columns, step: side, side, width: columns * side };
}

function drawnLayer(size: number, block: Block, left: number, middle: number): DrawnLayer {
  const { rows, columns, step, side, width } = block;
  const top = middle + rows * step / 2;
  return {
    size,
    rows,
    columns,
    side,
    x: left + width / 2,
    left,
    right: left + width,
    top,
    bottom: top - rows * step,
    place: (index) => ({
      x: left + (index % columns + 0.5) * width / columns,
      y: top - (Math.floor(index / columns) + 0.5) * step,
    }),
    connected: (also) => {
      if (!isStrip(size)) return [...Array(size).keys()];
      const some = Array.from(
        { length: STRIP_CONNECTIONS },
        (_, i) => Math.floor((i + 0.5) * size / STRIP_CONNECTIONS),
      );
      const more = [...also];
      return [...new Set(more.length > STRIP_CONNECTIONS ? some : [...some, ...more])];
    },
  };
}
