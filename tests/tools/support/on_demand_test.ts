/** Packages that are downloaded on first use, and what the first start downloads. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { projectPath } from "../../../lib/support/paths.ts";
import { ON_DEMAND, pinned } from "../../../tools/support/on_demand.ts";
import { inFolder } from "../../support/files.ts";

interface Lock {
  specifiers: Record<string, string>;
  npm: Record<string, { integrity?: string }>;
}

async function readLock(folder: string): Promise<Lock> {
  return JSON.parse(await Deno.readTextFile(join(folder, "deno.lock")));
}

/** The packages that a `deno.json` pins, without the paths in them. */
async function packagesOf({ config }: { config: string }): Promise<string[]> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(config),
  );
  return Object.values(imports).flatMap((target) =>
    /^npm:(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? []
  ).sort();
}

Deno.test("the first start downloads at most 25 packages, and none of those on demand", async () => {
  // `deno task` downloads everything in the lock file beside the tasks.
  const { npm } = await readLock(projectPath("."));
  assert.ok(Object.keys(npm).length <= 25, `${Object.keys(npm).length} packages`);
  for (const { name } of Object.values(ON_DEMAND)) {
    assert.ok(!Object.keys(npm).some((id) => id.startsWith(`${name}@`)), name);
  }
});

Deno.test("packages on demand are pinned with everything that they depend on", async () => {
  for (const wanted of Object.values(ON_DEMAND)) {
    const specifier = await pinned(wanted);
    assert.match(specifier, /^npm:[\w-]+@\d+\.\d+\.\d+$/);
    const { specifiers, npm } = await readLock(dirname(wanted.config));
    const packages = await packagesOf(wanted);
    assert.ok(packages.includes(specifier));
    assert.deepEqual(Object.keys(specifiers).sort(), packages);
    for (const [id, { integrity }] of Object.entries(npm)) {
      assert.match(integrity ?? "", /^sha512-/, id);
    }
  }
});

Deno.test("a package that cannot be downloaded is named in the error", () =>
  inFolder(async (folder) => {
    const module = new URL("../../../tools/support/on_demand.ts", import.meta.url).href;
    const code = `import { moduleOf, ON_DEMAND } from "${module}";
      await moduleOf(ON_DEMAND.playwright).catch(({ name, message }) => console.log(name, message));`;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", code],
      // A cache without packages, and a registry that does not answer.
      env: { DENO_DIR: folder, NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/", NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assert.match(decoder.decode(stderr), /^Downloading playwright-core \(14 MB\)/m);
    assert.match(
      decoder.decode(stdout),
      /^PackageError playwright-core: expected to download it, found .+\n$/,
    );
  }));
