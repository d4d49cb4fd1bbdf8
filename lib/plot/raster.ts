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

/** Letters that the font lacks and our captions need. */
const OWN_LETTERS: Readonly<Record<string, readonly number[]>> = {
  "≠": [0x14, 0x34, 0x1c, 0x16, 0x14],
  "→": [0x08, 0x08, 0x2a, 0x1c, 0x08],
  "…": [0x40, 0x00, 0x40, 0x00, 0x40],
  "–": [0x08, 0x08, 0x08, 0x08, 0x08],
};

function letterDots(letter: string): readonly number[] {
  const index = lookup.indexOf(letter);
  if (index >= 0) return fontData.slice(index * LETTER_WIDTH, (index + 1) * LETTER_WIDTH);
  return OWN_LETTERS[letter] ?? letterDots("?");
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

  /** Draws a line of text whose dots are squares of `scale` pixels. */
  text(x: number, y: number, text: string, scale: number, color: Color): void {
    [...text].forEach((letter, index) => {
      letterDots(letter).forEach((dots, column) => {
        for (let row = 0; row < LETTER_HEIGHT; row++) {
          if ((dots >> row & 1) === 0) continue;
          const left = x + (index * LETTER_ADVANCE + column) * scale;
          this.fill(left, y + row * scale, scale, scale, color);
        }
      });
    });
  }

  /**
   * The picture as a PNG file. With at most 256 colours, as in grey images with captions, it stores
   * one byte a pixel, the index of its colour, which is a third of the size.
   */
  toPng(): Uint8Array {
    const { width, height } = this;
    const rgb = this.#rgb;
    const numberOf = new Map<number, number>();
    const indices = new Uint8Array(width * height);
    for (let i = 0; i < indices.length; i++) {
      const color = rgb[3 * i] << 16 | rgb[3 * i + 1] << 8 | rgb[3 * i + 2];
      let number = numberOf.get(color);
      if (number === undefined) {
        if (numberOf.size === 256) {
          return encode({ width, height, data: rgb, channels: 3, depth: 8 });
        }
        numberOf.set(color, number = numberOf.size);
      }
      indices[i] = number;
    }
    const palette = Array.from(
      numberOf.keys(),
      (color): [number, number, number] => [color >> 16, color >> 8 & 255, color & 255],
    );
    return encode({ width, height, data: indices, channels: 1, depth: 8, palette });
  }
}
