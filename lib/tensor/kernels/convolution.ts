/**
 * The fast twins of convolution and max pooling. The plain ones are in nn/convolution.ts and
 * nn/pooling.ts, with the formulas.
 *
 * Each function returns false, and writes nothing, where the numbers are not float32 or not in the
 * kernels' memory. Sums are added in another order than in the plain loops, so that results are equal
 * but for the last digits.
 */
import { wasm } from "./convolution/module.ts";
import { suitsWinograd, winograd } from "./convolution/winograd.ts";
import type { Storage } from "./storage.ts";
import { Arena } from "./wasm/module.ts";
import type { Windows } from "./windows.ts";

/** Where a window's rows are shorter, its numbers are first copied side by side (im2col). */
const SHORT = 16;

/** The windows of a call in the scratch memory, and what its functions need beside them. */
class Scene {
  readonly arena: Arena;
  readonly geometry: number;
  readonly table: number;
  /** Windows of an image. */
  readonly pixels: number;
  /** Whether windows reach beyond the image. */
  readonly isPadded: boolean;
  /** Numbers of a padded image. */
  readonly size: number;
  /** Bytes of an image as it is stored. */
  readonly bytes: number;
  /** Rows of a window, numbers of such a row, and the bytes from one to the next. */
  readonly runs: number;
  readonly run: number;
  readonly pitch: number;
  /** Whether those rows are so short that they are copied side by side. */
  readonly isShort: boolean;

  private constructor(memory: WebAssembly.Memory, readonly w: Windows, filters: number) {
    this.arena = new Arena(memory, false);
    const height = Math.max(w.top + w.height, (w.rows - 1) * w.strideY + w.kernelHeight);
    const width = Math.max(w.left + w.width, (w.columns - 1) * w.strideX + w.kernelWidth);
    this.isPadded = height > w.height || width > w.width;
    this.pixels = w.rows * w.columns;
    this.size = height * width * w.channels;
    this.bytes = w.height * w.width * w.channels * 4;
    [this.runs, this.run] = [w.kernelHeight, w.kernelWidth * w.channels];
    this.pitch = width * w.channels * 4;
    this.isShort = this.run < SHORT;
    this.geometry = this.arena.reserve(14);
    this.table = this.arena.reserve(this.pixels);
    const order = [w.height, w.width, w.channels, w.kernelHeight, w.kernelWidth, w.strideY];
    const fields = [...order, w.strideX, w.top, w.left, w.rows, w.columns, height, width, filters];
    new Int32Array(memory.buffer, this.geometry, fields.length).set(fields);
  }

  /** @returns undefined where the windows need more scratch memory than there is. */
  static of(w: Windows, filters: number): Scene | undefined {
    if (wasm === undefined) return undefined;
    const inner = w.kernelHeight * w.kernelWidth * w.channels + w.kernelHeight * 4 + 1;
    const image = (w.height + 2 * w.kernelHeight) * (w.width + 2 * w.kernelWidth) * w.channels;
    const pixels = w.rows * w.columns, weights = 2 * inner * (filters + 8);
    const most = image + pixels * (2 * filters + SHORT * w.kernelHeight + 2) + weights;
    if (!new Arena(wasm.memory, false).hasRoomFor(Math.ceil(most / 2))) return undefined;
    const scene = new Scene(wasm.memory, w, filters);
    wasm.places(scene.geometry, scene.table);
    return scene;
  }

  /** Room for numbers that are 0. */
  zeros(count: number): number {
    const at = this.arena.reserve(count);
    this.arena.at(at, count).fill(0);
    return at;
  }
}

/** How the functions reach what the windows cover: in the image, or in copies side by side. */
function* views(scene: Scene, x: number) {
  if (wasm === undefined) return;
  const { w, arena, geometry, isPadded, pixels, runs, run, pitch } = scene, inner = runs * run;
  const padded = isPadded ? scene.zeros(scene.size) : 0;
  const { isShort } = scene, copies = isShort ? arena.reserve(pixels * inner) : 0;
  const offsets = isShort ? arena.reserve(pixels) : scene.table;
  if (isShort) {
    const places = new Int32Array(arena.memory.buffer, offsets, pixels);
    for (let p = 0; p < pixels; p++) places[p] = p * inner * 4;
  }
  const rows = isShort ? { runs: 1, run: inner, pitch: inner * 4 } : { runs, run, pitch };
  for (let n = 0; n < w.images; n++) {
    let image = x + n * scene.bytes;
    if (isPadded) wasm.pad(geometry, image, padded);
    if (isPadded) image = padded;
    if (isShort) wasm.patches(geometry, image, scene.table, copies);
    yield { n, image: isShort ? copies : image, table: offsets, ...rows };
  }
}

/** The addresses of storages, or undefined where one is not float32 or not in the kernels' memory. */
function addresses(...storages: readonly Storage[]): number[] | undefined {
  const found = storages.map((x) => x.dtype === "float32" ? x.settle() : 0);
  return found.includes(0) ? undefined : found;
}

