import assert from "node:assert/strict";
import { digitGrid, digitImage } from "../../../lib/plot/images.ts";
import type { Picture } from "../../../lib/plot/picture.ts";
import { pixelsOf } from "../../support/png.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";

/** The grey levels of a picture at the middle of each pixel of the image drawn in it. */
function drawn(picture: Picture, size: number, scale: number, left = 22, top = 22): number[] {
  const { width, data } = pixelsOf(picture.png);
  const half = Math.floor(scale / 2);
  return Array.from({ length: size * size }, (_, i) => {
    const x = left + (i % size) * scale + half;
    const y = top + Math.floor(i / size) * scale + half;
    return data[(y * width + x) * 3];
  });
}

/** How many pixels of a colour a picture has. */
function count(picture: Picture, red: number, green: number, blue: number): number {
  const { data } = pixelsOf(picture.png);
  let found = 0;
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) found++;
  }
  return found;
}

/** How many pixels of the colour that marks a mistake a picture has. */
const marked = (picture: Picture): number => count(picture, 213, 94, 0);
/** How many pixels of the colour of captions a picture has. */
const inked = (picture: Picture): number => count(picture, 34, 34, 34);

const bytes = Uint8Array.from({ length: 16 }, (_, i) => i * 17);

Deno.test("digitImage: every pixel of the image, enlarged without blur", () => {
  const picture = digitImage(new Tensor(bytes, [4, 4]), { scale: 5 });
  assert.deepEqual(drawn(picture, 4, 10), [...bytes]);
  const { data } = pixelsOf(picture.png);
  const levels = new Set(data);
  for (const level of levels) assert.ok(level === 255 || level % 17 === 0, `a blurred ${level}`);
});

Deno.test("digitImage: the same picture from [784], [28, 28], [1, 28, 28], uint8 and fractions", () => {
  const fractions = Float32Array.from(bytes, (value) => value / 255);
  const square = digitImage(new Tensor(bytes, [4, 4]));
  assert.deepEqual(digitImage(new Tensor(bytes, [16])), square);
  assert.deepEqual(digitImage(new Tensor(bytes, [1, 4, 4])), square);
  assert.deepEqual(digitImage(new Tensor(fractions, [4, 4])), square);
  assert.deepEqual(digitGrid(new Tensor(bytes, [1, 16]), { scale: 64 }), square);
});

Deno.test("digitImage: numbers outside 0 to 1 are scaled from the smallest to the largest", () => {
  const values = Float64Array.of(-2, 0, 2, 6);
  assert.deepEqual(
    drawn(digitImage(new Tensor(values, [2, 2]), { scale: 5 }), 2, 10),
    [0, 64, 128, 255],
  );
  assert.deepEqual(
    drawn(digitImage(new Tensor(values, [2, 2]), { scale: 5, range: [0, 4] }), 2, 10),
    [0, 0, 128, 255],
  );
});

Deno.test("digitImage: draws a view of a larger tensor", () => {
  const two = new Tensor(Uint8Array.of(0, 0, 0, 0, 10, 20, 30, 40), [2, 2, 2]);
  assert.deepEqual(drawn(digitImage(two.at(1), { scale: 5 }), 2, 10), [10, 20, 30, 40]);
});

Deno.test("digitImage: three channels are in colour", () => {
  const red = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0);
  const { data, width } = pixelsOf(digitImage(new Tensor(red, [3, 2, 2])).png);
  const middle = (40 * width + 40) * 3;
  assert.deepEqual([...data.slice(middle, middle + 3)], [255, 0, 0]);
});

Deno.test("digitGrid: a wrong prediction is marked in the picture and in the alternative text", () => {
  const images = new Tensor(new Uint8Array(3 * 784), [3, 784]);
  const labels = Uint8Array.of(7, 2, 4);
  const right = digitGrid(images, { labels, predicted: labels });
  assert.equal(marked(right), 0);
  assert.equal(
    right.alt,
    "3 images of 28 by 28 pixels in 1 row, labels 7, 2, 4; predicted correctly",
  );
  const wrong = digitGrid(images, { labels, predicted: [7, 2, 9] });
  assert.ok(marked(wrong) > 2000);
  assert.match(wrong.alt, /labels 7, 2, 4; wrong: 4 as 9$/);
  assert.match(
    digitImage(images.at(0), { label: 0, predicted: 1, classNames: ["T-shirt/top", "Trouser"] })
      .alt,
    /label T-shirt\/top; wrong: T-shirt\/top as Trouser/,
  );
});

