/**
 * The kernels' memory, and who gets which part of it.
 *
 * Its size is fixed from the start, because growing would detach every view. The system hands out
 * pages only when they are touched, so an unused reservation costs nothing.
 *
 * - The first part is scratch: what a single call of a kernel copies in.
 * - Blocks hold large arrays; each is returned by the garbage collector, or explicitly.
 * - Slabs are blocks of 1 MiB that small arrays share; a slab is returned when no array in it is left.
 * - A scope (see scope.ts) has slabs of its own, which it uses again from their start.
 *
 * Where there is no room left, `take` returns undefined and the caller makes an ordinary array.
 */

const MIB = 2 ** 20, PAGE = 65_536;
/** Where scratch begins and ends; the kernels' constants are below. */
export const SCRATCH_START = 8192, SCRATCH_END = 32 * MIB;
/** Sizes that are tried: a phone may refuse the first. */
const SIZES = [512 * MIB, 256 * MIB, 128 * MIB, 64 * MIB];
/**
 * Bytes of a slab, and the largest array that is put in one. In a scope, a larger array gets a block: it
 * is used again in the next step, and costs no copy if it is kept.
 */
const SLAB = MIB, LARGEST_SMALL = MIB / 8, LARGEST_SMALL_IN_SCOPE = 4096;
/** Bytes of a shared weight: for more than 32 MiB, malloc always asks the system for untouched pages. */
const SHARED_WEIGHT = 33 * MIB;
/** Larger arrays stay ordinary ones. */
export const LARGEST = 64 * MIB;
/** Room behind each array, for the last vectors of the kernels. */
const PADDING = 48;

/** The memory, or undefined where there is none. */
export const memory: WebAssembly.Memory | undefined = reserve();
/** Its bytes. */
export const buffer: ArrayBuffer | undefined = memory?.buffer instanceof ArrayBuffer
  ? memory.buffer
  : undefined;

function reserve(): WebAssembly.Memory | undefined {
  for (const size of SIZES) {
    try {
      return new WebAssembly.Memory({ initial: size / PAGE, maximum: size / PAGE });
    } catch {
      // try a smaller one
    }
  }
  return undefined;
}

/** A part of the memory. An array holds on to it; it is returned when nothing does any more. */
export class Block {
  /** Tells the garbage collector how much memory its blocks hold. */
  readonly weight: ArrayBuffer;
  constructor(readonly address: number, readonly bytes: number) {
    this.weight = weightOf(bytes);
  }
}

/** The weight that blocks share at present, and for how many bytes more. */
let weight = new ArrayBuffer(0), unweighted = 0;

/**
 * The weight of the next block. Blocks share one, because a large array is made without clearing its
 * memory; clearing 1 MiB for each slab took a twelfth of the time of inference in batches.
 */
function weightOf(bytes: number): ArrayBuffer {
  if (unweighted < bytes) {
    unweighted = Math.max(bytes, SHARED_WEIGHT);
    try {
      weight = new ArrayBuffer(unweighted);
    } catch {
      weight = new ArrayBuffer(0); // no room for it: blocks are then returned later
    }
  }
  unweighted -= bytes;
  return weight;
}

/** Where an array is, and what it must hold on to while it is used. */
export interface Place {
  readonly address: number;
  readonly block: Block;
  /** Whether it shares the block with others. */
  readonly isInSlab: boolean;
}

// ---- Blocks: free ranges in order of their addresses, neighbours joined.

interface Range {
  address: number;
  bytes: number;
}

const end = buffer?.byteLength ?? 0;
const free: Range[] = end > SCRATCH_END ? [{ address: SCRATCH_END, bytes: end - SCRATCH_END }] : [];

function takeRange(bytes: number): number | undefined {
  const k = free.findIndex((range) => range.bytes >= bytes);
  if (k < 0) return undefined;
  const range = free[k], { address } = range;
  range.address += bytes;
  range.bytes -= bytes;
  if (range.bytes === 0) free.splice(k, 1);
  return address;
}

