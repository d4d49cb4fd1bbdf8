import assert from "node:assert/strict";
import { join } from "node:path";
import { data } from "../../tools/data.ts";
import { projectPath } from "../../lib/support/paths.ts";
import { inFolder } from "../support/files.ts";
import { testUnless } from "../support/skip.ts";

/** Runs the command in an environment; gives its exit code and what it printed. */
async function run(args: string[], env: Record<string, string>): Promise<[number, string, string]> {
  const out: string[] = [], err: string[] = [];
  const { log, error } = console;
  console.log = (...values) => out.push(values.join(" "));
  console.error = (...values) => err.push(values.join(" "));
  try {
    return [await data(args, (name) => env[name]), out.join("\n"), err.join("\n")];
  } finally {
    console.log = log;
    console.error = error;
  }
}

Deno.test("data: prints its usage, and refuses unknown names", async () => {
  const [code, out] = await run(["--help"], {});
  assert.equal(code, 0);
  assert.match(out, /deno task data \[SOURCE\.\.\.\]/);
  assert.deepEqual(await run(["minst"], {}), [
    2,
    "",
    'data: expected one of mnist, fashion-mnist, cifar-10, book-weights, found minst; did you mean "mnist"?',
  ]);
  assert.equal((await run(["toString"], {}))[0], 2);
});

const offline = { CIFAR_10_MIRRORS: "" };
const hasCifar = await Deno.stat(projectPath("data/cifar-10")).then(() => true, () => false);

testUnless(
  hasCifar ? "CIFAR-10 is here" : undefined,
  "data: says what is unavailable, with exit code 1",
  async () => {
    const [code, , err] = await run(["cifar-10"], offline);
    assert.equal(code, 1);
    assert.match(err, /^CIFAR-10: expected its files/);
    assert.match(err, /c4a38c50a1bc5f3a\s+cifar-10-binary\.tar\.gz/);
  },
);

Deno.test("data: digits need nothing, and the state of the others is listed", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "train-labels-idx1-ubyte"), "damaged");
    const [code, out] = await run(["digits"], { FASHION_MNIST_DIR: folder });
    assert.equal(code, 0);
    assert.match(out, /digits: nothing to download/);
    assert.match(
      out,
      /^Fashion-MNIST: damaged \(the folder in FASHION_MNIST_DIR: .*no train-images/m,
    );
    assert.match(
      out,
      /a gzip file, found the text "damaged"\)\. To get it: .* task data fashion-mnist \(31 MB\)/,
    );
    assert.match(out, /^MNIST: /m);
  }));
