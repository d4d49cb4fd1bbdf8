/** A small data set in MNIST's format, with its own hashes. */
import { encodeIdx } from "../../lib/data/formats/idx.ts";
import { DATA_SETS, type DataFile, type DataSet } from "../../lib/data/sets/sources.ts";
import { gzip, sha256 } from "./files.ts";

/** The set, and the files of a mirror, by name. */
export interface SmallSet {
  readonly set: DataSet;
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/**
 * Makes a set of a few images.
 * @param folder its folder, instead of one in `data/`.
 * @param of whether its hashes are those of the content or of the gzipped files.
 */
export async function smallSet(
  folder: string,
  of: DataFile["hash"]["of"] = "content",
): Promise<SmallSet> {
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const described: DataFile[] = [];
  for (const [i, { name }] of DATA_SETS.mnist.files.entries()) {
    const count = i < 2 ? 120 : 60;
    const isImages = i % 2 === 0;
    const content = encodeIdx({
      shape: isImages ? [count, 28, 28] : [count],
      data: Uint8Array.from(
        { length: isImages ? count * 784 : count },
        (_, j) => isImages ? (j * j * 7 + j * i) % 251 : j % 10,
      ),
    });
    const zipped = gzip(content);
    contents.set(name, content);
    files.set(name, zipped);
    described.push({
      name,
      bytes: zipped.length,
      contentBytes: content.length,
      hash: { of, sha256: await sha256(of === "content" ? content : zipped) },
    });
  }
  // Another variable than MNIST's, so that tests do not find the user's real data.
  const set = {
    ...DATA_SETS.mnist,
    title: "Small",
    folder,
    variable: "SMALL_TEST",
    files: described,
  };
  return { set, files, contents };
}
