/**
 * The templates with which nbconvert exports notebooks as pages and slides that need no network:
 * what nbconvert's own load from the internet is in them. `config/jupyter_config.json` chooses
 * them, for the menus of Jupyter's front ends as for the command.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The templates without the files of the packages. */
const SOURCES = fileURLToPath(new URL("templates", import.meta.url));

/**
 * Writes the templates into a folder of `JUPYTER_PATH`, where nbconvert looks for them. A file that
 * is as it should be is left alone.
 */
export async function writeTemplates(folder: string): Promise<void> {
  const files = new Map([...await ownFiles(), ...await packageFiles()]);
  for (const [name, text] of files) {
    await write(join(folder, "nbconvert", "templates", name), text);
  }
}

/** The templates' files in the project, by their paths below the folder of templates. */
async function ownFiles(): Promise<[name: string, text: string][]> {
  const files: [string, string][] = [];
  for (const template of ["course", "course-slides"]) {
    for await (const { name } of Deno.readDir(join(SOURCES, template))) {
      const text = await Deno.readTextFile(join(SOURCES, template, name));
      files.push([`${template}/${name}`, text]);
    }
  }
  return files;
}

/** The files of reveal.js and KaTeX that go into the exported pages. */
async function packageFiles(): Promise<[name: string, text: string][]> {
  // The imports bring the packages onto the disk; from there on their files have addresses.
  const [{ default: katexCss }, { default: revealCss }] = await Promise.all([
    import("katex/dist/katex.min.css", { with: { type: "text" } }),
    import("reveal.js/reveal.css", { with: { type: "text" } }),
  ]);
  const katex = import.meta.resolve("katex/dist/katex.min.css");
  const reveal = import.meta.resolve("reveal.js/reveal.css");
  const script = async (name: string, base: string) =>
    inScript(await Deno.readTextFile(new URL(name, base)));
  return [
    ["course/static/katex.css", await withFonts(katexCss, katex)],
    ["course/static/katex.js", await script("katex.min.js", katex)],
    ["course/static/auto-render.js", await script("contrib/auto-render.min.js", katex)],
    ["course-slides/static/reveal.css", revealCss],
    ["course-slides/static/reveal.js", await script("reveal.js", reveal)],
    ["course-slides/static/notes.js", await script("plugin/notes.js", reveal)],
  ];
}

/** A style sheet with its WOFF2 fonts, which all browsers read, in it instead of their addresses. */
async function withFonts(css: string, base: string): Promise<string> {
  const fonts = new Map<string, string>();
  for (const [, name] of css.matchAll(/url\(([^)]+\.woff2)\)/g)) {
    const bytes = await Deno.readFile(new URL(name, base));
    fonts.set(name, `url(data:font/woff2;base64,${bytes.toBase64()}) format("woff2")`);
  }
  return css.replaceAll(/src:url\(([^)]+\.woff2)\)[^;}]*/g, (_, name) => `src:${fonts.get(name)}`);
}

/** A program as it may stand in a page: in the texts in it, no sign begins or ends a script. */
function inScript(source: string): string {
  return source.replaceAll(/<(?=!--|\/?script)/gi, "\\x3c");
}

/** Writes a file in one step: a server may be about to read it. */
async function write(path: string, text: string): Promise<void> {
  if (await Deno.readTextFile(path).catch(() => undefined) === text) return;
  await Deno.mkdir(dirname(path), { recursive: true });
  const unfinished = await Deno.makeTempFile({ dir: dirname(path), suffix: ".tmp" });
  await Deno.writeTextFile(unfinished, text);
  if (Deno.build.os !== "windows") await Deno.chmod(unfinished, 0o644);
  await Deno.rename(unfinished, path);
}
