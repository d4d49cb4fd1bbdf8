import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  mirrorsOf,
  obtain,
  ObtainError,
  type ObtainOptions,
} from "../../../../lib/data/sets/obtain.ts";
import { DATA_SETS } from "../../../../lib/data/sets/sources.ts";
import { platform, usePlatform } from "../../../../lib/support/environment.ts";
import { gzip, inFolder } from "../../../support/files.ts";
import { type Behaviour, startMirror } from "../../../support/mirror.ts";
import { testUnless } from "../../../support/skip.ts";
import { type SmallSet, smallSet } from "../../../support/small_set.ts";

const quick: ObtainOptions = {
  verify: true,
  progress: () => ({ update() {}, finish: () => Promise.resolve() }),
};

/** A mirror that has the set's files. */
function mirrorOf({ files }: SmallSet, slowly = false) {
  return startMirror((path): Behaviour => {
    const bytes = files.get(path.slice(1));
    if (bytes === undefined) return { kind: "status", status: 404 };
    return slowly ? { kind: "slow", bytes, pause: 20 } : { kind: "body", bytes };
  });
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

const names = DATA_SETS.mnist.files.map(({ name }) => name).sort();

Deno.test("obtain: downloads what is missing, then reads it without the network", () =>
  inFolder(async (folder) => {
    const small = await smallSet(join(folder, "set"));
    await using mirror = mirrorOf(small);
    const first = await obtain(small.set, { ...quick, mirrors: [mirror.url] });
    assert.match(first.text, /^Small: 120 training and 60 test images, downloaded into .*verified/);
    assert.equal(first.images.trainImages.length, 120 * 784);
    assert.equal(first.images.testLabels[13], 3);
    assert.equal(mirror.requests.length, 4);
    const second = await obtain(small.set, { ...quick, mirrors: [mirror.url] });
    assert.match(second.text, /^Small: .*, from /);
    assert.deepEqual(second.images, first.images);
    assert.equal(mirror.requests.length, 4);
    assert.deepEqual(namesIn(join(folder, "set")), names);
  }));

for (const  of of["content", "file"] as const) {
  Deno.test(`obtain: a damaged file is replaced, and said so (hash of the ${of})`, () =>
    inFolder(async (folder) => {
      const small = await smallSet(folder, of);
      await using mirror = mirrorOf(small);
      const options = { ...quick, mirrors: [mirror.url] };
      await obtain(small.set, options);
      const [images, labels] = small.set.files.map(({ name }) => join(folder, name));
      const good = await Deno.readFile(images);
      const flipped = good.slice();
      flipped[flipped.length >> 1] ^= 16;
      const content = small.contents.get(small.set.files[0].name);
      assert.ok(content);
      const otherImages = gzip(content.map((byte, i) => i === 500 ? byte ^ 1 : byte));
      for (const bad of [good.subarray(0, 1000), flipped, new Uint8Array(), otherImages]) {
        await Deno.writeFile(images, bad);
        mirror.requests.length = 0;
        const { text } = await obtain(small.set, options);
        assert.match(text, /It replaced a damaged train-images-idx3-ubyte\.gz\.$/);
        assert.deepEqual(mirror.requests, ["/train-images-idx3-ubyte.gz"]);
        assert.deepEqual(await Deno.readFile(images), good);
      }
      await Deno.remove(labels);
      mirror.requests.length = 0;
      assert.doesNotMatch((await obtain(small.set, options)).text, /replaced/);
      assert.deepEqual(mirror.requests, ["/train-labels-idx1-ubyte.gz"]);
    }));
}

Deno.test("obtain: a damaged unzipped file makes way for the right one", () =>
  inFolder(async (folder) => {
    const small = await smallSet(folder);
    await Deno.writeTextFile(join(folder, "t10k-labels-idx1-ubyte"), "damaged");
    await using mirror = mirrorOf(small);
    await obtain(small.set, { ...quick, mirrors: [mirror.url] });
    assert.deepEqual(namesIn(folder), names);
  }));

Deno.test("obtain: a mirror that had a file is asked first for the next one", () =>
  inFolder(async (folder) => {
    const small = await smallSet(folder);
    await using bad = startMirror(() => ({ kind: "silent" }));
    await using good = mirrorOf(small);
    await obtain(small.set, { ...quick, mirrors: [bad.url, good.url], connectTimeout: 1000 });
    assert.equal(bad.requests.length, 1);
    assert.equal(good.requests.length, 4);
  }));

Deno.test("obtain: when all fails, folder, files, hashes and reasons are named", () =>
  inFolder(async (folder) => {
    const small = await smallSet(join(folder, "set"));
    await using missing = startMirror(() => ({ kind: "status", status: 404 }));
    await using broken = startMirror(() => ({ kind: "status", status: 500 }));
    const mirrors = [missing.url, broken.url];
    await assert.rejects(obtain(small.set, { ...quick, mirrors }), (error) => {
      assert.ok(error instanceof ObtainError);
      for (const { name, hash } of small.set.files) {
        assert.ok(error.message.includes(`${hash.sha256.slice(0, 16)}  ${name}`));
      }
      assert.ok(error.message.includes(`${join(folder, "set")}: there is no such folder`));
      assert.ok(error.message.length < 1000, `${error.message.length} characters`);
      assert.match(error.message, /answered 404/);
      assert.match(error.message, /answered 500/);
      assert.match(error.message, /SMALL_TEST_DIR.*SMALL_TEST_MIRRORS/);
      assert.match(error.summary, /^Mirrors: 127\.0\.0\.1:\d+: answered 404.*; .*answered 500/);
      return true;
    });
    assert.deepEqual(namesIn(folder), []); // not even an empty folder
    assert.equal(missing.requests.length, 1); // after one file that no mirror has, it gives up
  }));

Deno.test("obtain: the folder of the environment comes first, and is never written to", () =>
  inFolder(async (folder) => {
    const [theirs, ours] = [join(folder, "theirs"), join(folder, "ours")];
    const small = await smallSet(ours);
    await using mirror = mirrorOf(small);
    await obtain({ ...small.set, folder: theirs }, { ...quick, mirrors: [mirror.url] });
    mirror.requests.length = 0;
    const named = {
      ...quick,
      environment: (name: string) => name === "SMALL_TEST_DIR" ? theirs : undefined,
    };
    const { text } = await obtain(small.set, { ...named, mirrors: [] });
    assert.match(text, /from the folder in SMALL_TEST_DIR/);
    const damaged = join(theirs, names[0]);
    await Deno.writeTextFile(damaged, "damaged");
    await assert.rejects(obtain(small.set, { ...named, mirrors: [] }), (error) => {
      assert.ok(error instanceof ObtainError);
      assert.ok(error.summary.includes(damaged));
      return true;
    });
    const other = await obtain(small.set, { ...named, mirrors: [mirror.url] });
    const reason = `The folder in SMALL_TEST_DIR was not used. ${damaged}: expected an IDX file`;
    assert.match(other.text, /downloaded into/);
    assert.ok(other.text.includes(reason), other.text);
    assert.ok((await obtain(small.set, { ...named, mirrors: [] })).text.includes(reason));
    assert.equal(await Deno.readTextFile(damaged), "damaged");
  }));

/** A folder in each state in which the environment's folder may be, and what is said about it. */
async function badFolders(folder: string): Promise<[path: string, reason: RegExp][]> {
  const [file, empty, partial] = ["file", "empty", "partial"].map((name) => join(folder, name));
  await Deno.writeTextFile(file, "x");
  await Deno.mkdir(empty);
  await Deno.mkdir(partial);
  const { files } = await smallSet(partial);
  for (const name of names.slice(1)) {
    await Deno.writeFile(join(partial, name), files.get(name) ?? new Uint8Array());
  }
  const damaged = join(folder, "damaged");
  await Deno.mkdir(damaged);
  for (const name of names) await Deno.writeTextFile(join(damaged, name), "<!doctype html>");
  return [
    [join(folder, "mnits"), /mnits: there is no such folder/],
    [file, /file: not a folder/],
    [empty, /empty: the folder is empty/],
    [partial, /partial: no t10k-images-idx3-ubyte\.gz/],
    [damaged, /damaged.train-images-idx3-ubyte\.gz: expected an IDX file, .* found a web page/],
  ];
}

Deno.test("obtain: says what is wrong with the folder of the environment, found elsewhere or not", () =>
  inFolder(async (folder) => {
    const ours = join(folder, "ours");
    const { set, files } = await smallSet(ours);
    const bad = await badFolders(folder);
    const optionsFor = (path: string): ObtainOptions => ({
      ...quick,
      mirrors: [],
      environment: (name) => name === "SMALL_TEST_DIR" ? path : undefined,
    });
    for (const [path, reason] of bad) {
      await assert.rejects(obtain(set, optionsFor(path)), (error) => {
        assert.ok(error instanceof ObtainError, String(error));
        assert.match(error.summary, reason);
        assert.match(
          error.summary,
          /^Not used, the folder in SMALL_TEST_DIR: .*\nThere is no mirror/s,
        );
        assert.ok(error.message.length <= 1000, error.message);
        return true;
      });
    }
    await Deno.mkdir(ours);
    for (const [name, bytes] of files) await Deno.writeFile(join(ours, name), bytes);
    for (const [path, reason] of bad) {
      const { text } = await obtain(set, optionsFor(path));
      assert.match(text, /The folder in SMALL_TEST_DIR was not used\. /);
      assert.match(text, reason);
    }
  }));

Deno.test("obtain: a folder that may not be read is said", () =>
  inFolder(async (folder) => {
    const { set } = await smallSet(folder);
    const usual = platform;
    // The tests may run as root, who may read everything.
    usePlatform({ ...usual, list: () => Promise.reject(new Error("Permission denied")) });
    try {
      await assert.rejects(
        obtain(set, { ...quick, mirrors: [] }),
        /the folder cannot be read: Permission denied/,
      );
    } finally {
      usePlatform(usual);
    }
  }));

Deno.test("obtain: files of one's own never give way to others", () =>
  inFolder(async (folder) => {
    const ours = join(folder, "ours");
    const { set, files } = await smallSet(ours);
    await Deno.mkdir(ours);
    for (const [name, bytes] of files) await Deno.writeFile(join(ours, name), bytes);
    await using mirror = mirrorOf({ set, files, contents: files });
    for (const [path, reason] of await badFolders(folder)) {
      const environment = (name: string) => name === "SMALL_TEST_DIR" ? path : undefined;
      const options = { ...quick, verify: false, mirrors: [mirror.url], environment };
      await assert.rejects(obtain(set, options), reason);
    }
    await Deno.remove(join(ours, names[0]));
    await assert.rejects(
      obtain(set, { ...quick, verify: false, mirrors: [mirror.url] }),
      /ours: no t10k-images-idx3-ubyte\.gz/,
    );
    assert.deepEqual(mirror.requests, []);
  }));

Deno.test("obtain: data of one's own are not replaced by a download", () =>
  inFolder(async (folder) => {
    const small = await smallSet(folder);
    await using mirror = mirrorOf(small);
    await Deno.writeTextFile(join(folder, names[0]), "mine");
    await assert.rejects(
      obtain(small.set, { ...quick, verify: false, mirrors: [mirror.url] }),
      /Nothing was downloaded, because verify: false asks for your own files/,
    );
    assert.equal(await Deno.readTextFile(join(folder, names[0])), "mine");
    assert.deepEqual(mirror.requests, []);
  }));

Deno.test("mirrorsOf: a list in the environment replaces the mirrors", () => {
  const set = { ...DATA_SETS.mnist, variable: "SMALL_TEST" };
  assert.equal(mirrorsOf(set), set.mirrors);
  const named = (urls: string) =>
    mirrorsOf(set, (name) => name === "SMALL_TEST_MIRRORS" ? urls : "");
  assert.deepEqual(named("http://a/x/, http://b/  http://c/"), [
    "http://a/x/",
    "http://b/",
    "http://c/",
  ]);
  assert.deepEqual(named(""), []);
});

/** Starts tests/support/obtain_once.ts. */
function start(folder: string, mirror: string, env: Record<string, string> = {}) {
  const script = fileURLToPath(new URL("../../../support/obtain_once.ts", import.meta.url));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", script, folder, mirror],
    env: { NO_PROXY: "127.0.0.1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("obtain: 8 programs at once all get the set, and none breaks another's", () =>
  inFolder(async (folder) => {
    const small = await smallSet(folder);
    await using mirror = mirrorOf(small, true);
    const programs = Array.from({ length: 8 }, () => start(folder, mirror.url));
    for (const output of await Promise.all(programs.map((program) => program.output()))) {
      assert.ok(output.success, new TextDecoder().decode(output.stderr));
      assert.match(new TextDecoder().decode(output.stdout), /^120 Small: /);
    }
    assert.deepEqual(namesIn(folder), names);
    await obtain(small.set, { ...quick, mirrors: [] });
  }));

Deno.test("obtain: a program killed in the middle leaves nothing that the next one minds", () =>
  inFolder(async (folder) => {
    const small = await smallSet(folder);
    {
      await using stalling = startMirror((path) => {
        const bytes = small.files.get(path.slice(1)) ?? new Uint8Array();
        return path.startsWith("/train") ? { kind: "body", bytes } : { kind: "stall", bytes };
      });
      const program = start(folder, stalling.url);
      const isPart = (name: string) => name.startsWith(".t10k-images") && name.endsWith(".part");
      while (!namesIn(folder).some(isPart)) await new Promise((resolve) => setTimeout(resolve, 5));
      program.kill("SIGKILL");
      const [{ success }] = await Promise.all([program.output()]);
      assert.equal(success, false);
    }
    const left = namesIn(folder);
    assert.equal(left.filter((name) => name.endsWith(".part")).length, 1, String(left));
    assert.ok(!left.includes("t10k-images-idx3-ubyte.gz"));

    await using mirror = mirrorOf(small);
    const { text } = await obtain(small.set, { ...quick, mirrors: [mirror.url], fresh: 0 });
    assert.match(text, /^Small: 120 training/);
    // What was whole before was not fetched again, and what was half is gone.
    assert.deepEqual(mirror.requests, ["/t10k-images-idx3-ubyte.gz", "/t10k-labels-idx1-ubyte.gz"]);
    assert.deepEqual(namesIn(folder), names);
  }));

Deno.test("obtain: the proxy of the environment is used", () =>
  inFolder(async (folder) => {
    const small = await smallSet(folder);
    await using proxy = startMirror((path) => {
      const bytes = small.files.get(path.slice("/mnist/".length));
      return bytes === undefined ? { kind: "status", status: 404 } : { kind: "body", bytes };
    });
    // Nobody has this name: only a proxy can answer for it.
    const program = start(folder, "http://mirror.invalid/mnist/", {
      HTTP_PROXY: proxy.url,
      http_proxy: proxy.url,
      NO_PROXY: "",
      no_proxy: "",
    });
    const { success, stderr } = await program.output();
    assert.ok(success, new TextDecoder().decode(stderr));
    assert.deepEqual(namesIn(folder), names);
  }));

/** A small disk in memory, where the system lets us have one. */
async function mountSmallDisk(folder: string): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const mount = new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder],
    stderr: "null",
  });
  return await mount.output().then(({ success }) => success, () => false);
}

