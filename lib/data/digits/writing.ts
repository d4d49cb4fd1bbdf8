/** From a hand to the path of the pen, with the variation of handwriting. */
import type { Random } from "../../tensor/random.ts";
import { type Hand, HANDS, type Stroke } from "./hands.ts";
import { sine } from "./sine.ts";
import { DIGIT_STYLES, STYLE } from "./style.ts";
import type { Trace } from "./trace.ts";

/** Straight pieces that approximate the curve between two points of a hand. */
const PIECES = 6;

/** Points of the longest trace of any hand. */
export const LONGEST_TRACE: number = Math.max(
  ...HANDS.flat().map((hand) => hand.strokes.reduce((sum, s) => sum + 1 + PIECES * s.x.length, 0)),
);

/** Writes one digit, 0 to 9, into `trace`, in sheet units around the middle of the sheet, (0, 0). */
export function writeDigit(digit: number, random: Random, trace: Trace): void {
  trace.clear();
  writeHand(digit, random, trace);
  bendSheet(random, trace);
  slantAndTurn(digit, random, trace);
}

/** Picks a hand, blends it with another of the same shape, and follows it with an unsteady pen. */
function writeHand(digit: number, random: Random, trace: Trace): void {
  const hand = pickHand(HANDS[digit], random);
  const other = HANDS[digit][random.integer(HANDS[digit].length)];
  const blend = STYLE.blend * random.uniform() * (sameShape(hand, other) ? 1 : 0);
  const rounded = random.uniform() < STYLE.rounding;
  const tidiness = 0.4 + 1.2 * random.uniform(); // below 1: a tidy writer
  const jitter = STYLE.jitter * DIGIT_STYLES[digit].jitter * tidiness;
  hand.strokes.forEach((stroke, s) => {
    const blended = blend > 0 ? blendStrokes(stroke, other.strokes[s], blend) : stroke;
    followStroke(unsteady(blended, jitter, random), rounded, trace);
  });
}

/** A random hand, by its frequency. */
function pickHand(hands: readonly Hand[], random: Random): Hand {
  let left = random.uniform() * hands.reduce((sum, hand) => sum + hand.weight, 0);
  return hands.find((hand) => (left -= hand.weight) < 0) ?? hands[hands.length - 1];
}

/** Whether two hands have as many strokes and points, so that their mean is a digit. */
function sameShape(a: Hand, b: Hand): boolean {
  return a.strokes.length === b.strokes.length &&
    a.strokes.every((stroke, s) => stroke.x.length === b.strokes[s].x.length);
}

/** (1 - share) · a + share · b, point by point, with the corners of a. */
function blendStrokes(a: Stroke, b: Stroke, share: number): Stroke {
  return {
    x: a.x.map((x, i) => x + share * (b.x[i] - x)),
    y: a.y.map((y, i) => y + share * (b.y[i] - y)),
    corner: a.corner,
  };
}

/** Moves each point a little; neighboring errors are correlated: eₖ = drift · eₖ₋₁ + √(1 - drift²) · N(0, 1). */
function unsteady(stroke: Stroke, jitter: number, random: Random): Stroke {
  const fresh = Math.sqrt(1 - STYLE.drift ** 2);
  const last = stroke.x.length - 1;
  let errorX = random.normal();
  let errorY = random.normal();
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i <= last; i++) {
    errorX = STYLE.drift * errorX + fresh * random.normal();
    errorY = STYLE.drift * errorY + fresh * random.normal();
    const size = i === 0 || i === last ? jitter * STYLE.endJitter : jitter;
    x.push(stroke.x[i] + size * errorX);
    y.push(stroke.y[i] + size * errorY);
  }
  return { x, y, corner: stroke.corner };
}

/** Draws a curve through all points of a stroke: a Catmull-Rom spline, broken at the corners. */
function followStroke({ x, y, corner }: Stroke, rounded: boolean, trace: Trace): void {
  const last = x.length - 1;
  const isSmooth = (i: number) => i > 0 && i < last && (rounded || !corner[i]);
  trace.moveTo(x[0], y[0]);
  for (let i = 0; i < last; i++) {
    // The curve from point i to i + 1 depends on the points before and after. Where there is none,
    // or a corner hides it, it is extrapolated.
    const before = isSmooth(i) ? i - 1 : -1;
    const after = isSmooth(i + 1) ? i + 2 : -1;
    const x0 = before < 0 ? 2 * x[i] - x[i + 1] : x[before];
    const y0 = before < 0 ? 2 * y[i] - y[i + 1] : y[before];
    const x3 = after < 0 ? 2 * x[i + 1] - x[i] : x[after];
    const y3 = after < 0 ? 2 * y[i + 1] - y[i] : y[after];
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      trace.lineTo(catmullRom(x0, x[i], x[i + 1], x3, t), catmullRom(y0, y[i], y[i + 1], y3, t));
    }
  }
}

/** ½ (2b + (c - a) t + (2a - 5b + 4c - d) t² + (3b - a - 3c + d) t³): b at t = 0, c at t = 1. */
function catmullRom(a: number, b: number, c: number, d: number, t: number): number {
  return 0.5 *
    (2 * b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * b - a - 3 * c + d))));
}

/** A wave over the sheet: size · sin(phase + fx · x + fy · y), 100 to 300 sheet units long. */
interface Wave {
  readonly size: number;
  readonly phase: number;
  readonly fx: number;
  readonly fy: number;
}

function drawWave(random: Random): Wave {
  return {
    size: STYLE.bend * random.normal(),
    phase: 2 * Math.PI * random.uniform(),
    fx: (0.02 + 0.04 * random.uniform()) * (random.uniform() < 0.5 ? 1 : -1),
    fy: 0.02 + 0.04 * random.uniform(),
  };
}

function waveAt(wave: Wave, x: number, y: number): number {
  return wave.size * sine(wave.phase + wave.fx * x + wave.fy * y);
}

/** Bends the sheet by two waves across and two down, and makes one side larger than the other. */
function bendSheet(random: Random, trace: Trace): void {
  const across1 = drawWave(random);
  const across2 = drawWave(random);
  const down1 = drawWave(random);
  const down2 = drawWave(random);
  const leanX = STYLE.lean * random.normal() / 50; // 50 units from the middle to the edge
  const leanY = STYLE.lean * random.normal() / 50;
  for (let i = 0; i < trace.length; i++) {
    const u = trace.x[i] - 50;
    const v = trace.y[i] - 50;
    const x = u + waveAt(across1, u, v) + waveAt(across2, u, v);
    const y = v + waveAt(down1, u, v) + waveAt(down2, u, v);
    const leant = x * (1 + leanX * y);
    trace.x[i] = leant;
    trace.y[i] = y * (1 + leanY * leant);
  }
}

/** Makes the digit narrow or wide, x' = width · x - slant · y, and rotates it a little. */
function slantAndTurn(digit: number, random: Random, trace: Trace): void {
  const style = DIGIT_STYLES[digit];
  const width = style.width * Math.exp(style.widthSpread * random.normal());
  const slant = style.slant + STYLE.slantSpread * random.normal();
  const turn = STYLE.turnSpread * random.normal();
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  for (let i = 0; i < trace.length; i++) {
    const x = width * trace.x[i] - slant * trace.y[i];
    const y = trace.y[i];
    trace.x[i] = cos * x - sin * y;
    trace.y[i] = sin * x + cos * y;
  }
}
