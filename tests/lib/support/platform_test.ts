import assert from "node:assert/strict";
import { encodeIdx } from "../../../lib/data/formats/idx.ts";
import { DATA_SETS } from "../../../lib/data/sets/sources.ts";
import { projectPath } from "../../../lib/support/paths.ts";

/** What a page's platform does: files in memory, and nothing of Deno's. */
const PAGE = `
  const files = new Map(), gone = () => { throw new Error("not in a page"); };
  const page = {
    root: "/course",
    variable: (name) => name === "MNIST_MIRRORS" ? "" : undefined,
    async stat(path) {
      const bytes = files.get(path)?.length;
      if (bytes !== undefined) return { kind: "file", bytes, modified: 0 };
      const isFolder = [...files.keys()].some((name) => name.startsWith(path + "/"));
      return isFolder ? { kind: "folder", bytes: 0, modified: 0 } : undefined;
    },
    async list(folder) {
      const start = folder + "/";
      return [...files.keys()].filter((name) => name.startsWith(start)).map((n) => n.slice(start.length));
    },
    async *read(path, pieceBytes = 1000, from = 0) {
      const bytes = files.get(path);
      for (let i = from; i < bytes.length; i += pieceBytes) yield bytes.slice(i, i + pieceBytes);
    },
    async create(path) {
      files.set(path, new Uint8Array());
      return {
        async write(bytes) {
          files.set(path, new Uint8Array([...files.get(path), ...bytes]));
        },
        async sync() {},
        [Symbol.dispose]() {},
      };
    },
    isOpen: gone,
    async rename(from, to) {
      files.set(to, files.get(from));
      files.delete(from);
    },
    async remove(path) {
      files.delete(path);
    },
    gunzip: (pieces) => ReadableStream.from(pieces).pipeThrough(new DecompressionStream("gzip")),
    async gunzipAll(bytes, maxBytes) {
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      const content = new Uint8Array(await new Response(stream).arrayBuffer());
      if (content.length > maxBytes) throw new RangeError("too large");
      return content;
    },
    sha256: gone,
    advice: {
      mnist: "Reload the page.",
      files: () => "Reload the page.",
      csvModule: "Reload the page.",
    },
  };`;

Deno.test("platform: everything works on another one, without any of Deno's permissions", async () => {
  const images = (count: number) =>
    encodeIdx({ shape: [count, 28, 28], data: new Uint8Array(count * 784) });
  const labels = (count: number) => encodeIdx({ shape: [count], data: new Uint8Array(count) });
  const contents = [images(3), labels(3), images(2), labels(2)];
  const set = DATA_SETS.mnist.files.map(({ name }, i) => [name, [...contents[i]]]);
  const lib = (path: string) =>
    JSON.stringify(new URL(`../../../lib/${path}`, import.meta.url).href);
  const program = `
    import { loadCsv, saveCsv } from ${lib("data/formats/csv.ts")};
    import { readMnist } from ${lib("data/sets/mnist.ts")};
    import { loadWeights, saveWeights } from ${lib("data/weights.ts")};
    import { usePlatform } from ${lib("support/environment.ts")};
    import { tensor } from ${lib("tensor/create.ts")};
    ${PAGE}
    usePlatform(page);
    const gzip = async (bytes) => new Uint8Array(await new Response(
      new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
    await saveWeights("w/a.safetensors", { W: tensor([[1, 2]]) });
    const { W } = await loadWeights("w/a.safetensors", { W: [1, 2] });
    await saveCsv("t.csv", [tensor([[3, 4]])]);
    const table = await loadCsv("t.csv");
    files.set("/course/t.csv.gz", await gzip(files.get("/course/t.csv")));
    const zipped = await loadCsv("t.csv.gz");
    const without = await readMnist();
    for (const [name, bytes] of ${JSON.stringify(set)}) {
      files.set("/course/data/mnist/" + name, await gzip(new Uint8Array(bytes)));
    }
    const { mnist } = await readMnist({ verify: false });
    console.log(JSON.stringify([W.toArray(), table.toArray(), zipped.toArray(), without.mnist.source,
      without.failure.summary, mnist.source, mnist.xTrain.shape, mnist.xTest.shape, [...files.keys()].length]));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--ext=js", "-"],
    cwd: projectPath("."),
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { stdout, stderr } = await child.output();
  assert.equal(new TextDecoder().decode(stderr), "");
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [
    [[1, 2]],
    [[3, 4]],
    [[3, 4]],
    "digits",
    "There is no mirror.",
    "mnist",
    [3, 784],
    [2, 784],
    7,
  ]);
});
