/// <reference lib="dom" />
/** The network as lights: every number of every layer, as bright as it is large. */
import type { LayerOutput, Reading } from "../reading.ts";

/** Layers that change no number, and so would be drawn twice. */
const SILENT: readonly string[] = ["flatten", "dropout", "rescaling"];
/** Layers that are left out on a narrow screen. */
const SMALLER: readonly string[] = ["maxPooling2d", "averagePooling2d"];
const NARROW = 560;

/** Nodes of a layer that are joined with the next one: the brightest. */
const JOINED = 6;
/** Nodes in a column of a vector, and the rows of dots of the output. */
const ROWS = 16;

const BACKGROUND = "#17171b";
const TEXT = "#d8d8dc";
/** Dark to the yellow of Okabe and Ito's palette, as in the course's figures of networks. */
const DARK = [44, 44, 48], BRIGHT = [240, 228, 66];

/** A layer to draw: numbers between 0 and 1 in a grid of squares, and where it is. */
interface Column {
  readonly title: string;
  readonly lights: Float64Array;
  /** Tiles side by side, each of `height` × `width` squares: the channels, or one for a vector. */
  readonly tiles: number;
  readonly across: number;
  readonly height: number;
  readonly width: number;
}

/** Draws what a network makes of an image. */
export class Lights {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #scratch = document.createElement("canvas");

  /** Draws on this canvas. */
  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d");
    if (context === null) {
      throw new Error("expected a canvas with a context to draw in, found none");
    }
    this.#canvas = canvas;
    this.#context = context;
  }

  /** Draws the layers, lit by an image; all dark without one. */
  draw(image: Uint8Array, { layers }: Reading): void {
    const box = this.#canvas.getBoundingClientRect();
    const width = Math.max(1, box.width), height = Math.max(1, box.height);
    const [right, bottom] = [width, height].map((v) => Math.round(v * devicePixelRatio));
    if (this.#canvas.width !== right) this.#canvas.width = right;
    if (this.#canvas.height !== bottom) this.#canvas.height = bottom;
    const context = this.#context;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.fillStyle = BACKGROUND;
    context.fillRect(0, 0, width, height);
    context.imageSmoothingEnabled = false;
    const columns = columnsOf(image, layers, width < NARROW);
    const room = { width: width / columns.length, height: height - 34 };
    const placed = columns.map((column, k) => place(column, (k + 0.5) * room.width, room));
    for (let k = 0; k + 1 < placed.length; k++) this.#join(placed[k], placed[k + 1]);
    for (const [k, column] of placed.entries()) {
      this.#squares(column);
      if (k === placed.length - 1) this.#digits(column);
      context.fillStyle = TEXT;
      context.font = "12px system-ui, sans-serif";
      context.textAlign = "center";
      context.fillText(column.title, column.middle, height - 10, room.width - 2);
    }
  }

  /** The numbers of a layer as squares, one pixel each in a picture that is then enlarged. */
  #squares({ lights, tiles, across, height, width, left, top, scale }: Placed): void {
    const gap = tiles > 1 ? 1 : 0, down = Math.ceil(tiles / across);
    const w = across * (width + gap) - gap, h = down * (height + gap) - gap;
    const picture = new ImageData(w, h);
    for (let tile = 0; tile < tiles; tile++) {
      const x0 = (tile % across) * (width + gap), y0 = Math.floor(tile / across) * (height + gap);
      for (let i = 0; i < height * width; i++) {
        const light = lights[i * tiles + tile];
        if (Number.isNaN(light)) continue; // no such node: the last row of a vector
        const at = 4 * ((y0 + Math.floor(i / width)) * w + x0 + i % width);
        for (let c = 0; c < 3; c++) picture.data[at + c] = DARK[c] + light * (BRIGHT[c] - DARK[c]);
        picture.data[at + 3] = 255;
      }
    }
    this.#scratch.width = w;
    this.#scratch.height = h;
    this.#scratch.getContext("2d")?.putImageData(picture, 0, 0);
    this.#context.drawImage(this.#scratch, left, top, w * scale, h * scale);
  }

  /** The names of the ten outputs. */
  #digits(column: Placed): void {
    const context = this.#context;
    context.font = "bold 12px system-ui, sans-serif";
    context.textAlign = "left";
    for (let digit = 0; digit < 10; digit++) {
      context.fillStyle = column.lights[digit] > 0.5 ? "#f0e442" : TEXT;
      const y = column.top + (digit + 0.5) * column.scale;
      context.fillText(String(digit), column.left + column.scale + 4, y + 4);
    }
  }

  /** Lines from the brightest nodes of a layer to the brightest of the next. */
  #join(from: Placed, to: Placed): void {
    const context = this.#context;
    for (const a of brightest(from)) {
      for (const b of brightest(to)) {
        context.strokeStyle = `rgba(240, 228, 66, ${(0.5 * a.light * b.light).toFixed(3)})`;
        context.beginPath();
        context.moveTo(from.right, a.y);
        context.lineTo(to.left, b.y);
        context.stroke();
      }
    }
  }
}

