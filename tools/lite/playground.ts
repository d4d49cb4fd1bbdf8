/**
 * The page on which one draws digits, for the site.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What makes the page. */
interface Playground {
  playgroundPage(networks: object): Promise<string>;
}

/** The networks in it. */
interface Networks {
  courseNetworks(): Promise<object>;
}

/** The page as HTML, or undefined where the course has none. */
export async function playgroundOf(root: string): Promise<string | undefined> {
  const folder = join(root, "lib", "playground");
  if (!existsSync(join(folder, "page.ts"))) return undefined;
  const load = async (name: string) => await import(pathToFileURL(join(folder, name)).href);
  const { playgroundPage }: Playground = await load("page.ts");
  const { courseNetworks }: Networks = await load("course_networks.ts");
  return await playgroundPage(await courseNetworks());
}
