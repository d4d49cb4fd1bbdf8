/** The path of the pen: a line of many short pieces, which is bent, scaled and then inked. */

/** The points of the path, in order. Reused for each digit: call `clear` first. */
export class Trace {
  /** The points: in sheet units first, in pixels after scaling. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Half the thickness of the line at each point, pixels. */
  readonly radius: Float64Array;
  /** 1 if a line leads from the previous point to this one, 0 if the pen was lifted. */
  readonly inked: Uint8Array;
  /** The number of points. */
  length = 0;

  /** @param capacity the largest number of points. */
  constructor(capacity: number) {
    this.x = new Float64Array(capacity);
    this.y = new Float64Array(capacity);
    this.radius = new Float64Array(capacity);
    this.inked = new Uint8Array(capacity);
  }

  /** Removes all points. */
  clear(): void {
    this.length = 0;
  }

  /** Puts the pen down at a point. */
  moveTo(x: number, y: number): void {
    this.#add(x, y, 0);
  }

  /** Draws a line to a point. */
  lineTo(x: number, y: number): void {
    this.#add(x, y, 1);
  }

  #add(x: number, y: number, inked: 0 | 1): void {
    this.x[this.length] = x;
    this.y[this.length] = y;
    this.inked[this.length++] = inked;
  }
}