/** A column with its place on the canvas. */
interface Placed extends Column {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly middle: number;
  readonly scale: number;
}

function place(column: Column, middle: number, room: { width: number; height: number }): Placed {
  const gap = column.tiles > 1 ? 1 : 0;
  const w = column.across * (column.width + gap) - gap;
  const h = Math.ceil(column.tiles / column.across) * (column.height + gap) - gap;
  const scale = Math.min(0.66 * room.width / w, (room.height - 12) / h, 18);
  const left = middle - w * scale / 2, top = 6 + (room.height - 12 - h * scale) / 2;
  return { ...column, left, right: left + w * scale, top, middle, scale };
}

/** The layers that are drawn, the image first. */
function columnsOf(
  image: Uint8Array,
  layers: readonly LayerOutput[],
  isNarrow: boolean,
): Column[] {
  const shown = layers.filter(({ type }) =>
    !SILENT.includes(type) && !(isNarrow && SMALLER.includes(type))
  );
  const pixels = Float64Array.from(image, (byte) => byte / 255);
  const input = { title: "28 × 28", lights: pixels, tiles: 1, across: 1, height: 28, width: 28 };
  return [input, ...shown.map((layer, k) => columnOf(layer, k === shown.length - 1))];
}

function columnOf({ shape, values }: LayerOutput, isOutput: boolean): Column {
  const largest = isOutput ? 1 : Math.max(1e-9, ...values);
  const light = (value: number) => Math.min(1, Math.max(0, value / largest));
  if (shape.length === 3) {
    const [height, width, tiles] = shape;
    const lights = values.map(light), across = Math.max(1, Math.floor(Math.sqrt(tiles / 2)));
    return { title: `${tiles} × ${height} × ${width}`, lights, tiles, across, height, width };
  }
  const count = values.length, width = isOutput ? 1 : Math.ceil(count / ROWS);
  const height = Math.ceil(count / width);
  const lights = new Float64Array(height * width).fill(NaN);
  values.forEach((value, i) => lights[i] = light(value));
  return { title: String(count), lights, tiles: 1, across: 1, height, width };
}

/** The middles of the brightest squares, or of the brightest channels of an image. */
function brightest(column: Placed): { y: number; light: number }[] {
  const { lights, tiles, across, height, width, top, scale } = column;
  const nodes = tiles === 1
    ? Array.from(lights, (light, i) => ({ light, y: Math.floor(i / width) + 0.5 }))
    : Array.from({ length: tiles }, (_, tile) => {
      let sum = 0;
      for (let i = tile; i < lights.length; i += tiles) sum += lights[i];
      const row = Math.floor(tile / across);
      return { light: Math.min(1, 4 * sum * tiles / lights.length), y: (row + 0.5) * (height + 1) };
    });
  return nodes.filter(({ light }) => light > 0.05).sort((a, b) => b.light - a.light)
    .slice(0, JOINED).map(({ light, y }) => ({ light, y: top + y * scale }));
}