Deno.test("diverging colours: blue below zero, white at zero, vermillion above", () => {
  const weights = new Tensor(Float64Array.of(-2, 0, 1, 4, NaN, 0, 0, -8), [2, 2, 2]);
  const picture = digitGrid(weights, { colors: "diverging", scale: 5 });
  const { width, data } = pixelsOf(picture.png);
  const at = (x: number, y: number) => [...data.slice((y * width + x) * 3).slice(0, 3)];
  assert.deepEqual(at(27, 27), [191, 220, 236], "a quarter of the way to blue");
  assert.deepEqual(at(37, 27), [255, 255, 255]);
  assert.deepEqual(at(37, 37), [234, 175, 128], "half of the way to vermillion");
  assert.equal(count(picture, 0, 114, 178), 100, "the largest number has the full colour");
  const color = new Tensor(new Float64Array(12), [3, 2, 2]);
  assert.throws(() => digitImage(color, { colors: "diverging" }), /expected images of one channel/);
});

Deno.test("digitGrid: captions are drawn under the images and part of the alternative text", () => {
  const images = new Tensor(new Uint8Array(2 * 784).fill(255), [2, 784]);
  const captioned = digitGrid(images, { captions: ["mean", "difference of two"] });
  assert.ok(inked(captioned) > 500);
  assert.equal(inked(digitGrid(images)), 0);
  assert.match(captioned.alt, /: mean, difference of two$/);
  assert.equal(digitGrid(images, { alt: "Two white squares" }).alt, "Two white squares");
});

Deno.test("digitGrid: with captions, a mistake has its frame, too", () => {
  const images = new Tensor(new Uint8Array(2 * 784).fill(255), [2, 784]);
  const captions = ["4 → 9 99%", "4, sure"];
  assert.equal(marked(digitGrid(images, { captions, labels: [4, 4], predicted: [4, 4] })), 0);
  assert.equal(marked(digitGrid(images, { captions, labels: [4, 4] })), 0);
  const wrong = digitGrid(images, { captions, labels: [4, 4], predicted: [9, 4] });
  assert.ok(marked(wrong) > 500);
  assert.match(wrong.alt, /: 4 → 9 99%, 4, sure$/);
});

Deno.test("digitGrid: a picture is displayed at half the size of its file", () => {
  const picture = digitGrid(new Tensor(new Uint8Array(20 * 784), [20, 784]), { columns: 5 });
  const { width, height } = pixelsOf(picture.png);
  assert.deepEqual([picture.width * 2, picture.height * 2], [width, height]);
});

Deno.test("images that cannot be drawn are rejected with a remedy", () => {
  const image = new Tensor(new Uint8Array(784), [784]);
  const images = new Tensor(new Uint8Array(2 * 784), [2, 784]);
  const says = (body: () => unknown, message: RegExp): void =>
    assert.throws(
      body,
      (error: Error) => error instanceof RangeError && message.test(error.message),
    );
  says(
    () => digitImage(new Tensor(new Uint8Array(10), [10])),
    /expected images of \[784\].*\[10\]/,
  );
  says(() => digitGrid(image), /digitImage shows one/);
  says(
    () => digitGrid(new Tensor(new Uint8Array(0), [0, 784])),
    /expected 1 to 2000 images, found 0/,
  );
  says(() => digitGrid(images, { labels: [1] }), /labels: expected 2 labels, .*found \[1\]/);
  says(
    () => digitGrid(images, { labels: new Tensor(new Uint8Array(20), [2, 10]) }),
    /found \[2, 10\]; .argmax\(1\)/,
  );
  says(
    () => digitGrid(images, { labels: new Tensor(new Uint8Array(2), [2, 1]) }),
    /found \[2, 1\]; .reshape\(\[-1\]\) makes labels/,
  );
  says(() => digitGrid(images, { captions: ["a"] }), /captions: expected 2/);
  says(() => digitGrid(images, { columns: 0 }), /columns: expected a whole number/);
  says(() => digitImage(image, { scale: 1.5 }), /scale: expected a whole number/);
});
