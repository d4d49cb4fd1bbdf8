/**
 * Judges for the kinds of answers: values, functions, layers, sentences, projects.
 *
 * Functions are called on inputs that the student does not see, drawn from a seed, so that neither a
 * constant nor a table of known results passes.
 */
import { describe } from "../lib/support/describe.ts";
import { randn } from "../lib/tensor/create.ts";
import { Random } from "../lib/tensor/random.ts";
import { Tensor } from "../lib/tensor/tensor.ts";
import { type GradientCheck, gradientCheckLayer } from "../lib/nn/gradient.ts";
import type { Layer } from "../lib/nn/layers.ts";
import { inspect } from "../lib/notebook/inspect.ts";
import { agree } from "./agree.ts";
import { copyOf } from "./copy.ts";
import { errorText, type Judge, type Judgement, NotAnswered } from "./exercise.ts";

const CORRECT: Judgement = { kind: "correct" };
const UNANSWERED: Judgement = { kind: "unanswered" };

/** How many hidden inputs a function is called on. */
const CASES = 20;

let seed = 20;

/** Draws other hidden inputs from now on, as a grader does. */
export function drawHiddenFrom(newSeed: number): void {
  seed = newSeed;
}

/** A wrong value or function, and the hint for it. */
export type Mistake<Answer> = readonly [wrong: Answer, hint: string];

/**
 * Judges a value: numbers to six digits, text in any case, tensors by shape and numbers.
 * @param expected the correct value, or a function that returns it, called when an answer comes.
 * @param mistakes values that typical mistakes lead to.
 */
export function valueOf<Answer>(
  expected: Answer | (() => Answer | Promise<Answer>),
  mistakes: readonly Mistake<NoInfer<Answer>>[] = [],
): Judge<Answer> {
  return async (answer) => {
    const wanted = expected instanceof Function ? await expected() : expected;
    if (agree(answer, wanted)) return CORRECT;
    const mistake = mistakes.find(([wrong]) => agree(answer, wrong))?.[1];
    return { kind: "wrong", mistake, form: formProblem(answer, wanted) };
  };
}

/** What a function is judged by. */
export interface FunctionCases<In extends readonly unknown[], Out> {
  /** The correct function. */
  readonly correct: (...input: In) => Out | Promise<Out>;
  /** Draws one input. The first ones should be small: a failing one is shown to the student. */
  readonly draw: (random: Random, index: number) => In;
  /** Functions that typical mistakes lead to. */
  readonly mistakes?: readonly Mistake<(...input: In) => Out>[];
  /** The function of the cell without an answer, where it does not call `todo`. */
  readonly untouched?: (...input: In) => Out;
  /** Whether an output is correct, where equal numbers are too much to ask. */
  readonly agrees?: (found: Out, expected: Out, input: In) => boolean;
}

/** Judges a function by its outputs for hidden inputs. */
export function functionOf<In extends readonly unknown[], Out>(
  { correct, draw, mistakes = [], untouched, agrees = agree }: FunctionCases<In, Out>,
): Judge<(...input: In) => Out> {
  return async (answer) => {
    if (typeof answer !== "function") {
      return { kind: "wrong", mistake: `Expected a function, found ${short(answer)}` };
    }
    const random = new Random(seed);
    const inputs = Array.from({ length: CASES }, (_, index) => draw(random, index));
    const found: (Out | Failed)[] = [];
    let example: string | undefined, form: string | undefined;
    for (const input of inputs) {
      const copy = copyOf(input);
      const [expected, output] = [
        await correct(...copyOf(input)),
        await tried(answer, copy),
      ];
      if (output instanceof Failed && output.reason instanceof NotAnswered) return UNANSWERED;
      found.push(output);
      if (!agree(copy, input)) {
        return { kind: "wrong", mistake: "The function changes its argument: make a new value." };
      }
      if (output instanceof Failed || !agrees(output, expected, input)) {
        form ??= output instanceof Failed
          ? `Your code throws ${errorText(output.reason)}`
          : formProblem(output, expected);
        example ??= `For ${input.map(short).join(" and ")} expected ${short(expected)}, ` +
          (output instanceof Failed
            ? `found ${errorText(output.reason)}`
            : `found ${short(output)}`);
      }
    }
    if (example === undefined) return CORRECT;
    const behavesAs = async (wrong: (...input: In) => Out) => {
      for (const [i, input] of inputs.entries()) {
        const output = found[i];
        if (output instanceof Failed) return false;
        const expected = await tried(wrong, copyOf(input));
        if (expected instanceof Failed || !agree(output, expected)) return false;
      }
      return true;
    };
    if (untouched && await behavesAs(untouched)) return UNANSWERED;
    for (const [wrong, hint] of mistakes) {
      if (await behavesAs(wrong)) return { kind: "wrong", mistake: hint, example };
    }
    return { kind: "wrong", form, example };
  };
}

