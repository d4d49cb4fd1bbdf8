/**
 * Convolution: an epoch of 60,000 images, conv 32 3×3, pool, conv 64 3×3, pool, dropout 0.5, dense 10, by
 * Adam in batches of 128, float32.
 *
 * `deno task bench convolution [--json] [--peers] [--cpu] [--rounds 7]`: with peers, a round takes minutes.
 */
import { compare, options } from "./support/turns.ts";

/** How many times as fast as a peer we must be, and want to be. */
const WANTED = [
  { peer: "Keras", must: 1, goal: 2 },
  { peer: "PyTorch", must: undefined, goal: undefined },
] as const;

const given = options();
const rows = await compare([
  { name: "epoch convolution", what: "epoch of a convolutional network, Adam, batch 128" },
], given);
const ours = rows.find(({ peer }) => peer.startsWith("ours"));
for (const { peer, must, goal } of WANTED) {
  for (const row of rows.filter((row) => row.peer.startsWith(peer))) {
    const ratio = row.seconds / (ours?.seconds ?? NaN);
    if (given.json) console.log(JSON.stringify({ versus: row.peer, ratio, must, goal }));
    else {
      const wanted = must === undefined ? "" : `, must ${must} ×, goal ${goal} ×`;
      console.log(`ours is ${ratio.toPrecision(3)} × ${row.peer}${wanted}`);
    }
  }
}
