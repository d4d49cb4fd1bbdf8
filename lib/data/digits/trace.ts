/** The way of the pen: a line of many short pieces, which is bent, scaled and then inked. */

/** The points the pen comes by, in the order it does. Reused from digit to digit: call `clear` first. */
export class Trace {
  /** Where the points are: sheet units first, pixels after scaling. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Half the thickness of the line at each point, pixels. */
  readonly radius: Float64Array;
  /** 1 if a line leads from the point before to this one, 0 if the pen came through the air. */
  readonly inked: Uint8Array;
  /** How many points there are now. */
  length = 0;

  /** @param capacity the largest number of points it can hold. */
  constructor(capacity: number) {
    this.x = new Float64Array(capacity);
    this.y = new Float64Array(capacity);
    this.radius = new Float64Array(capacity);
    this.inked = new Uint8Array(capacity);
  }

  /** Takes the pen back to the start of an empty sheet. */
  clear(): void {
    this.length = 0;
  }

  /** Puts the pen down at a point. */
  moveTo(x: number, y: number): void {
    this.#add(x, y, 0);
  }

  /** Draws on to a point. */
  lineTo(x: number, y: number): void {
    this.#add(x, y, 1);
  }

  #add(x: number, y: number, inked: 0 | 1): void {
    this.x[this.length] = x;
    this.y[this.length] = y;
    this.inked[this.length++] = inked;
  }
}
