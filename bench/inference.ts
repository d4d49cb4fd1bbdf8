/**
 * Inference: 10,000 images through 784-50-100-10, one at a time and in batches.
 *
 * `deno task bench inference [--json] [--peers] [--cpu] [--rounds 7]`
 */
import { compare, options } from "./support/turns.ts";

const images = (how: string, dtype: string) => `10,000 images ${how}, 784-50-100-10, ${dtype}`;

await compare([
  { name: "inference 1 float32", what: images("one at a time", "float32"), must: 2.5, goal: 5 },
  {
    name: "inference 100 float32",
    what: images("100 at a time", "float32"),
    must: 0.75,
    goal: 0.95,
  },
  { name: "inference 1000 float32", what: images("1,000 at a time", "float32") },
  { name: "inference 1 float64", what: images("one at a time", "float64"), must: 1.2, goal: 2 },
  { name: "inference 100 float64", what: images("100 at a time", "float64"), must: 0.7, goal: 0.9 },
  { name: "inference 1000 float64", what: images("1,000 at a time", "float64") },
], options());
