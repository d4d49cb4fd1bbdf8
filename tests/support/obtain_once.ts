/** A program that obtains a small set: tests run it several times at once, or kill it. */
import { obtain } from "../../lib/data/sets/obtain.ts";
import { smallSet } from "./small_set.ts";

const [folder, mirror] = Deno.args;
const { set } = await smallSet(folder);
const { images, text } = await obtain(set, {
  verify: true,
  mirrors: [mirror],
  progress: () => ({ update() {}, finish: () => Promise.resolve() }),
});
console.log(images.trainLabels.length, text);
