/** A picture in memory: rectangles, enlarged pixels and text, drawn without a browser. */
import { encode } from "fast-png";
import font from "oled-font-5x7";

/** Red, green and blue, 0 to 255 each. */
export type Color = readonly [red: number, green: number, blue: number];

/** A letter is 5 dots wide and 7 high, with a gap of one dot to the next. */
export const LETTER_HEIGHT = 7;
const LETTER_WIDTH = 5;
const LETTER_ADVANCE = LETTER_WIDTH + 1;

/** A font as columns of dots: bit 0 of each byte is the top one. */
interface BitmapFont {
  readonly fontData: readonly number[];
  readonly lookup: readonly string[];
}

const { fontData, lookup }: BitmapFont = font;

/** Letters that the font lacks and our captions need, and a better 0. */
const OWN_LETTERS: Readonly<Record<string, readonly number[]>> = {
  "0": [0x3e, 0x41, 0x41, 0x41, 0x3e], // without the stroke that makes it look like an 8
  "≠": [0x14, 0x34, 0x1c, 0x16, 0x14],
  "→": [0x08, 0x08, 0x2a, 0x1c, 0x08],
  "…": [0x40, 0x00, 0x40, 0x00, 0x40],
  "–": [0x08, 0x08, 0x08, 0x08, 0x08],
};

function letterDots(letter: string): readonly number[] {
  const own = OWN_LETTERS[letter];
  if (own !== undefined) return own;
  const index = lookup.indexOf(letter);
  if (index < 0) return letterDots("?");
  return fontData.slice(index * LETTER_WIDTH, (index + 1) * LETTER_WIDTH);
}

/** The width of a stroke in dots. */
const STROKE = 0.9;

/** A line between two dots of a letter, or a single dot. */
type Stroke = readonly [x1: number, y1: number, x2: number, y2: number];

/** The strokes of a letter: its dots, joined with their neighbours. */
function strokesOf(letter: string): Stroke[] {
  const dots = letterDots(letter);
  const has = (x: number, y: number): boolean => (dots[x] ?? 0) >> y & 1 ? y >= 0 : false;
  const strokes: Stroke[] = [];
  for (let x = 0; x < LETTER_WIDTH; x++) {
    for (let y = 0; y < LETTER_HEIGHT; y++) {
      if (!has(x, y)) continue;
      strokes.push([x, y, x, y]);
      if (has(x + 1, y)) strokes.push([x, y, x + 1, y]);
      if (has(x, y + 1)) strokes.push([x, y, x, y + 1]);
      // Diagonally only where no dot beside them joins the two already.
      for (const side of [x - 1, x + 1]) {
        if (has(side, y + 1) && !has(side, y) && !has(x, y + 1)) {
          strokes.push([x, y, side, y + 1]);
        }
      }
    }
  }
  return strokes;
}

/** The distance of a point from a stroke. */
function distance([x1, y1, x2, y2]: Stroke, x: number, y: number): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - x1 - t * dx, y - y1 - t * dy);
}

/** How much of a pixel of a letter is ink. */
interface Ink {
  readonly column: number;
  readonly row: number;
  /** In eighths, so that a picture has few colours. */
  readonly share: number;
}

const inks = new Map<string, readonly Ink[]>();

/** The pixels of a letter, `scale` of them for a dot; computed once. */
function inkOf(letter: string, scale: number): readonly Ink[] {
  const key = `${letter} ${scale}`;
  let ink = inks.get(key);
  if (ink === undefined) inks.set(key, ink = drawLetter(strokesOf(letter), scale));
  return ink;
}

function drawLetter(strokes: readonly Stroke[], scale: number): Ink[] {
  const ink: Ink[] = [], margin = Math.ceil(scale / 2);
  for (let row = -margin; row < LETTER_HEIGHT * scale + margin; row++) {
    for (let column = -margin; column < LETTER_WIDTH * scale + margin; column++) {
      const [u, v] = [(column + 0.5) / scale - 0.5, (row + 0.5) / scale - 0.5];
      const away = Math.min(...strokes.map((stroke) => distance(stroke, u, v)));
      const covered = Math.min(1, Math.max(0, (STROKE / 2 - away) * scale + 0.5));
      const share = Math.round(covered * 8) / 8;
      if (share > 0) ink.push({ column, row, share });
    }
  }
  return ink;
}

