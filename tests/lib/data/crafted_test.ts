/** Files that were crafted to fill the memory or to wait forever: each is refused, and cheaply. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encodeIdx } from "../../../lib/data/formats/idx.ts";
import { gzip, inFolder } from "../../support/files.ts";
import { peakMemory } from "../../support/memory.ts";
import { testUnless } from "../../support/skip.ts";
import { tar } from "../../support/tar.ts";

const notLinux = Deno.build.os === "linux" ? undefined : "peak memory is read from /proc";

/** The most that a refused file may cost, in MiB: 60 of them are Deno's own. */
const MOST = 200;

/** How the file is read: a call on `path`, with the functions that it uses. */
const LOAD_WEIGHTS = ["loadWeights(path)", "../../lib/data/weights.ts", "loadWeights"];
const LOAD_CSV = ["loadCsv(path)", "../../lib/data/formats/csv.ts", "loadCsv"];
const READ_IDX = ["readIdx(path)", "../../lib/data/formats/idx_file.ts", "readIdx"];

/** Expects that a file is refused: with a short DataError, in little memory. */
async function refuses(path: string, reader: readonly string[], reason: RegExp): Promise<void> {
  const [call, module, name] = reader;
  const code = `const path = ${JSON.stringify(path)};
    await ${call}.then(() => console.log("read"), (e) => console.log(e.name + ": " + e.message));`;
  const { peak, stdout, stderr } = await peakMemory(code, [module, name]);
  assert.equal(stderr, "");
  assert.match(stdout, /^DataError: /);
  assert.match(stdout, reason);
  assert.ok(stdout.length < 1020, stdout);
  assert.ok(peak < MOST, `peak memory of ${peak} MiB`);
}

/** Bytes and the same byte again and again. */
function repeated(start: readonly number[], byte: number, times: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(start.length + times).fill(byte);
  bytes.set(start);
  return bytes;
}

/** A safetensors file with a header of this text. */
function safetensors(header: string, dataBytes = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8 + header.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  new TextEncoder().encodeInto(header, bytes.subarray(8));
  return bytes;
}

/** A gzip of zeros, or of a text again and again, made of members of ten megabytes. */
function bomb(megabytes: number, text = "\0"): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text.repeat(Math.floor(1e7 / text.length)));
  const member = gzipSync(bytes, { level: 9 });
  return new Uint8Array(Array.from({ length: megabytes / 10 }, () => [...member]).flat());
}

const ones = (count: number) => "1,".repeat(count - 1) + "1";
const entry = (shape: string, bytes: number) =>
  `{"a":{"dtype":"U8","shape":[${shape}],"data_offsets":[0,${bytes}]}}`;

