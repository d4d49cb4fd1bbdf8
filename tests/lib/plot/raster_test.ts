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

Deno.test("text is drawn in dots", () => {
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

Deno.test("up to 256 colours take one byte a pixel, more take three", () => {
  const few = new Raster(20, 20);
  const many = new Raster(20, 20);
  for (let i = 0; i < 400; i++) {
    few.fill(i % 20, Math.floor(i / 20), 1, 1, [i % 200, 0, 0]);
    many.fill(i % 20, Math.floor(i / 20), 1, 1, [i % 256, i >> 8, 0]);
  }
  assert.deepEqual([decode(few.toPng()).channels, decode(few.toPng()).palette?.length], [1, 200]);
  assert.equal(decode(many.toPng()).channels, 3);
  assert.deepEqual([...pixelsOf(few.toPng()).data.slice(3 * 250, 3 * 251)], [50, 0, 0]);
  assert.deepEqual([...pixelsOf(many.toPng()).data.slice(3 * 300, 3 * 301)], [44, 1, 0]);
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
