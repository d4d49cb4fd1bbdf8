/** Memory of large arrays. */

/** Smaller arrays are left to the garbage collector. */
const LARGE = 2 ** 20;

/**
 * Frees the memory of a large array now, rather than at the next garbage collection, which may come
 * after much more has been taken. The array is empty afterwards. Arrays that share their memory with
 * others, as views and pools do, are left alone.
 */
export function release({ buffer, byteLength }: ArrayBufferView): void {
  const isOwn = buffer instanceof ArrayBuffer && byteLength > 0.9 * buffer.byteLength;
  if (isOwn && byteLength >= LARGE) buffer.transfer(0);
}
