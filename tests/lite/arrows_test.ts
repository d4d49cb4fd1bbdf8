/** What the rooms of `lite/` import, and that the site has the packages that the course has. */
import assert from "node:assert/strict";
import { projectPath } from "../../lib/support/paths.ts";
import { filesIn } from "../../tools/lite/site.ts";

/** For each room of `lite/` what it may import beside itself: rooms of it, and other folders. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  deno: ["protocol.ts", "lib"],
  extension: ["protocol.ts", "gaps.ts"],
  types: ["protocol.ts", "gaps.ts", "tools"],
  "protocol.ts": [],
  "gaps.ts": [],
  "service_worker.ts": [],
  "start_page.ts": ["lib"],
  "library.ts": ["deno", "lib", "exercises"],
  "worker.ts": ["deno", "kernel", "gaps.ts", "library.ts", "protocol.ts", "lib", "tools"],
};

Deno.test("every import of lite follows an arrow", async () => {
  const wrong: string[] = [];
  for (const path of await filesIn(projectPath("lite"))) {
    if (!path.endsWith(".ts")) continue;
    const room = path.split("/")[0];
    const text = await Deno.readTextFile(projectPath(`lite/${path}`));
    for (const [, from] of text.matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)) {
      const target = new URL(from, `file:///lite/${path}`).pathname.slice(1);
      const [top, inner] = target.split("/");
      const to = top === "lite" ? inner : top;
      if (to !== room && !ALLOWED[room]?.includes(to)) wrong.push(`${path} → ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("packages of the site have the versions that the course has", async () => {
  const imports = async (path: string): Promise<Record<string, string>> =>
    JSON.parse(await Deno.readTextFile(projectPath(path))).imports;
  const course = await imports("deno.json");
  const site = await imports("tools/on_demand/lite/deno.json");
  const shared = Object.keys(site).filter((name) => name in course && !name.startsWith("mnist"));
  assert.ok(shared.length >= 7);
  for (const name of shared) assert.equal(site[name], course[name], name);
});