/**
 * Judges a layer: its `forward` against the correct one, its `backward` by the gradient check and
 * against the correct one, which sees through a `forward` that changes its mind.
 *
 * @param make makes the student's layer for a case.
 * @param correct makes the correct layer for the same case.
 * @param draw draws an input for the layer.
 * @param mistakes layers that typical mistakes in `forward` or `backward` lead to.
 * @param untouched the layer of the cell without an answer, where it does not call `todo`.
 */
export function layerOf<Answer>(
  { make, correct, draw, mistakes = [], untouched }: {
    readonly make: (answer: Answer, random: Random) => Layer;
    readonly correct: (random: Random) => Layer;
    readonly draw: (random: Random) => Tensor;
    readonly mistakes?: readonly Mistake<(random: Random) => Layer>[];
    readonly untouched?: (random: Random) => Layer;
  },
): Judge<Answer> {
  return (answer) => {
    for (let i = 1; i <= 3; i++) {
      const drawn = () => new Random(seed + i);
      const layer = make(answer, drawn()), reference = correct(drawn()), x = draw(drawn());
      const given = x.copy();
      const y = layer.forward(given, true), expected = reference.forward(x, true);
      if (!agree(given, x)) {
        return { kind: "wrong", mistake: "Forward changes its argument: make a new tensor." };
      }
      const hintFor = (behaves: (other: Layer) => boolean) =>
        mistakes.find(([other]) => behaves(other(drawn())))?.[1];
      if (!agree(y, expected)) {
        return {
          kind: "wrong",
          mistake: hintFor((other) => agree(y, other.forward(x, true))),
          form: joined("Forward is not correct yet", formProblem(y, expected)),
          example: `Forward: expected ${short(expected)}, found ${short(y)}`,
        };
      }
      // Of another seed than x: it must not be equal to x.
      const dout = randn(expected.shape, new Random(seed + i + 1000));
      const dx = layer.backward(dout), correctDx = reference.backward(dout);
      const missing = Object.keys(reference.grads).find((name) => !(name in layer.grads));
      if (missing !== undefined) {
        return { kind: "wrong", mistake: `Backward does not store the gradient by ${missing}` };
      }
      if (agree(dx, correctDx) && agreeGrads(layer, reference)) continue;
      const isSame = (other: Layer) => {
        other.forward(x, true);
        return agree(dx, other.backward(dout)) && agreeGrads(layer, other);
      };
      if (untouched && isSame(untouched(drawn()))) return UNANSWERED;
      const mistake = hintFor(isSame);
      const problem = formProblem(dx, correctDx) ?? gradsProblem(layer, reference);
      const form = joined("Backward is not correct yet", problem);
      if (problem !== undefined) return { kind: "wrong", mistake, form };
      const [by, { analytic, numerical }] = worstGradient(layer, x, drawn());
      const example = `The gradient by ${by}: backward gives ${short(analytic)}, the numerical ` +
        `derivative ${short(numerical)}`;
      return { kind: "wrong", mistake, form, example };
    }
    return CORRECT;
  };
}

