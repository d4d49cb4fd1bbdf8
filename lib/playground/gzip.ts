/** Gzip, and gzipped bytes as texts in base64. Works in a page and in a kernel. */

/** Bytes, gzipped. */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await through(bytes, new CompressionStream("gzip"));
}

/** Bytes as text. */
export async function zip(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return (await gzip(bytes)).toBase64();
}

/**
 * The bytes of a text that {@link zip} returned.
 * @throws Error for another text.
 */
export async function unzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return await through(zipped, new DecompressionStream("gzip"));
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
