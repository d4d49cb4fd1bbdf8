/** The site where something is wrong: with the browser, its storage, the host or the files. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { serve } from "../../tools/lite/serve.ts";
import { notebookOf } from "../support/notebooks.ts";
import { missingMnist, mnistFolder, testUnless } from "../support/skip.ts";
import { assertNoErrors, LAB, OpenNotebook } from "./frontend.ts";
import { Lite, missingForLong, run } from "./lite.ts";

const long = await missingForLong();

const lacking = `document.getElementById("lacking").textContent`;

testUnless(long, "site: the first page names what an old browser lacks", async () => {
  await using lite = await Lite.start();
  const page = await lite.start();
  assert.equal(await page.evaluate(lacking), "");
  await page.addInitScript({
    content: "delete window.DecompressionStream; delete window.Worker;",
  });
  await page.reload();
  assert.equal(
    await page.evaluate(lacking),
    "This browser is too old for the course. It lacks: Web Workers, decompression " +
      "(DecompressionStream). A current Chrome, Edge, Firefox or Safari has all of it.",
  );
});

testUnless(
  long,
  "site: without WebAssembly's SIMD, chapters run on the plain kernels",
  async () => {
    await using lite = await Lite.start({
      more: { plain: notebookOf("typeof withoutSimd") },
    });
    const worker = join(lite.site, "extensions/mnist-course/static/worker.js");
    const program = await Deno.readTextFile(worker);
    // As in an engine that does not know these instructions.
    await Deno.writeTextFile(
      worker,
      `globalThis.withoutSimd = 1;
     WebAssembly.Module = function () { throw new WebAssembly.CompileError("no SIMD"); };\n` +
        program,
    );
    assert.equal(await run(await lite.open("plain"), 0), '"number"');
    const open = await lite.open("03_inference");
    await open.runAll(400);
    assertNoErrors(await open.content());
  },
);

testUnless(
  long,
  "site: full storage is an error that says what to do, and loses nothing",
  async () => {
    await using lite = await Lite.start({
      more: {
        full: notebookOf(
          'import { saveWeights, tensor } from "mnist";\nconst W = tensor([1, 2]);\n' +
            'await saveWeights("data/mine.safetensors", { W });',
          "W.toArray()",
        ),
      },
    });
    const open = await lite.open("full");
    await open.page.evaluate(`IDBObjectStore.prototype.put = () => {
    throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    }`);
    assert.match(
      await run(open, 0),
      /mine\.safetensors: .*the storage of this browser is full\. Download what you want to keep/,
    );
    assert.equal(await run(open, 1), "[ 1, 2 ]");
  },
);

testUnless(long, "site: a damaged file in the browser's cache is fetched again", async () => {
  await using lite = await Lite.start({ more: { one: notebookOf("1 + 1") } });
  const context = await lite.browser.newContext({});
  const page = await lite.start(context);
  await lite.kept(page);
  const damaged = await page.evaluate<number>(`(async () => {
    const [name] = (await caches.keys()).filter((name) => name.startsWith("mnist-course"));
    const cache = await caches.open(name);
    const scripts = (await cache.keys()).filter(({ url }) => /worker\\.js|extension\\.js/.test(url));
    for (const request of scripts) await cache.put(request, new Response("not a script"));
    const lost = (await cache.keys()).find(({ url }) => /jlab_core/.test(url));
    await cache.delete(lost);
    return scripts.length;
  })()`);
  assert.ok(damaged >= 2);
  assert.equal(await run(await lite.open("one", { in: context }), 0), "2");
});

testUnless(
  long ?? missingMnist,
  "site: MNIST that is damaged on the host is refused, with the reason, and drawn digits run",
  async () => {
    await using lite = await Lite.start({
      mnist: mnistFolder,
      more: {
        data: notebookOf(
          'import { loadMnist } from "mnist";\nconst { xTest, source } = await loadMnist();\n' +
            "`${source} ${xTest.shape}`",
          'import { loadMnist } from "mnist";\nawait loadMnist({ source: "fashion-mnist" });',
        ),
      },
    });
    const path = join(lite.site, "files/data/mnist/t10k-labels-idx1-ubyte.gz");
    const bytes = new Uint8Array(10_008).fill(3);
    bytes.set([0, 0, 8, 1, 0, 0, 39, 16]);
    const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(path, new Uint8Array(await new Response(zipped).arrayBuffer()));
    const open = await lite.open("data");
    const text = await run(open, 0);
    assert.match(text, /MNIST could not be loaded/);
    assert.match(text, /t10k-labels.*expected content with SHA-256 ff7bcf/);
    assert.match(text, /Reload the page; if that does not help, tell the person/);
    assert.match(text, /"digits 10000,784"$/);
    const other = await run(open, 1);
    assert.match(other, /This site has only the data sets that lie beside it/);
    assert.doesNotMatch(text + other, /deno task|MNIST_DIR|https?:/);
  },
);

testUnless(long, "site: in a subfolder, and without HTTPS in a room, chapters run", async () => {
  await using lite = await Lite.start();
  const address = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  )?.address;
  const above = await Deno.makeTempDir({ prefix: "lite-" });
  await Deno.rename(lite.site, join(above, "course"));
  const server = serve(above, "0.0.0.0", 0);
  try {
    // The address of this machine in the room counts as unsafe; without a network there is only one.
    lite.address = `http://${address ?? "127.0.0.1"}:${server.port}/course/`;
    const page = await lite.start();
    if (address !== undefined) {
      assert.equal(await page.evaluate("isSecureContext"), false);
      assert.match(
        await page.evaluate(`document.getElementById("offline").textContent`),
        /needs its server/,
      );
    }
    const open = await lite.open("00_perceptron");
    await open.runAll(300);
    assertNoErrors(await open.content());
    await open.addCell('"my answer"');
    await open.save();
    const count = (await open.content()).cells.length;
    await lite.load(open.page, "00_perceptron");
    assert.equal((await open.content()).cells.length, count);
  } finally {
    await server.shutdown();
    await Deno.remove(above, { recursive: true });
  }
});

testUnless(
  long,
  "site: what no page can do says so, and tables of text come with the site",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "lite-" });
    // In the place of the real module, which not every network has.
    const csv = join(folder, "csv.ts");
    await Deno.writeTextFile(
      csv,
      "export const parse = (text: string) => [{ found: text.trim() }];",
    );
    const cells = {
      'await (await import("mnist")).parseTextTable("a,b");': '[ { found: "a,b" } ]',
      'prompt("Your name?")':
        "NotInBrowserError: prompt(): not in the browser. Write the answer into " +
        "the cell.",
      "new Deno.Command('ls')":
        "NotInBrowserError: Deno.Command: not in the browser. Run the course " +
        "on a computer for that: its README says how.",
      'import lodash from "npm:lodash";':
        'NotInBrowserError: import "npm:lodash": not in the browser. ' +
        'Cells can import "mnist" and "mnist/exercises". Run the course on a computer for other modules.',
    };
    try {
      await using lite = await Lite.start({
        csv,
        more: { limits: notebookOf(...Object.keys(cells)) },
      });
      const open = await lite.open("limits");
      for (const [i, expected] of Object.values(cells).entries()) {
        assert.equal(await run(open, i), expected);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testUnless(long, "site: built where JSR cannot be reached, tables of text say so", async () => {
  const table = 'import { parseTextTable } from "mnist";\nawait parseTextTable("a,b");';
  const csv = "jsr:@nowhere/nothing@0.0.0";
  await using lite = await Lite.start({ csv, more: { table: notebookOf(table) } });
  const text = await run(await lite.open("table"), 0);
  assert.match(text, /^DataError: tables of text: expected the module @std\/csv from JSR/);
  assert.match(text, /This site was built where JSR could not be reached\. Run the course on a/);
  assert.doesNotMatch(text, /deno install/);
});

testUnless(long, "site: a kernel that cannot start says why", async () => {
  await using lite = await Lite.start({ more: { one: notebookOf("1 + 1") } });
  await Deno.remove(join(lite.site, "files.json"));
  const page = await lite.browser.newPage();
  await page.goto(`${lite.address}notebooks/index.html?path=notebooks%2Fone.ipynb`);
  await page.locator(".Toastify__toast").filter({
    hasText: /The kernel cannot start: .*expected the list of files, found 404/,
  }).first().waitFor({ timeout: 60_000 });
});

testUnless(
  long,
  "site: where the browser keeps nothing, it says so, and the cells run",
  async () => {
    await using lite = await Lite.start({
      more: {
        weights: notebookOf(
          'import { loadWeights } from "mnist";\n' +
            'const { b1 } = await loadWeights("data/sample_weight.safetensors"); b1.shape',
        ),
      },
    });
    const page = await lite.browser.newPage();
    // As in private windows of some browsers.
    await page.addInitScript({
      content: `IDBFactory.prototype.open = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };`,
    });
    await lite.load(page, "weights");
    await page.locator(".Toastify__toast").filter({
      hasText: /This browser keeps nothing, .*Download your notebooks/,
    }).first().waitFor({ timeout: 60_000 });
    assert.equal(await run(new OpenNotebook(page, LAB, "weights"), 0), "[ 50 ]");
  },
);