function agreeGrads(a: Layer, b: Layer): boolean {
  return Object.entries(b.grads).every(([name, grad]) => agree(a.grads[name], grad));
}

/** What is wrong with the form of a gradient that backward has stored. */
function gradsProblem(layer: Layer, reference: Layer): string | undefined {
  for (const [name, grad] of Object.entries(reference.grads)) {
    const problem = formProblem(layer.grads[name], grad);
    if (problem !== undefined) return `The gradient by ${name}: ${problem}`;
  }
}

/** The gradient that differs most from the numerical derivative, and by what. */
function worstGradient(layer: Layer, x: Tensor, random: Random): [string, GradientCheck] {
  const checks = Object.entries(gradientCheckLayer(layer, x, random));
  return checks.reduce((a, b) => b[1].difference > a[1].difference ? b : a);
}

/**
 * Keeps a sentence for the teacher.
 * @param leastWords fewer are no explanation.
 */
export function sentence(leastWords = 8): Judge<string> {
  return (answer) => {
    if (typeof answer !== "string") {
      return { kind: "wrong", mistake: `Expected a sentence in quotes, found ${describe(answer)}` };
    }
    const text = answer.trim();
    if (text === "") return UNANSWERED;
    const words = text.split(/\s+/).length;
    return words >= leastWords ? { kind: "stored", text } : {
      kind: "wrong",
      mistake: `Expected a sentence of at least ${leastWords} words, found ${words}`,
    };
  };
}

/**
 * Judges a project by a score that has to be reached.
 * @param score computes the score of the answer, such as the accuracy on validation images.
 * @param least the score to reach, or a function that computes it.
 */
export function project<Answer>(
  score: (answer: Answer) => number | Promise<number>,
  least: number | (() => number | Promise<number>),
): Judge<Answer> {
  return async (answer) => {
    const found = await score(answer), wanted = typeof least === "number" ? least : await least();
    return found >= wanted
      ? CORRECT
      : { kind: "wrong", form: `Expected at least ${short(wanted)}, found ${short(found)}` };
  };
}

/** The error that an answer threw. */
class Failed {
  constructor(readonly reason: unknown) {}
}

async function tried<In extends readonly unknown[], Out>(
  run: (...input: In) => Out,
  input: In,
): Promise<Awaited<Out> | Failed> {
  try {
    return await run(...input);
  } catch (error) {
    return new Failed(error);
  }
}

/** What is wrong with the kind, shape or length of a result, or with NaN in it. */
function formProblem(found: unknown, expected: unknown): string | undefined {
  if (expected instanceof Tensor) {
    const shape = `[${expected.shape.join(", ")}]`;
    if (!(found instanceof Tensor)) return `Expected a tensor ${shape}, found ${describe(found)}`;
    if (!agree(found.shape, expected.shape)) {
      return `Expected the shape ${shape}, found [${found.shape.join(", ")}]`;
    }
    return found.data.some(Number.isNaN) ? "The result contains NaN" : undefined;
  }
  if (typeof expected === "number" && Number.isNaN(found)) return "The result is NaN";
  if (Array.isArray(expected) && Array.isArray(found) && expected.length !== found.length) {
    return `Expected ${expected.length} items, found ${found.length}`;
  }
  const isSameKind = typeof found === typeof expected &&
    Array.isArray(found) === Array.isArray(expected);
  if (isSameKind) return undefined;
  const kind = typeof expected === "string" ? "text" : describeKind(expected);
  return `Expected ${kind}, found ${describe(found)}`;
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(". ");
}

function describeKind(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return `a ${typeof value}`;
  return Array.isArray(value) ? "an array" : describe(value);
}

/** A value in a few characters. */
function short(value: unknown): string {
  const text = value instanceof Tensor
    ? `${value.shape.length === 1 ? "" : `[${value.shape.join(", ")}] `}${value}`
    : inspect(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
