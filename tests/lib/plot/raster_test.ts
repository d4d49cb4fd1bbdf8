import assert from "node:assert/strict";
import { decode } from "fast-png";
import { pixelsOf } from "../../support/png.ts";
import { lettersThatFit, Raster, textWidth } from "../../../lib/plot/raster.ts";

const BLACK = [0, 0, 0] as const;

/** A raster as text: # where it is dark. */
function picture(raster: Raster): string[] {
  const { width, height, data } = pixelsOf(raster.toPng());
  return Array.from(
    { length: height },
    (_, y) =>
      Array.from({ length: width }, (_, x) => data[(y * width + x) * 3] < 128 ? "#" : ".").join(""),
  );
}

Deno.test("text has the dots of its font", () => {
  const raster = new Raster(textWidth("7≠1"), 7);
  raster.text(0, 0, "7≠1", 1, BLACK);
  assert.deepEqual(picture(raster), [
    "#####.........#..",
    "....#....#...##..",
    "...#..#####...#..",
    "..#.....#.....#..",
    ".#....#####...#..",
    ".#.....#......#..",
    ".#...........###.",
  ]);
});

Deno.test("a letter that is not in the font is a question mark", () => {
  const unknown = new Raster(5, 7);
  unknown.text(0, 0, "글", 1, BLACK);
  const question = new Raster(5, 7);
  question.text(0, 0, "?", 1, BLACK);
  assert.deepEqual(unknown.toPng(), question.toPng());
});

Deno.test("rectangles are clipped to the picture", () => {
  const raster = new Raster(3, 2);
  raster.fill(-5, -5, 6, 6, BLACK);
  raster.fill(2, 1, 100, 100, BLACK);
  assert.deepEqual(picture(raster), ["#..", "..#"]);
});

Deno.test("a frame does not fill its inside", () => {
  const raster = new Raster(5, 4);
  raster.frame(0, 0, 5, 4, 1, BLACK);
  assert.deepEqual(picture(raster), ["#####", "#...#", "#...#", "#####"]);
});

Deno.test("the dots of a letter are joined by smooth strokes", () => {
  const scale = 8;
  const raster = new Raster(5 * scale, 7 * scale);
  raster.text(0, 0, "7", scale, BLACK);
  const { width, data } = pixelsOf(raster.toPng());
  const at = (x: number, y: number) => data[(Math.floor(y * scale) * width + x * scale) * 3];
  assert.deepEqual([at(0.5, 0.5), at(2, 0.5), at(4.5, 0.5)], [0, 0, 0], "the bar has no gaps");
  assert.equal(at(4, 2), 0, "nor has the diagonal");
  assert.equal(at(0.5, 6), 255);
  assert.ok(data.some((level) => level > 0 && level < 255), "its edges are smooth");
});

/** A picture of `count` colours. */
function colored(count: number, color: (i: number) => readonly [number, number, number]): Raster {
  const raster = new Raster(40, 40);
  for (let i = 0; i < 1600; i++) {
    raster.fill(i % 40, Math.floor(i / 40), 1, 1, color(i % count));
  }
  return raster;
}

Deno.test("up to 256 colours take one byte a pixel, many more take three", () => {
  const few = colored(200, (i) => [i, 0, 0]),
    many = colored(1024, (i) => [i % 256, 10 * (i >> 8), 0]);
  const decoded = decode(few.toPng());
  assert.deepEqual([decoded.channels, decoded.palette?.length], [1, 200]);
  assert.equal(decode(many.toPng()).channels, 3);
  assert.deepEqual([...pixelsOf(few.toPng()).data.slice(3 * 250, 3 * 251)], [50, 0, 0]);
  assert.deepEqual([...pixelsOf(many.toPng()).data.slice(3 * 300, 3 * 301)], [44, 10, 0]);
});

Deno.test("all greys and a few colours take one byte a pixel: a level of 255 is rounded", () => {
  const color = (i: number) => i < 256 ? [i, i, i] as const : [213, 94, i - 256] as const;
  const png = colored(270, color).toPng();
  assert.equal(decode(png).channels, 1);
  const { data } = pixelsOf(png);
  for (let i = 0; i < 270; i++) {
    color(i).forEach((value, channel) => assert.ok(Math.abs(data[3 * i + channel] - value) <= 1));
  }
  assert.deepEqual([data[0], data[3 * 255]], [0, 255], "black and white stay as they are");
});

Deno.test("lettersThatFit: the letters fit, and one more does not", () => {
  for (let width = 5; width < 100; width++) {
    const letters = lettersThatFit(width);
    assert.ok(textWidth("x".repeat(letters)) <= width);
    assert.ok(textWidth("x".repeat(letters + 1)) > width);
  }
});

Deno.test("Raster: rejects sizes that are not positive integers, or too large", () => {
  for (const [width, height] of [[0, 1], [1.5, 1], [NaN, 1], [1e5, 1e5]]) {
    assert.throws(() => new Raster(width, height), RangeError);
  }
});
