/**
 * The templates with which nbconvert exports notebooks as pages and slides that need no network: they
 * contain what nbconvert's own templates load from the internet. `config/jupyter_config.json` selects
 * them, both for the menus of Jupyter's front ends and for `deno task export`.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeWhole } from "../support/write_file.ts";

/** The templates, without the files that come from packages. */
const SOURCES = fileURLToPath(new URL("templates", import.meta.url));

/**
 * Writes the templates into a folder of `JUPYTER_PATH`, where nbconvert looks for them. Files that are
 * up to date stay as they are.
 */
export async function writeTemplates(folder: string): Promise<void> {
  const files = new Map([...await ownFiles(), ...await packageFiles()]);
  for (const [name, text] of files) {
    const path = join(folder, "nbconvert", "templates", name);
    if (await Deno.readTextFile(path).catch(() => undefined) !== text) {
      await writeWhole(path, text, 0o644);
    }
  }
}

/** The project's files, with their paths below the folder of templates. */
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

/** The files of reveal.js and KaTeX that every exported page contains. */
async function packageFiles(): Promise<[name: string, text: string][]> {
  // The imports download the packages; after that, their files can be read by URL.
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

/** A style sheet that contains its WOFF2 fonts, which all browsers read, instead of their URLs. */
async function withFonts(css: string, base: string): Promise<string> {
  const fonts = new Map<string, string>();
  for (const [, name] of css.matchAll(/url\(([^)]+\.woff2)\)/g)) {
    const bytes = await Deno.readFile(new URL(name, base));
    fonts.set(name, `url(data:font/woff2;base64,${bytes.toBase64()}) format("woff2")`);
  }
  return css.replaceAll(/src:url\(([^)]+\.woff2)\)[^;}]*/g, (_, name) => `src:${fonts.get(name)}`);
}

/** JavaScript that can be placed in a page: no string in it begins or ends a script element. */
function inScript(source: string): string {
  return source.replaceAll(/<(?=!--|\/?script)/gi, "\\x3c");
}