function giveRange(address: number, bytes: number): void {
  let k = free.findIndex((range) => range.address > address);
  if (k < 0) k = free.length;
  const before = free[k - 1], after = free[k];
  const joinsBefore = before !== undefined && before.address + before.bytes === address;
  const joinsAfter = after !== undefined && address + bytes === after.address;
  if (joinsBefore) {
    before.bytes += bytes;
    if (joinsAfter) {
      before.bytes += after.bytes;
      free.splice(k, 1);
    }
  } else if (joinsAfter) {
    after.address = address;
    after.bytes += bytes;
  } else free.splice(k, 0, { address, bytes });
}

const lost = new FinalizationRegistry<Range>(({ address, bytes }) => giveRange(address, bytes));
/** Returned blocks by size: a step of training needs the same sizes again and again. */
const spare = new Map<number, Block[]>();
/** Bytes of all spare blocks, and how many there may be: other steps need other sizes. */
let spareBytes = 0;
const MOST_SPARE = 64 * MIB;

/** Makes free ranges of the spare blocks. */
function dissolveSpare(): void {
  for (const blocks of spare.values()) {
    for (const block of blocks) {
      lost.unregister(block);
      giveRange(block.address, block.bytes);
    }
  }
  spare.clear();
  spareBytes = 0;
}

/** A block that the garbage collector returns, unless {@link giveBack} does before. */
export function takeBlock(bytes: number): Block | undefined {
  const whole = (bytes + PADDING + 63) & ~63, known = spare.get(whole)?.pop();
  if (known !== undefined) {
    spareBytes -= whole;
    return known;
  }
  let address = takeRange(whole);
  if (address === undefined && spareBytes > 0) {
    dissolveSpare();
    address = takeRange(whole);
  }
  if (address === undefined) return undefined;
  const block = new Block(address, whole);
  lost.register(block, { address, bytes: whole }, block);
  return block;
}

/** Returns a block of which it is certain that nothing uses it any more. */
export function giveBack(block: Block): void {
  if (spareBytes + block.bytes > MOST_SPARE) dissolveSpare();
  const blocks = spare.get(block.bytes);
  if (blocks === undefined) spare.set(block.bytes, [block]);
  else blocks.push(block);
  spareBytes += block.bytes;
}

// ---- Slabs.

/** Hands out parts of slabs, one after the other. */
export class Slabs {
  readonly #slabs: Block[] = [];
  #at = -1;
  #used = SLAB;

  /** @param isReused whether the slabs are kept to be filled again, see {@link Slabs.reset}. */
  constructor(readonly isReused: boolean) {}

  /** Room for a small array. */
  take(bytes: number): Place | undefined {
    const whole = (bytes + PADDING) & ~15;
    if (this.#used + whole > SLAB && !this.#next()) return undefined;
    const block = this.#slabs[this.#at], address = block.address + this.#used;
    this.#used += whole;
    return { address, block, isInSlab: true };
  }

  #next(): boolean {
    if (this.#at + 1 === this.#slabs.length) {
      const slab = takeBlock(SLAB);
      if (slab === undefined) return false;
      if (!this.isReused) this.#slabs.length = 0;
      this.#at = this.#slabs.push(slab) - 1;
    } else this.#at++;
    this.#used = 0;
    return true;
  }

  /** Starts again from the first slab: what was handed out is overwritten from now on. */
  reset(): void {
    this.#at = -1;
    this.#used = SLAB;
  }
}

const shared = new Slabs(false);

/** Room for an array; `small` says where small ones go. */
export function take(bytes: number, small: Slabs = shared): Place | undefined {
  const isSmall = bytes <= (small.isReused ? LARGEST_SMALL_IN_SCOPE : LARGEST_SMALL);
  if (isSmall) return small.take(bytes);
  if (bytes > LARGEST) return undefined;
  const block = takeBlock(bytes);
  return block && { address: block.address, block, isInSlab: false };
}

/** Bytes that are handed out or spare, for tests. */
export function bytesTaken(): number {
  return end - SCRATCH_END - free.reduce((sum, { bytes }) => sum + bytes, 0);
}
