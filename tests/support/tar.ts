/** Tar archives, as `tar` writes them. */

/** A file of an archive: its name, its bytes or how many zeros, and the size that its header says. */
export type Member = readonly [name: string, content: Uint8Array | number, size?: number];

/** An archive of files. */
export function tar(members: readonly Member[]): Uint8Array<ArrayBuffer> {
  const blocks = members.map(([name, content, size]) => {
    const length = typeof content === "number" ? content : content.length;
    const block = new Uint8Array(512 + Math.ceil(length / 512) * 512);
    const put = (text: string, at: number) => block.set(new TextEncoder().encode(text), at);
    put(name, 0);
    put("0000644\0", 100);
    put(`${(size ?? length).toString(8).padStart(11, "0")}\0`, 124);
    put("        ", 148);
    put("0", 156);
    put("ustar\x0000", 257);
    const sum = block.subarray(0, 512).reduce((a, b) => a + b, 0);
    put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    if (typeof content !== "number") block.set(content, 512);
    return block;
  });
  const archive = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 1024));
  let at = 0;
  for (const block of blocks) {
    archive.set(block, at);
    at += block.length;
  }
  return archive;
}
