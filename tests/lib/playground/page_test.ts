/** The playground's page in a real browser: drawing, reading, keeping, and who cannot use a mouse. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { drawDigits } from "../../../lib/data/digits/draw.ts";
import { normalizeDrawing } from "../../../lib/data/digits/normalize.ts";
import { readMnist } from "../../../lib/data/sets/mnist.ts";
import { PROGRAM } from "../../../lib/playground/bundle.ts";
import { courseNetworks } from "../../../lib/playground/course_networks.ts";
import { unzip } from "../../../lib/playground/gzip.ts";
import { playgroundBundle } from "../../../lib/notebook/playground.ts";
import { playgroundPage } from "../../../lib/playground/page.ts";
import { readImage } from "../../../lib/playground/reading.ts";
import { dense } from "../../../lib/model/layers/dense.ts";
import { sequential } from "../../../lib/model/model.ts";
import { buildPlayground, BundleError } from "../../../tools/build_playground.ts";
import { MOST_BYTES } from "../../../tools/playground.ts";
import { missingChromium } from "../../support/browser.ts";
import { inFolder } from "../../support/files.ts";
import { type Open, type OpenPlayground, withPlayground } from "../../support/playground.ts";
import { testUnless } from "../../support/skip.ts";

/** A 7, and the bar that some people put through it. */
const SEVEN = { x: [80, 140, 200, 170, 150, 130, 120], y: [70, 70, 70, 120, 160, 200, 240] };
const BAR = { x: [120, 150, 180], y: [150, 150, 150] };

/** Why the bundle cannot be made anew: without a network there may be no bundler. */
const bundled = await buildPlayground().catch((error) => {
  if (error instanceof BundleError && /download|registry|network/i.test(error.message)) {
    return error;
  }
  throw error;
});
const missingBundler = bundled instanceof Error ? "Deno's bundler is not in its cache" : undefined;

testUnless(missingBundler, "the bundle is that of the sources", async () => {
  const lines = Array.from(String(bundled).matchAll(/^ {2}"(.*)"/gm), ([, line]) => line);
  const built = await unzip(lines.join(""));
  // Not assert.deepEqual: its message would be the two programs.
  const isCurrent = Buffer.compare(await unzip(PROGRAM), built) === 0;
  assert.ok(isCurrent, "expected the bundle of the sources: run deno task build-playground");
});