const CASES: [name: string, file: () => Uint8Array, reader: readonly string[], reason: RegExp][] = [
  [
    "a pickle of 5 MB of dictionaries",
    () => repeated([0x80, 3], 0x7d, 5e6),
    LOAD_WEIGHTS,
    /at most 200000 instructions/,
  ],
  [
    "a pickle of 10 MB of None",
    () => repeated([0x80, 3], 0x4e, 1e7),
    LOAD_WEIGHTS,
    /at most 200000 instructions/,
  ],
  [
    "a pickle of nested tuples",
    () => repeated([0x80, 3, 0x4e], 0x85, 1e7),
    LOAD_WEIGHTS,
    /at most 200000 instructions/,
  ],
  [
    "a pickle of memo entries",
    () => repeated([0x80, 4, 0x4e], 0x94, 1e7),
    LOAD_WEIGHTS,
    /at most 200000 instructions/,
  ],
  [
    "a pickle of marks",
    () => repeated([0x80, 4], 0x28, 1e7),
    LOAD_WEIGHTS,
    /at most 200000 instructions/,
  ],
  [
    "a pickle with a text of 60 MB",
    () => repeated([0x80, 4, 0x58, 0, 0, 0x80, 3], 0x61, 6e7),
    LOAD_WEIGHTS,
    /instruction 0x61|on the stack/,
  ],
  [
    "a pickle of 70 MB",
    () => repeated([0x80, 4], 0x4e, 7e7),
    LOAD_WEIGHTS,
    /at most 67108864 bytes, found 70000002/,
  ],
  [
    "a safetensors header of 40 MB",
    () => safetensors(`{${" ".repeat(4e7)}}`),
    LOAD_WEIGHTS,
    /header has at most 1000000 bytes, found 40000002/,
  ],
  [
    "a safetensors header longer than the file",
    () => repeated([255, 255, 255, 255, 0, 0, 0, 0], 0x7b, 100),
    LOAD_WEIGHTS,
    /header has at most 100 bytes, found 4294967295/,
  ],
  [
    "a safetensors shape of 5 million ones",
    () => safetensors(entry(ones(5e6), 1), 1),
    LOAD_WEIGHTS,
    /header has at most 1000000 bytes/,
  ],
  [
    "a safetensors shape of 400,000 ones",
    () => safetensors(entry(ones(4e5), 1), 1),
    LOAD_WEIGHTS,
    /at most 64 whole dimensions that fit in memory, found 400000/,
  ],
  [
    "a safetensors header of nested arrays",
    () => safetensors(`{"a":${"[".repeat(4e5)}${"]".repeat(4e5)}}`),
    LOAD_WEIGHTS,
    /expected dtype, shape and two data_offsets/,
  ],
  [
    "a safetensors header of 30,000 empty tensors that overlap",
    () =>
      safetensors(
        `{${
          Array.from(
            { length: 15_000 },
            (_, i) => `"${i}":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}`,
          )
        }}`,
        1,
      ),
    LOAD_WEIGHTS,
    /the bytes of "\d+" at 1/,
  ],
  [
    "a CSV of 2 MB that unzips to gigabytes",
    () => bomb(2000, "0,"),
    LOAD_CSV,
    /line 1, column \d+: expected at most \d+ numbers, found more: set maxBytes/,
  ],
  [
    "a CSV of zero bytes that unzips to gigabytes",
    () => bomb(2000),
    LOAD_CSV,
    /found other bytes \(0x0000000000000000 …\)/,
  ],
  [
    "a CSV of empty lines",
    () => bomb(2000, " \r\n"),
    LOAD_CSV,
    /rows of numbers, found 10000 empty lines/,
  ],
  [
    "an IDX file that announces 4 GB",
    () => Uint8Array.of(0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff),
    READ_IDX,
    /4294967295 bytes for its dimensions .* room for at most 0/,
  ],
  [
    "a gzipped IDX file that announces and has 4 GB",
    () => {
      const start = gzip(Uint8Array.of(0, 0, 8, 1, 0xee, 0x6b, 0x28, 0));
      const zeros = bomb(4000);
      const both = new Uint8Array(start.length + zeros.length);
      both.set(start);
      both.set(zeros, start.length);
      return both;
    },
    READ_IDX,
    /4000000000 bytes .* room for at most \d+/,
  ],
  [
    "a gzipped IDX file that has more than it announces",
    () => {
      const bytes = new Uint8Array(100_000_000);
      bytes.set(encodeIdx({ shape: [10], data: new Uint8Array(10) }));
      return gzip(bytes);
    },
    READ_IDX,
    /10 bytes for its dimensions \[10\], found more/,
  ],
  [
    "an IDX file of 255 dimensions",
    () => repeated([0, 0, 8, 255], 0, 2000),
    READ_IDX,
    /at most 64 whole dimensions .* found 255/,
  ],
];

for (const [name, file, reader, reason] of CASES) {
  testUnless(
    notLinux,
    `crafted: ${name} is refused in little memory`,
    () =>
      inFolder(async (folder) => {
        const path = join(folder, "crafted");
        await Deno.writeFile(path, file());
        await refuses(path, reader, reason);
      }),
  );
}

const READ_CIFAR = [
  'readCifar(DATA_SETS["cifar-10"], path, false)',
  "./read_cifar.ts",
  "readCifar, DATA_SETS",
];

for (
  const [name, members, reason] of [
    ["whose other files are gigabytes", [["x", 8e9]], /at most \d+ bytes, found more/],
    [
      "whose images are all zero",
      [1, 2, 3, 4, 5].map((i) => [`cifar-10-batches-bin/data_batch_${i}.bin`, 30_730_000]),
      /at most \d+ bytes, found more/,
    ],
  ] as const
) {
  testUnless(
    notLinux,
    `crafted: an archive of CIFAR-10 ${name} is refused in little memory`,
    () =>
      inFolder(async (folder) => {
        const content = tar(
          members.map((
            [member, size],
          ) => [String(member), Math.min(2e8, Number(size)), Number(size)]),
        );
        await Deno.writeFile(join(folder, "cifar-10-binary.tar.gz"), gzip(content));
        await refuses(folder, READ_CIFAR, reason);
      }),
  );
}

for (const reader of [LOAD_WEIGHTS, LOAD_CSV, READ_IDX]) {
  testUnless(
    notLinux,
    `crafted: ${reader[2]} reads regular files only`,
    () =>
      inFolder(async (folder) => {
        const pipe = join(folder, "pipe");
        await new Deno.Command("mkfifo", { args: [pipe] }).output();
        await refuses("/dev/zero", reader, /expected a readable file, found a device or pipe/);
        await refuses(pipe, reader, /expected a readable file, found a device or pipe/);
        await refuses(folder, reader, /expected a readable file, found a folder/);
        await refuses(
          "/proc/self/maps",
          reader,
          /expected 0 bytes, found more: it is being written/,
        );
        await refuses(
          join(folder, "none"),
          reader,
          /expected a readable file, found nothing there/,
        );
      }),
  );
}