async function unmount(folder: string): Promise<void> {
  await new Deno.Command("umount", { args: [folder] }).output();
}

const probe = await Deno.makeTempDir();
const canMount = await mountSmallDisk(probe);
if (canMount) await unmount(probe);
await Deno.remove(probe);

testUnless(
  canMount ? undefined : "mounting a small disk needs Linux and root",
  "obtain: a full disk is said, and leaves nothing behind",
  () =>
    inFolder(async (folder) => {
      const disk = join(folder, "disk");
      await Deno.mkdir(disk);
      const small = await smallSet(disk);
      await using mirror = mirrorOf(small);
      const options = { ...quick, mirrors: [mirror.url] };
      assert.ok(await mountSmallDisk(disk));
      try {
        await Deno.writeFile(join(disk, "other"), new Uint8Array(65_536));
        await assert.rejects(obtain(small.set, options), (error) => {
          assert.ok(error instanceof ObtainError, String(error));
          const file = join(disk, "train-images-idx3-ubyte.gz");
          for (const text of [error.message, error.summary]) {
            assert.ok(text.includes(`${file}: expected a file that can be written, found: `), text);
            assert.match(text, /No space left|os error 28/);
          }
          return true;
        });
        assert.deepEqual(namesIn(disk), ["other"]);
        await Deno.remove(join(disk, "other"));
        await obtain(small.set, options);
        assert.deepEqual(namesIn(disk), names);
      } finally {
        await unmount(disk);
      }
    }),
);
