import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  download,
  DownloadError,
  type DownloadOptions,
  removeLeftovers,
} from "../../../../lib/data/sets/download.ts";
import type { DataFile } from "../../../../lib/data/sets/sources.ts";
import { Random } from "../../../../lib/tensor/random.ts";
import { gzip, inFolder, sha256 } from "../../../support/files.ts";
import { type Behaviour, type Mirror, startMirror } from "../../../support/mirror.ts";

const random = new Random(1);
const content = Uint8Array.from({ length: 60_000 }, () => random.integer(64));
const zipped = gzip(content);
const file: DataFile = {
  name: "digits.gz",
  bytes: zipped.length,
  contentBytes: content.length,
  hash: { of: "content", sha256: await sha256(content) },
};
const right: Behaviour = { kind: "body", bytes: zipped };

/** No bar on the screen. Times are usual ones but in tests of them: a busy machine may be slow. */
const quick = {
  progress: () => ({ update() {}, async finish() {} }),
};

async function get(
  folder: string,
  mirrors: readonly Mirror[],
  options: Partial<DownloadOptions> = {},
  what: DataFile = file,
): Promise<string> {
  const urls = mirrors.map(({ url }) => url);
  return (await download(what, folder, { ...quick, mirrors: urls, ...options })).path;
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("download: a good file, with a bar that counts its bytes", () =>
  inFolder(async (folder) => {
    await using mirror = startMirror(() => right);
    const seen: (number | string | undefined)[] = [];
    const path = await get(join(folder, "new"), [mirror], {
      progress: (total, { label, unit }) => {
        seen.push(total, label, unit);
        return {
          update: (done) => void seen.splice(3, 1, done),
          finish: (note) => Promise.resolve(void seen.push(note)),
        };
      },
    });
    assert.equal(path, join(folder, "new", "digits.gz"));
    assert.deepEqual(await Deno.readFile(path), zipped);
    assert.deepEqual(namesIn(join(folder, "new")), ["digits.gz"]);
    const host = new URL(mirror.url).host;
    assert.deepEqual(seen, [
      zipped.length,
      `digits.gz from ${host}`,
      "B",
      zipped.length,
      undefined,
    ]);
  }));

const otherContent = gzip(content.map((byte) => byte ^ 1));
const cutInside = zipped.subarray(0, zipped.length - 100);

const failures: [string, Behaviour, RegExp, Partial<DownloadOptions>?][] = [
  ["403", { kind: "status", status: 403 }, /answered 403/],
  ["404", { kind: "status", status: 404 }, /answered 404/],
  ["500", { kind: "status", status: 500 }, /answered 500/],
  ["a wrong hash", { kind: "body", bytes: otherContent }, /expected content with SHA-256/],
  ["a page instead of the file", {
    kind: "body",
    bytes: new TextEncoder().encode("<html>Please log in"),
  }, /expected content with SHA-256/],
  ["an empty file", { kind: "body", bytes: new Uint8Array() }, /expected content with SHA-256/],
  ["cut off in the middle", { kind: "cut", bytes: zipped }, /./],
  ["cut off before it was sent", { kind: "body", bytes: cutInside }, /unexpected end of file/],
  ["stalls", { kind: "stall", bytes: zipped }, /waited 0\.5 s for more data/, {
    stallTimeout: 500,
  }],
  ["no answer", { kind: "silent" }, /waited 0\.7 s for an answer/, {
    connectTimeout: 700,
  }],
  ["an endless body", { kind: "endless" }, /expected at most 125536 bytes, found more/],
  ["a large body", {
    kind: "body",
    bytes: new Uint8Array(1_000_000),
  }, /expected at most \d+ bytes, found 1000000 announced/],
  ["a redirect in circles", { kind: "redirect", location: "/digits.gz" }, /redirect/i],
  [
    "a redirect to a file of this machine",
    { kind: "redirect", location: "file:///etc/passwd" },
    /./,
  ],
];

for (const [name, behaviour, reason, options] of failures) {
  Deno.test(`download: ${name}: the next mirror is tried`, () =>
    inFolder(async (folder) => {
      await using bad = startMirror(() => behaviour);
      await using good = startMirror(() => right);
      // Alone it is an error that gives the reason, and leaves nothing behind.
      await assert.rejects(get(folder, [bad], options), (error) => {
        assert.ok(error instanceof DownloadError, String(error));
        assert.equal(error.failures.length, 1);
        assert.equal(error.failures[0].url, `${bad.url}digits.gz`);
        assert.match(error.failures[0].reason, reason);
        return true;
      });
      assert.deepEqual(namesIn(folder), []);
      const path = await get(folder, [bad, good], options);
      assert.deepEqual(await Deno.readFile(path), zipped);
      assert.deepEqual(namesIn(folder), ["digits.gz"]);
    }));
}

Deno.test("download: ends in time, also where the abort of a request goes unheard", () =>
  inFolder(async (folder) => {
    // As Deno's fetch sometimes does on a busy machine: the signal aborts, and the read goes on waiting.
    const deaf = new ReadableStream<Uint8Array>({
      start: (it) => it.enqueue(zipped.subarray(0, 9)),
    });
    const answers = [Promise.resolve(new Response(deaf)), new Promise<Response>(() => {})];
    const { fetch } = globalThis;
    globalThis.fetch = () => answers.shift() ?? Promise.reject(new Error("no more answers"));
    try {
      const mirrors = ["http://one.invalid/", "http://two.invalid/"];
      const times = { stallTimeout: 50, connectTimeout: 50 };
      await assert.rejects(
        get(folder, [], { mirrors, ...times }),
        /one\.invalid.*: waited 0\.05 s for more data, found none\n.*two\.invalid.*: waited 0\.05 s for an answer, found none/,
      );
    } finally {
      globalThis.fetch = fetch;
    }
    assert.deepEqual(namesIn(folder), []);
  }));

Deno.test("download: a mirror that is not there, and an address that is none", () =>
  inFolder(async (folder) => {
    const gone = startMirror(() => right);
    await gone[Symbol.asyncDispose]();
    await using good = startMirror(() => right);
    await get(folder, [], { mirrors: ["no address", gone.url, good.url] });
    await assert.rejects(get(folder, [gone]), /digits\.gz: tcp connect error/);
    assert.deepEqual(namesIn(folder), ["digits.gz"]);
    await assert.rejects(get(folder, []), /expected mirrors to download from, found none/);
  }));

Deno.test("download: a redirect is followed, and an address may lack its last slash", () =>
  inFolder(async (folder) => {
    await using good = startMirror(() => right);
    await using other = startMirror(() => ({ kind: "redirect", location: `${good.url}x/y.gz` }));
    await get(folder, [], { mirrors: [`${other.url}mnist`] });
    assert.deepEqual(other.requests, ["/mnist/digits.gz"]);
    assert.deepEqual(good.requests, ["/x/y.gz"]);
    assert.deepEqual(namesIn(folder), ["digits.gz"]);
  }));

Deno.test("download: a slow mirror is waited for while it gives something", () =>
  inFolder(async (folder) => {
    await using slow = startMirror(() => ({ kind: "slow", bytes: zipped, pause: 120 }));
    // 1.2 s in all, but never a second without data.
    await get(folder, [slow], { stallTimeout: 1000 });
    assert.deepEqual(namesIn(folder), ["digits.gz"]);
  }));

Deno.test("download: content zipped anew or not at all is right; its name says which", () =>
  inFolder(async (folder) => {
    const zippedAnew = new Uint8Array(gzipSync(content, { level: 1 }));
    await using a = startMirror(() => ({ kind: "body", bytes: zippedAnew }));
    assert.equal(await get(folder, [a]), join(folder, "digits.gz"));
    await using b = startMirror(() => ({ kind: "body", bytes: content }));
    assert.equal(await get(folder, [b]), join(folder, "digits"));
    // A server that zips on the way, whatever it was asked for.
    const headers = { "content-encoding": "gzip" };
    await using c = startMirror(() => ({ kind: "body", bytes: zipped, headers }));
    const path = await get(join(folder, "c"), [c]);
    assert.deepEqual(
      await Deno.readFile(path),
      path.endsWith(".gz") ? zipped : content,
    );
  }));

Deno.test("download: where the hash is of the file itself, no other zipping will do", () =>
  inFolder(async (folder) => {
    const hash = { of: "file", sha256: await sha256(zipped) } as const;
    const zippedAnew = new Uint8Array(gzipSync(content, { level: 1 }));
    await using a = startMirror(() => ({ kind: "body", bytes: zippedAnew }));
    await assert.rejects(get(folder, [a], {}, { ...file, hash }), DownloadError);
    await using b = startMirror(() => right);
    assert.equal(await get(folder, [a, b], {}, { ...file, hash }), join(folder, "digits.gz"));
  }));

Deno.test("download: a gzip of ten gigabytes is not unzipped", () =>
  inFolder(async (folder) => {
    // Ten thousand members of a megabyte of zeros: 10 GB in 10 MB.
    const member = gzip(new Uint8Array(1_000_000));
    const bomb = new Uint8Array(member.length * 10_000);
    for (let i = 0; i < 10_000; i++) bomb.set(member, i * member.length);
    await using bad = startMirror(() => ({ kind: "body", bytes: bomb }));
    const large = { ...file, contentBytes: 47_040_016 };
    await assert.rejects(
      get(folder, [bad], {}, large),
      /expected at most 47040016 bytes, found more/,
    );
    assert.deepEqual(namesIn(folder), []);
  }));

Deno.test("download: what is there stays until the new one is right", () =>
  inFolder(async (folder) => {
    const path = join(folder, "digits.gz");
    await Deno.writeTextFile(path, "old");
    await using bad = startMirror(() => ({ kind: "cut", bytes: zipped }));
    await assert.rejects(get(folder, [bad]));
    assert.equal(await Deno.readTextFile(path), "old");
    await using good = startMirror(() => right);
    await get(folder, [good]);
    assert.deepEqual(await Deno.readFile(path), zipped);
  }));

Deno.test("removeLeftovers takes abandoned files and leaves those being written", () =>
  inFolder(async (folder) => {
    const path = join(folder, "digits.gz");
    const abandoned = join(folder, ".digits.gz.00000000.part");
    const fresh = join(folder, ".digits.gz.11111111.part");
    const others = join(folder, ".labels.gz.22222222.part");
    for (const name of [abandoned, fresh, others]) await Deno.writeTextFile(name, "half");
    const longAgo = new Date(Date.now() - 60_000);
    await Deno.utime(abandoned, longAgo, longAgo);
    await removeLeftovers(path);
    assert.deepEqual(namesIn(folder), [".digits.gz.11111111.part", ".labels.gz.22222222.part"]);

    await using slow = startMirror(() => ({ kind: "slow", bytes: zipped, pause: 40 }));
    const running = get(folder, [slow]);
    while (namesIn(folder).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 60)); // now it is locked
    await removeLeftovers(path, 0);
    await running;
    assert.deepEqual(namesIn(folder), [".labels.gz.22222222.part", "digits.gz"]);
    await removeLeftovers(join(folder, "none", "x"));
  }));
