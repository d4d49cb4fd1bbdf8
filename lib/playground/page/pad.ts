/// <reference lib="dom" />
/** The canvas that one draws on: with a mouse, a pen, a finger, or the keyboard. */
import type { Drawing, PenStroke } from "../../data/digits/normalize.ts";

/** The side of the canvas in its own unit, whatever its size on the screen. */
export const CANVAS = 280;

/** How far an arrow key moves the pen. */
const STEP = 8;

const INK = "#ffffff";
const PAPER = "#000000";
const CURSOR = "#f0e442";

/** A stroke that can grow. */
interface GrowingStroke extends PenStroke {
  readonly x: number[];
  readonly y: number[];
}

/** The canvas, and the strokes on it. */
export class Pad {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #onChange: () => void;
  #strokes: GrowingStroke[] = [];
  /** The stroke that each pointer draws. */
  readonly #drawing = new Map<number | "keyboard", GrowingStroke>();
  #pen = 10;
  #cursor: { x: number; y: number } | undefined;

  /**
   * Makes a canvas one that is drawn on.
   * @param onChange is called after each change of the strokes.
   */
  constructor(canvas: HTMLCanvasElement, onChange: () => void) {
    const context = canvas.getContext("2d");
    if (context === null) {
      throw new Error("expected a canvas with a context to draw in, found none");
    }
    this.#canvas = canvas;
    this.#context = context;
    this.#onChange = onChange;
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"] as const) {
      canvas.addEventListener(type, (event) => this.#drawing.delete(event.pointerId));
    }
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("focus", () => this.#showCursor());
    canvas.addEventListener("blur", () => this.#hideCursor());
    new ResizeObserver(() => this.paint()).observe(canvas);
  }

  /** What is drawn. */
  get drawing(): Drawing {
    return { strokes: this.#strokes, pen: this.#pen };
  }

  /** Sets the radius of the pen, also of what is drawn already. */
  set pen(radius: number) {
    this.#pen = radius;
    this.#changed();
  }

  /** Removes the last stroke. */
  undo(): void {
    const stroke = this.#strokes.pop();
    for (const [id, growing] of this.#drawing) if (growing === stroke) this.#drawing.delete(id);
    this.#changed();
  }

  /** Removes all strokes. */
  clear(): void {
    this.#strokes = [];
    this.#drawing.clear();
    this.#changed();
  }

  /** Draws the strokes again. */
  paint(): void {
    const { width } = this.#canvas.getBoundingClientRect();
    const side = Math.max(1, Math.round(width * devicePixelRatio));
    if (this.#canvas.width !== side) this.#canvas.width = this.#canvas.height = side;
    const context = this.#context;
    context.setTransform(side / CANVAS, 0, 0, side / CANVAS, 0, 0);
    context.fillStyle = PAPER;
    context.fillRect(0, 0, CANVAS, CANVAS);
    context.strokeStyle = INK;
    context.lineWidth = 2 * this.#pen;
    context.lineCap = context.lineJoin = "round";
    for (const { x, y } of this.#strokes) {
      context.beginPath();
      context.moveTo(x[0], y[0]);
      for (let i = 1; i < x.length; i++) context.lineTo(x[i], y[i]);
      if (x.length === 1) context.lineTo(x[0], y[0]);
      context.stroke();
    }
    this.#paintCursor();
  }

  #paintCursor(): void {
    if (this.#cursor === undefined) return;
    const context = this.#context, { x, y } = this.#cursor;
    context.strokeStyle = CURSOR;
    context.lineWidth = this.#drawing.has("keyboard") ? 4 : 2;
    context.beginPath();
    context.arc(x, y, this.#pen + 2, 0, 2 * Math.PI);
    context.stroke();
  }

  /** A place on the canvas, also if a finger has left it. */
  #place(event: PointerEvent): { x: number; y: number } {
    const box = this.#canvas.getBoundingClientRect();
    const along = (v: number, side: number) => Math.min(CANVAS, Math.max(0, v / side * CANVAS));
    return {
      x: along(event.clientX - box.left, box.width),
      y: along(event.clientY - box.top, box.height),
    };
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.#canvas.focus({ preventScroll: true, focusVisible: false });
    this.#hideCursor();
    this.#canvas.setPointerCapture(event.pointerId);
    this.#begin(event.pointerId, this.#place(event));
  }

  #move(event: PointerEvent): void {
    const stroke = this.#drawing.get(event.pointerId);
    if (stroke === undefined) return;
    // Between two frames a fast hand makes several moves, which the browser hands over together; not
    // to a page that came over a network without encryption.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length > 0 ? moves : [event]) this.#extend(stroke, this.#place(move));
    this.#changed();
  }

  #begin(id: number | "keyboard", { x, y }: { x: number; y: number }): void {
    const stroke = { x: [x], y: [y] };
    this.#strokes.push(stroke);
    this.#drawing.set(id, stroke);
    this.#changed();
  }

  #extend(stroke: GrowingStroke, { x, y }: { x: number; y: number }): void {
    const last = stroke.x.length - 1;
    if (stroke.x[last] === x && stroke.y[last] === y) return;
    stroke.x.push(x);
    stroke.y.push(y);
  }

  /** Arrows move the pen, the space bar puts it down and lifts it. */
  #key(event: KeyboardEvent): void {
    const direction = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const place = this.#cursor ?? { x: CANVAS / 2, y: CANVAS / 2 };
    if (event.key === " ") {
      if (!this.#drawing.delete("keyboard")) this.#begin("keyboard", place);
      this.#cursor = place;
    } else if (event.key in direction) {
      const [dx, dy] = direction[event.key as keyof typeof direction];
      const along = (v: number) => Math.min(CANVAS, Math.max(0, v));
      this.#cursor = { x: along(place.x + dx * STEP), y: along(place.y + dy * STEP) };
      const stroke = this.#drawing.get("keyboard");
      if (stroke !== undefined) this.#extend(stroke, this.#cursor);
    } else return;
    event.preventDefault();
    this.#changed();
  }

  #showCursor(): void {
    if (!this.#canvas.matches(":focus-visible")) return;
    this.#cursor ??= { x: CANVAS / 2, y: CANVAS / 2 };
    this.paint();
  }

  #hideCursor(): void {
    this.#cursor = undefined;
    this.#drawing.delete("keyboard");
    this.paint();
  }

  #changed(): void {
    this.paint();
    this.#onChange();
  }
}
