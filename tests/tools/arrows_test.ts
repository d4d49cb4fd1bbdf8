/** The rooms of `tools/`, its folders: no two of them import each other, directly or through others. */
import assert from "node:assert/strict";
import { dirname, join, relative, sep } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";

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

Deno.test("no rooms of tools import each other in a circle", async () => {
  const rooms = await arrows();
  assert.ok(rooms.size > 10);
  const finished = new Set<string>();
  const visit = (room: string, above: readonly string[]) => {
    if (finished.has(room)) return;
    assert.ok(!above.includes(room), `circle: ${[...above, room].join(" → ")}`);
    for (const to of rooms.get(room)?.keys() ?? []) visit(to, [...above, room]);
    finished.add(room);
  };
  for (const room of rooms.keys()) visit(room, []);
});

Deno.test("what all tools share imports no other room", async () => {
  assert.deepEqual([...(await arrows()).get("support") ?? []], []);
});