Deno.test("playgroundPage: one file of at most 2 MB, with nothing from elsewhere", async () => {
  const html = await playgroundPage(await courseNetworks());
  assert.ok(html.length <= MOST_BYTES, `${html.length} bytes`);
  assert.doesNotMatch(html, /(src|href)="(?!data:)/);
  assert.doesNotMatch(html, /import\s*[{*"(]|from\s*"/);
});

Deno.test("playgroundPage: refuses networks that cannot read drawings", async () => {
  const model = (pixels: number, units: number, activation: "softmax" | "sigmoid") =>
    sequential({ layers: [dense({ inputShape: [pixels], units, activation })] });
  const refused = [
    [{}, /expected at least one network, found none/],
    [{ a: model(100, 10, "softmax") }, /images of 784 pixels, found \[100\]/],
    [{ a: model(784, 3, "softmax") }, /10 outputs, found \[3\]/],
    [{ a: model(784, 10, "sigmoid") }, /ends in a softmax/],
  ] as const;
  for (const [networks, message] of refused) {
    await assert.rejects(playgroundPage(networks), (error: Error) => {
      assert.ok(error instanceof RangeError);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("playgroundPage: a name cannot end the list that it is in", async () => {
  const layers = [dense({ inputShape: [784], units: 10, activation: "softmax" })];
  const html = await playgroundPage({
    "</select><script>alert(1)</script>": sequential({ layers }),
  });
  assert.ok(html.includes("&lt;/select&gt;&lt;script&gt;alert(1)"));
});

/** What the page does, in one browser. */
const steps: [name: string, run: (open: Open) => Promise<void>][] = [];
const step = (name: string, run: (open: Open) => Promise<void>) => steps.push([name, run]);

step("page and kernel agree on 1,000 images, to 1e-6", async (open) => {
  const { testImages } = drawDigits({ train: 0, test: 1000, seed: 5 });
  const images = Array.from(
    { length: 1000 },
    (_, i) => testImages.subarray(784 * i, 784 * (i + 1)),
  );
  const playground = await open();
  for (const [index, model] of Object.values(await courseNetworks()).entries()) {
    await playground.choose(index);
    const read = await playground.read(images);
    assert.equal(read.length, 1000);
    for (const [i, image] of images.entries()) {
      const { digit, probabilities } = readImage(model, image);
      assert.equal(read[i].digit, digit, `network ${index}, image ${i}`);
      const difference = Math.max(
        ...probabilities.map((p, k) => Math.abs(p - read[i].probabilities[k])),
      );
      assert.ok(difference <= 1e-6, `network ${index}, image ${i}: ${difference}`);
    }
  }
});

/** What one sees of the result. */
async function shown(playground: OpenPlayground) {
  await playground.settled();
  return await playground.page.evaluate<
    { digit: string; sureness: string; largest: string[]; disabled: boolean[] }
  >(
    `({
      digit: document.querySelector("#digit").value,
      sureness: document.querySelector("#sureness").textContent,
      largest: [...document.querySelectorAll(".largest")].map((bar) => bar.ariaLabel),
      disabled: ["undo", "clear"].map((id) => document.getElementById(id).disabled),
    })`,
  );
}

step("draws, undoes, clears; an empty canvas is not classified", async (open) => {
  const playground = await open();
  const empty = { digit: "–", sureness: "draw a digit", largest: [], disabled: [true, true] };
  assert.deepEqual(await shown(playground), empty);
  await playground.draw([SEVEN]);
  const said = await playground.said();
  assert.equal(said?.digit, 7);
  const { digit, largest, disabled } = await shown(playground);
  assert.deepEqual([digit, largest, disabled], ["7", ["Probability of 7"], [false, false]]);
  // The kernel makes the same image of the same strokes.
  const drawing: Parameters<typeof normalizeDrawing>[0] = await playground.page.evaluate(
    "playground.drawing",
  );
  assert.deepEqual(Uint8Array.from(said.image), normalizeDrawing(drawing));

  await playground.draw([BAR]);
  const crossed = await playground.said();
  assert.equal(crossed?.digit, 7);
  assert.notDeepEqual(crossed.image, said.image);
  await playground.page.click("#undo");
  assert.deepEqual(await playground.said(), said);
  await playground.page.click("#clear");
  assert.equal(await playground.said(), undefined);
  assert.deepEqual(await shown(playground), empty);

  await playground.draw([{ x: [100], y: [100] }]); // a dot is no digit
  assert.equal(await playground.said(), undefined);
  await playground.page.keyboard.press("Control+z");
  assert.deepEqual(await shown(playground), empty);
});

step("each network of the list reads", async (open) => {
  const playground = await open();
  await playground.draw([SEVEN]);
  const seen = new Set<string>();
  for (const [index, model] of Object.values(await courseNetworks()).entries()) {
    await playground.choose(index);
    const said = await playground.said();
    assert.ok(said);
    const { digit, probabilities } = readImage(model, Uint8Array.from(said.image));
    assert.equal(said.digit, digit);
    probabilities.forEach((p, k) => assert.ok(Math.abs(p - said.probabilities[k]) < 1e-6));
    seen.add(String(said.probabilities));
  }
  assert.equal(seen.size, 3);
});

step("a corrected drawing is kept, and loadMnist reads the download", async (open) => {
  const playground = await open();
  const labels = [7, 1, 7, 2, 7];
  const images: number[][] = [];
  for (const [i, label] of labels.entries()) {
    await playground.draw(i % 2 === 0 ? [SEVEN] : [SEVEN, BAR]);
    images.push((await playground.said())?.image ?? []);
    await playground.page.click(`[aria-label="It is a ${label}"]`);
    assert.equal(await playground.said(), undefined); // room for the next one
  }
  assert.equal(await playground.text("#kept"), "Kept as 7. 5 digits of yours are kept.");
  // They are still there when the page is opened again.
  await playground.page.evaluate("location.reload()");
  await playground.page.waitForFunction(
    `document.querySelector("#kept").textContent === "5 digits of yours are kept."`,
  );

  await inFolder(async (folder) => {
    const saved: Promise<void>[] = [];
    playground.page.on("download", (download) => {
      saved.push(download.saveAs(`${folder}/${download.suggestedFilename()}`));
    });
    await playground.page.click("#download");
    for (let i = 0; saved.length < 4 && i < 100; i++) await playground.page.waitForTimeout(50);
    assert.equal(saved.length, 4);
    await Promise.all(saved);
    const { mnist } = await readMnist(
      { source: "mnist", verify: false, normalize: false },
      { environment: (name) => name === "MNIST_DIR" ? folder : undefined },
    );
    assert.deepEqual([...mnist.tTrain.data], [7, 1, 7, 7]);
    assert.deepEqual([...mnist.tTest.data], [2]);
    assert.deepEqual([...mnist.xTrain.data], [0, 1, 2, 4].flatMap((i) => images[i]));
    assert.deepEqual([...mnist.xTest.data], images[3]);
  });
  await playground.page.click("#forget");
  assert.equal(await playground.text("#kept"), "Drawings that you correct are kept here.");
});

step("damaged storage is no obstacle", async (open) => {
  const playground = await open();
  await playground.draw([SEVEN]);
  await playground.settled();
  await playground.page.click(`[aria-label="It is a 7"]`);
  const key = "mnist-playground-digits";
  const digit = await playground.page.evaluate<string>(
    `localStorage.getItem("${key}").slice(1, -1)`,
  );
  const damaged = {
    "no JSON": [`[${digit}`, 0],
    "no list": [`{"a": ${digit}}`, 0],
    "some entries are none": [
      `[null, 3, {}, {"label": 7, "image": "?"}, {"label": 12, "image": ""}, ${digit}]`,
      1,
    ],
  } as const;
  for (const [what, [text, count]] of Object.entries(damaged)) {
    await playground.page.evaluate(`localStorage.setItem("${key}", ${JSON.stringify(text)})`);
    await playground.page.evaluate("location.reload()");
    await playground.page.waitForFunction(
      `document.querySelector("#kept")?.textContent ===
        "${
        count === 1 ? "1 digit of yours is kept." : "Drawings that you correct are kept here."
      }"`,
    ).catch(() => assert.fail(what));
  }
});

step("with the keyboard alone, and heard rather than seen", async (open) => {
  const playground = await open();
  const { keyboard } = playground.page;
  // Down to the canvas: the list of networks comes first.
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  assert.equal(await playground.page.evaluate("document.activeElement.id"), "canvas");
  for (let i = 0; i < 8; i++) await keyboard.press("ArrowUp");
  await keyboard.press("Space");
  for (let i = 0; i < 16; i++) await keyboard.press("ArrowDown");
  await keyboard.press("Space");
  for (let i = 0; i < 9; i++) await keyboard.press("ArrowLeft"); // the pen is up
  assert.equal((await playground.said())?.digit, 1);
  await playground.page.waitForFunction(
    `/^It reads 1, /.test(document.querySelector("#announcement").textContent)`,
  );
  await keyboard.press("Escape");
  assert.equal(await playground.said(), undefined);

  // Every control has a name, and whatever is announced is in a live region.
  const unnamed = await playground.page.evaluate<string[]>(
    `[...document.querySelectorAll("button, select, input, canvas, [role=meter]")].filter((e) =>
        !(e.ariaLabel || e.textContent.trim() && e.tagName === "BUTTON" || e.labels?.[0]?.textContent.trim()))
        .map((e) => e.outerHTML)`,
  );
  assert.deepEqual(unnamed, []);
  assert.equal(
    await playground.page.evaluate(`document.querySelector("#announcement").role`),
    "status",
  );
});

/** In the page: texts whose contrast with what is behind them is below that of WCAG 2, level AA. */
const PALE = `(() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const color = numbers(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  return [...document.body.querySelectorAll("*")]
    .filter((e) => hasText(e) && !e.closest("script, .hidden, :disabled") && e.checkVisibility())
    .map((e) => {
      const [a, b] = [numbers(getComputedStyle(e).color), behind(e)].map(luminance).sort((a, b) => b - a);
      return { text: e.textContent.slice(0, 40), contrast: (a + 0.05) / (b + 0.05) };
    }).filter(({ contrast }) => contrast < 4.5);
})()`;

for (const colorScheme of ["light", "dark"] as const) {
  step(`enough contrast in the ${colorScheme} theme`, async (open) => {
    const playground = await open({ colorScheme });
    await playground.draw([SEVEN]);
    assert.deepEqual(await playground.page.evaluate(PALE), []);
    const page = await playground.page.evaluate<string>(
      "getComputedStyle(document.body).backgroundColor",
    );
    assert.equal(page, colorScheme === "dark" ? "rgb(24, 24, 27)" : "rgb(255, 255, 255)");
  });
}

step("on a phone, by touch, in portrait, 360 pixels wide", async (open) => {
  const playground = await open({
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 3,
  });
  await playground.draw([SEVEN, BAR]);
  assert.equal((await playground.said())?.digit, 7);
  const { scroll, tooWide, small, seen } = await playground.page.evaluate<
    { scroll: number; tooWide: number; small: string[]; seen: boolean }
  >(`({
      scroll: scrollY, // a finger on the canvas draws, and does not scroll
      tooWide: document.documentElement.scrollWidth - innerWidth,
      small: [...document.querySelectorAll("button, select")].filter((e) => {
        const { width, height } = e.getBoundingClientRect();
        return width < 24 || height < 24; // WCAG 2.2, level AA
      }).map((e) => e.outerHTML),
      seen: document.querySelector(".largest").getBoundingClientRect().bottom <= innerHeight,
    })`);
  assert.deepEqual({ scroll, small, seen }, { scroll: 0, small: [], seen: true });
  assert.ok(tooWide <= 0, `${tooWide} pixels too wide`);
});

step("reads in a frame with the content policy of VS Code's notebooks", async (open) => {
  const { page } = await open();
  const networks = await courseNetworks();
  const bundle = playgroundBundle(await playgroundPage(networks), Object.keys(networks));
  const policy = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; " +
    "style-src 'unsafe-inline'; img-src https: http: data:; connect-src https:; " +
    "child-src https: data:;";
  await page.setContent(
    `<meta http-equiv="Content-Security-Policy" content="${policy}">${bundle["text/html"]}`,
  );
  await page.waitForFunction("frames[0]?.playground?.read(new Uint8Array(784)) !== undefined");
  const canvas = await page.evaluate<{ left: number; top: number; width: number }>(`(() => {
    const frame = document.querySelector("iframe").getBoundingClientRect();
    const canvas = frames[0].document.querySelector("#canvas").getBoundingClientRect();
    return { left: frame.left + canvas.left, top: frame.top + canvas.top, width: canvas.width };
  })()`);
  for (const [i, x] of SEVEN.x.entries()) {
    const [dx, dy] = [x, SEVEN.y[i]].map((v) => v / 280 * canvas.width);
    await page.mouse.move(canvas.left + dx, canvas.top + dy);
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
  await page.waitForFunction("frames[0].playground.reading?.digit === 7", undefined, {
    timeout: 30_000,
  });
});

testUnless(missingChromium, "the page, opened without a network", async (t) => {
  await withPlayground(async (open) => {
    for (const [name, run] of steps) await t.step(name, () => run(open));
  });
});
