/** Notebooks as files to hand out: the templates, the formulas in them, and the command. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import katex from "katex";
import { projectPath } from "../../../lib/support/paths.ts";
import { allNotebooks } from "../../../tools/notebook_file/find_notebooks.ts";
import { writeTemplates } from "../../../tools/kernelspec/templates.ts";
import { readNotebook } from "../../../tools/notebook_file/notebook.ts";
import { machine, missing, nbconvert } from "../../browser/machine.ts";
import { inFolder } from "../../support/files.ts";
import { testUnless } from "../../support/skip.ts";

/** Runs the command, with a Jupyter of this folder before all others. */
async function command(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/export/export.ts", ...args],
    cwd: projectPath("."),
    env: { PATH: `${folder}${machine.os === "windows" ? ";" : ":"}${machine.path}` },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The formulas of a text in Markdown, without their signs. */
function formulas(markdown: string): string[] {
  const prose = markdown.replaceAll(/```.*?```|`[^`\n]*`/gs, "");
  return Array.from(
    prose.matchAll(/\$\$(.+?)\$\$|\$(.+?)\$/gs),
    ([, shown, inline]) => shown ?? inline,
  );
}

Deno.test("every formula of the chapters is one that the exported pages can typeset", async () => {
  let count = 0;
  for (const path of await allNotebooks()) {
    for (const cell of (await readNotebook(path)).cells) {
      if (cell.cell_type !== "markdown") continue;
      for (const formula of formulas(cell.source)) {
        katex.renderToString(formula, { strict: "error" });
        count++;
      }
    }
  }
  assert.ok(count > 90, `${count} formulas`);
});

Deno.test("the templates hold their fonts, and no text that would end a script", () =>
  inFolder(async (folder) => {
    await writeTemplates(folder);
    const templates = join(folder, "nbconvert", "templates");
    const css = await Deno.readTextFile(join(templates, "course/static/katex.css"));
    const fonts = css.split("@font-face").length - 1;
    assert.ok(fonts >= 20, `${fonts} fonts`);
    assert.equal(css.split("url(data:font/woff2;base64,").length - 1, fonts);
    assert.equal(css.split("url(").length - 1, fonts);
    const reveal = await Deno.readTextFile(join(templates, "course-slides/static/reveal.css"));
    assert.doesNotMatch(reveal, /url\((?!data:)|@import/);
    for (const name of ["course/static/katex.js", "course-slides/static/notes.js"]) {
      const script = await Deno.readTextFile(join(templates, name));
      assert.doesNotMatch(script, /<!--|<\/?script/i, name);
    }
  }));

Deno.test("templates that are there are not written again", () =>
  inFolder(async (folder) => {
    const path = join(folder, "nbconvert/templates/course/static/katex.js");
    await writeTemplates(folder);
    await Deno.utime(path, 1, 1);
    await writeTemplates(folder);
    assert.equal((await Deno.stat(path)).mtime?.getTime(), 1000);
    await Deno.writeTextFile(path, "half");
    await writeTemplates(folder);
    assert.ok((await Deno.stat(path)).size > 100_000);
  }));

testUnless(
  missing("nbconvert"),
  "deno task export writes a deck with all its parts in it",
  () =>
    inFolder(async (folder) => {
      assert.ok(nbconvert);
      const args = ["notebooks/04_batching.ipynb", "--to", "slides", "--out", folder];
      // A Jupyter on the PATH, and the one of .venv, which is found without.
      for (const path of [dirname(nbconvert), ""]) {
        const { code, stdout, stderr } = await command(path, ...args);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /04_batching\.slides\.html {2}1\.\d MB/);
      }
      const deck = await Deno.readTextFile(join(folder, "04_batching.slides.html"));
      for (const part of ["renderMathInElement(", "KaTeX_Main", "Reveal.initialize("]) {
        assert.ok(deck.includes(part), `expected ${part} in the deck`);
      }
      assert.ok(!/cdnjs|unpkg/.test(deck), "expected no address of another machine");
    }),
);

Deno.test("deno task export refuses what it cannot export, and says what it expects", async () => {
  const wrong = [
    [["--to", "pdf"], /--to: expected html or slides, found pdf/],
    [["notebooks/nothing.ipynb"], /nothing\.ipynb: expected a notebook, found no such file/],
    [["--wrong"], /--wrong/],
  ] as const;
  for (const [args, message] of wrong) {
    const { code, stderr } = await command("", ...args);
    assert.equal(code, 1);
    assert.match(stderr, message);
  }
});