/** y = h(b + the windows of x · W), with h = relu where `isRectified`, else h(a) = a. */
export function convolveFast(
  x: Storage,
  W: Storage,
  b: Storage,
  w: Windows,
  isRectified: boolean,
  y: Storage,
): boolean {
  const filters = b.length, found = addresses(x, W, b, y), scene = Scene.of(w, filters);
  if (wasm === undefined || found === undefined || scene === undefined) return false;
  if (suitsWinograd(w, filters) && winograd(found, w, filters, isRectified)) return true;
  const [xAt, WAt, bAt, yAt] = found, { arena, pixels } = scene, inner = scene.runs * scene.run;
  const room = arena.reserve(64), packed = arena.reserve((inner + 1) * (filters + 7));
  wasm.pack(WAt, bAt, inner, filters, packed);
  for (const { n, image, table, runs, run, pitch } of views(scene, xAt)) {
    const to = yAt + n * pixels * filters * 4, h = Number(isRectified);
    wasm.convolve(image, table, pixels, runs, run, pitch, packed, filters, h, to, room);
  }
  return true;
}

/** dW and db from x and dy; `y` holds the outputs where relu was applied. */
export function filterGradientFast(
  x: Storage,
  dy: Storage,
  y: Storage | undefined,
  w: Windows,
  dW: Storage,
  db: Storage,
): boolean {
  const filters = db.length, found = addresses(x, dy, y ?? dy, dW, db);
  const scene = Scene.of(w, filters);
  if (wasm === undefined || found === undefined || scene === undefined) return false;
  const [xAt, dyAt, yAt, dWAt, dbAt] = found, { arena, pixels } = scene;
  if (scene.isShort) {
    const inner = scene.runs * scene.run, width = filters + 3 & ~3;
    const slopes = scene.zeros(inner * width), bias = scene.zeros(width);
    for (const { n, image } of views(scene, xAt)) {
      const from = n * pixels * filters * 4, outputs = y ? yAt + from : 0;
      wasm.shortGradient(image, pixels, inner, dyAt + from, outputs, filters, slopes, bias);
    }
    for (let k = 0; k < inner; k++) {
      dW.array.set(arena.at(slopes + k * width * 4, filters), k * filters);
    }
    db.array.set(arena.at(bias, filters));
    return true;
  }
  const lists = arena.reserve(filters * (2 * pixels + 4)), sums = scene.zeros(2 * filters);
  const turned = scene.zeros(filters * (scene.runs * (scene.run + 3) + 3));
  let shape = [1, 1, 4];
  for (const { n, image, table, runs, run, pitch } of views(scene, xAt)) {
    const width = run + 3 & ~3, from = n * pixels * filters * 4, outputs = y ? yAt + from : 0;
    const [at, to] = [dyAt + from, turned];
    const sizes = [pixels, runs, width, pitch, at, outputs, filters, to, sums, lists];
    wasm.filterGradient(image, table, ...sizes);
    shape = [runs, run, width];
  }
  wasm.turnBack(turned, ...shape, filters, dWAt);
  db.array.set(new Float64Array(arena.memory.buffer, sums, filters));
  return dbAt > 0;
}

/** dx from dy; `y` holds the outputs where relu was applied. */
export function inputGradientFast(
  dy: Storage,
  y: Storage | undefined,
  W: Storage,
  filters: number,
  w: Windows,
  dx: Storage,
): boolean {
  const found = addresses(dy, y ?? dy, W, dx), scene = Scene.of(w, filters);
  if (wasm === undefined || found === undefined || scene === undefined) return false;
  const [dyAt, yAt, WAt, dxAt] = found, { arena, pixels, runs, run, pitch, isPadded } = scene;
  const width = run + 3 & ~3, turned = arena.reserve(filters * runs * width);
  const list = arena.reserve(2 * filters + 8), padded = isPadded ? arena.reserve(scene.size) : 0;
  wasm.turn(WAt, runs, run, width, filters, turned);
  if (!isPadded) dx.array.fill(0);
  for (let n = 0; n < w.images; n++) {
    const from = n * pixels * filters * 4,
      outputs = y ? yAt + from : 0,
      image = dxAt + n * scene.bytes;
    if (isPadded) arena.at(padded, scene.size).fill(0);
    const to = isPadded ? padded : image, sizes = [pixels, runs, width, pitch];
    wasm.inputGradient(scene.table, ...sizes, dyAt + from, outputs, filters, turned, to, list);
    if (isPadded) wasm.unpad(scene.geometry, padded, image);
  }
  return true;
}

/** y = the largest number of each window, and `taps`, int32, where in the window it is. */
export function maxPoolFast(x: Storage, w: Windows, y: Storage, taps: Storage): boolean {
  const found = addresses(x, y), scene = Scene.of(w, w.channels), tapsAt = taps.settle();
  if (wasm === undefined || found === undefined || scene === undefined) return false;
  if (tapsAt === 0 || taps.dtype !== "int32") return false;
  wasm.maxPool(scene.geometry, found[0], w.images, found[1], tapsAt);
  return true;
}

/** dx = Σ dy over the windows whose largest number it was. */
export function maxPoolGradientFast(dy: Storage, taps: Storage, w: Windows, dx: Storage): boolean {
  const found = addresses(dy, dx), scene = Scene.of(w, w.channels), tapsAt = taps.settle();
  if (wasm === undefined || found === undefined || scene === undefined) return false;
  if (tapsAt === 0 || taps.dtype !== "int32") return false;
  // Windows side by side that leave no pixel out write all of dx.
  const isTiled = w.channels % 4 === 0 && w.top === 0 && w.left === 0 &&
    w.strideY === w.kernelHeight && w.strideX === w.kernelWidth &&
    w.rows * w.strideY === w.height && w.columns * w.strideX === w.width;
  if (!isTiled) dx.array.fill(0);
  wasm.maxPoolGradient(scene.geometry, found[0], tapsAt, w.images, Number(isTiled), found[1]);
  return true;
}
