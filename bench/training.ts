/**
 * Training: an epoch of 60,000 images by SGD and by Adam, float32.
 *
 * `deno task bench training [--json] [--peers] [--cpu] [--rounds 7]`
 */
import { compare, options } from "./support/turns.ts";

await compare([
  { name: "epoch sgd", what: "epoch of 784-50-10, SGD, batch 100", must: 0.75, goal: 0.9 },
  {
    name: "epoch adam",
    what: "epoch of 784-128-10, dropout, Adam, batch 32",
    must: 2,
    goal: 3,
  },
], options());
