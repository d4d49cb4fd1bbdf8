/** The arrows of the architecture: which room of `tools/`, a folder, may import which. */
import assert from "node:assert/strict";
import { dirname, join, relative, sep } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";

/** For each room the rooms that it may import, besides itself. None is above itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  support: [],
  kernelspec: ["support"],
  notebook_file: ["support"],
  check: ["notebook_file", "support"],
  exercises: ["notebook_file", "support"],
  grade: ["exercises", "notebook_file", "support"],
  jupyter: ["notebook_file", "support"],
  language: ["notebook_file", "support"],
  // Loaded into the kernel by its address.
  inside_kernel: ["jupyter"],
  kernel: ["jupyter", "language", "notebook_file", "support"],
  run: ["jupyter", "language", "notebook_file", "support"],
  runs: ["run", "notebook_file", "support"],
  sweep: ["runs", "run", "jupyter", "notebook_file", "support"],
  lab: ["kernelspec", "support"],
  lite: ["lab", "notebook_file", "support"],
  export: ["lab", "kernelspec", "notebook_file", "support"],
  doctor: ["lab", "language", "kernelspec", "jupyter", "support"],
};

/** For each room the rooms that it imports, with one of the files that do. */
async function arrows(): Promise<Map<string, Map<string, string>>> {
  const rooms = new Map<string, Map<string, string>>();
  const visit = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(projectPath(folder))) {
      const path = `${folder}/${name}`;
      if (isDirectory) await visit(path);
      if (!name.endsWith(".ts")) continue;
      const room = path.split("/")[1];
      const imported = rooms.get(room) ?? new Map<string, string>();
      rooms.set(room, imported);
      const text = await Deno.readTextFile(projectPath(path));
      for (const [, from] of text.matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)) {
        const target = relative(projectPath("."), join(projectPath(dirname(path)), from));
        const [top, to] = target.split(sep);
        if (top === "tools" && to !== room) imported.set(to, path);
      }
    }
  };
  await visit("tools");
  return rooms;
}

Deno.test("every import between the rooms of tools follows an arrow of the architecture", async () => {
  const wrong: string[] = [];
  for (const [room, imported] of await arrows()) {
    if (room.endsWith(".ts")) continue; // the programs beside the rooms
    for (const [to, path] of imported) {
      if (!ALLOWED[room]?.includes(to)) wrong.push(`${path} → ${to}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("the arrows of tools form no circle", () => {
  const finished = new Set<string>();
  const visit = (room: string, above: readonly string[]) => {
    if (finished.has(room)) return;
    assert.ok(!above.includes(room), `circle: ${[...above, room].join(" → ")}`);
    for (const to of ALLOWED[room]) visit(to, [...above, room]);
    finished.add(room);
  };
  for (const room of Object.keys(ALLOWED)) visit(room, []);
});