/** The width of a text in dots. */
export function textWidth(text: string): number {
  return Math.max(0, [...text].length * LETTER_ADVANCE - 1);
}

/** The number of letters that fit into `width` dots. */
export function lettersThatFit(width: number): number {
  return Math.floor((width + 1) / LETTER_ADVANCE);
}

/** A white picture to draw on. */
export class Raster {
  readonly #rgb: Uint8Array;

  /** @throws RangeError for a size that is not two whole numbers above 0, or above 64 Mpixel. */
  constructor(readonly width: number, readonly height: number) {
    const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
    if (!whole || width * height > 2 ** 26) {
      throw new RangeError(
        `Raster: expected a width and height above 0 and at most 64 megapixels, found ` +
          `${width} × ${height}`,
      );
    }
    this.#rgb = new Uint8Array(width * height * 3).fill(255);
  }

  /** Fills the part of a rectangle that is inside the picture. */
  fill(x: number, y: number, width: number, height: number, [red, green, blue]: Color): void {
    const right = Math.min(x + width, this.width);
    const bottom = Math.min(y + height, this.height);
    for (let row = Math.max(y, 0); row < bottom; row++) {
      for (let column = Math.max(x, 0); column < right; column++) {
        const at = (row * this.width + column) * 3;
        this.#rgb[at] = red;
        this.#rgb[at + 1] = green;
        this.#rgb[at + 2] = blue;
      }
    }
  }

  /** Draws the border of a rectangle, inside it. */
  frame(x: number, y: number, width: number, height: number, thickness: number, c: Color): void {
    this.fill(x, y, width, thickness, c);
    this.fill(x, y + height - thickness, width, thickness, c);
    this.fill(x, y, thickness, height, c);
    this.fill(x + width - thickness, y, thickness, height, c);
  }

  /**
   * Draws a line of text, `scale` pixels for a dot of the font. The dots are joined by smooth strokes,
   * so that the letters resemble those of the charts.
   */
  text(x: number, y: number, text: string, scale: number, color: Color): void {
    [...text].forEach((letter, index) => {
      const left = x + index * LETTER_ADVANCE * scale;
      for (const { column, row, share } of inkOf(letter, scale)) {
        this.#blend(left + column, y + row, share, color);
      }
    });
  }

  /** Mixes a colour into a pixel, if it is inside the picture. */
  #blend(x: number, y: number, share: number, color: Color): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * 3;
    color.forEach((value, channel) => {
      const before = this.#rgb[at + channel];
      this.#rgb[at + channel] = Math.round(before + share * (value - before));
    });
  }

  /**
   * The picture as a PNG file. With at most 256 colours, as in grey images with captions, it stores
   * one byte a pixel, the index of its colour, which is a third of the size. With a few more it
   * rounds them, by one level of 255, if that makes 256 of them.
   */
  toPng(): Uint8Array {
    const { width, height } = this;
    const exact = this.#indexed((level) => level);
    const { indices, colors } = exact ?? this.#indexed(roundedLevel) ?? {};
    if (indices === undefined || colors === undefined) {
      return encode({ width, height, data: this.#rgb, channels: 3, depth: 8 });
    }
    const palette = colors.map(
      (color): [number, number, number] => [color >> 16, color >> 8 & 255, color & 255],
    );
    return encode({ width, height, data: indices, channels: 1, depth: 8, palette });
  }

  /** The number of each pixel's colour and the colours, or undefined for more than 256. */
  #indexed(level: (value: number) => number) {
    const rgb = this.#rgb;
    const numberOf = new Map<number, number>();
    const indices = new Uint8Array(this.width * this.height);
    for (let i = 0; i < indices.length; i++) {
      const [red, green, blue] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]];
      const color = level(red) << 16 | level(green) << 8 | level(blue);
      let number = numberOf.get(color);
      if (number === undefined) {
        if (numberOf.size === 256) return undefined;
        numberOf.set(color, number = numberOf.size);
      }
      indices[i] = number;
    }
    return { indices, colors: [...numberOf.keys()] };
  }
}

/** One of 128 levels, which include 0 and 255. */
function roundedLevel(value: number): number {
  return value < 128 ? value & 0xfe : value | 1;
}
