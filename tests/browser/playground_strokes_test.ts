/**
 * How good the playground is: the first test images of MNIST, drawn as strokes with a mouse, off
 * centre, small, large, thick and thin.
 */
import assert from "node:assert/strict";
import { readMnist } from "../../lib/data/sets/mnist.ts";
import { projectPath } from "../../lib/support/paths.ts";
import { missingChromium } from "../support/browser.ts";
import { withPlayground } from "../support/playground.ts";
import { missingMnist, testUnless } from "../support/skip.ts";
import { CONDITIONS, placed, strokesOf } from "../support/strokes.ts";

/** How many images are drawn in each condition: 1,000 take a quarter of an hour. */
const COUNTS: Readonly<Record<string, number>> = { all: 100, stress: 1000 };
const COUNT = COUNTS[Deno.env.get("BROWSER_TESTS") ?? ""] ?? 6;

/** Networks by their places in the list, and the share of the drawings that each must read. */
const LEAST = { "chapter 9": [0, 0.95], "chapter 7": [1, 0.93] } as const;

/** With few images, one more may be misread. */
const SLACK = COUNT === 1000 ? 0 : 1 / COUNT;

testUnless(
  missingMnist ?? missingChromium,
  `the first ${COUNT} test images of MNIST, drawn with a mouse, are read`,
  async (t) => {
    const { mnist } = await readMnist({ source: "mnist", normalize: false });
    const strokes = Array.from(
      { length: COUNT },
      (_, i) => strokesOf(Uint8Array.from(mnist.xTest.at(i).data)),
    );
    const rows = ["condition,network,read correctly"];
    await withPlayground(async (open) => {
      const playground = await open();
      for (const [name, condition] of Object.entries(CONDITIONS)) {
        await t.step(name, async () => {
          await playground.setPen(condition.pen);
          const images: Uint8Array[] = [];
          for (const drawn of strokes) {
            await playground.draw(placed(drawn, condition));
            const said = await playground.said();
            images.push(Uint8Array.from(said?.image ?? []));
            await playground.page.keyboard.press("Escape");
          }
          for (const [network, [index, least]] of Object.entries(LEAST)) {
            await playground.choose(index);
            const read = await playground.read(images);
            const right = read.filter(({ digit }, i) => digit === mnist.tTest.at(i)).length;
            const share = right / COUNT;
            rows.push(`${name},${network},${share}`);
            assert.ok(share >= least - SLACK, `${name}, ${network}: ${right} of ${COUNT}`);
          }
          await playground.choose(0);
        });
      }
    });
    // For the reader of the results.
    await Deno.mkdir(projectPath("runs/browser"), { recursive: true });
    await Deno.writeTextFile(
      projectPath(`runs/browser/playground-strokes-${COUNT}.csv`),
      `${rows.join("\n")}\n`,
    );
  },
);
