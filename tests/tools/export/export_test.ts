/** Notebooks as files to hand out: the templates, the formulas in them, and the command. */
import assert from "node:assert/strict";
import { delimiter, dirname, join } from "node:path";
import katex from "katex";
import { projectPath } from "../../../lib/support/paths.ts";
import { allNotebooks } from "../../../tools/notebook_file/find_notebooks.ts";
import { writeTemplates } from "../../../tools/kernelspec/templates.ts";
import { codeCells, readNotebook, writeNotebook } from "../../../tools/notebook_file/notebook.ts";
import { machine, missing, nbconvert } from "../../browser/machine.ts";
import { inFolder } from "../../support/files.ts";
import { notebookOf } from "../../support/notebooks.ts";
import { testUnless } from "../../support/skip.ts";

/** Runs the command, with a Jupyter of this folder before all others. */
async function command(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "export", ...args],
    cwd: projectPath("."),
    env: { PATH: `${folder}${delimiter}${machine.path}` },
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

/** A picture of one pixel. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

/** Writes a notebook that has shown a picture for each text alternative. */
async function withPictures(path: string, ...alternatives: (string | undefined)[]): Promise<void> {
  const notebook = notebookOf("pictures");
  notebook.cells.push({
    cell_type: "markdown",
    id: "notes",
    metadata: { slideshow: { slide_type: "notes" } },
    source: "Only the speaker reads this.",
  });
  codeCells(notebook)[0].outputs = alternatives.map((alt) => ({
    output_type: "display_data",
    data: { "image/png": PIXEL, "text/plain": "a picture" },
    metadata: alt === undefined ? {} : { "image/png": { alt, width: 1 } },
  }));
  await writeNotebook(path, notebook);
}

/** The text alternatives of the pictures of a page. */
function alternatives(html: string): string[] {
  const images = html.match(/<img [^>]*src="data:[^>]*>/g) ?? [];
  return images.map((image) => {
    const [, , text] = /\balt=(["'])(.*?)\1/s.exec(image) ?? [];
    return text
      .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'").replaceAll("&#x27;", "'").replaceAll("&amp;", "&");
  });
}

testUnless(
  missing("nbconvert"),
  "deno task export writes pages and slides with all that they need in them",
  () =>
    inFolder(async (folder) => {
      assert.ok(nbconvert);
      // A Jupyter on the PATH.
      const chapter = ["notebooks/04_batching.ipynb", "--to", "slides", "--out", folder];
      const { code, stdout, stderr } = await command(dirname(nbconvert), ...chapter);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /04_batching\.slides\.html {2}1\.\d MB/);
      const deck = await Deno.readTextFile(join(folder, "04_batching.slides.html"));
      for (const part of ["renderMathInElement(", "KaTeX_Main", "Reveal.initialize("]) {
        assert.ok(deck.includes(part), `expected ${part} in the deck`);
      }
      assert.ok(!/cdnjs|unpkg/.test(deck), "expected no address of another machine");

      // The one of .venv, which is found without.
      const texts = ["Digits 3 & 8", `Bar chart "<b>how many</b>": it's 0 < 1`];
      await withPictures(join(folder, "pictures.ipynb"), ...texts, undefined);
      const out = join(folder, "out");
      const own = await command("", join(folder, "pictures.ipynb"), "--out", out);
      assert.equal(own.code, 0, own.stderr);
      const names = await Array.fromAsync(Deno.readDir(out), ({ name }) => name);
      assert.deepEqual(names.sort(), ["pictures.html", "pictures.slides.html"]);
      for (const name of names) {
        const page = await Deno.readTextFile(join(out, name));
        assert.deepEqual(alternatives(page), [...texts, ""], name);
        assert.equal(page.includes("Only the speaker reads this."), name.includes("slides"), name);
      }
    }),
);

testUnless(
  machine.os === "windows" ? "there is no shell script on Windows" : undefined,
  "deno task export that fails leaves no page, and says why",
  () =>
    inFolder(async (folder) => {
      const bin = join(folder, "bin"), out = join(folder, "out");
      const programs = {
        "jupyter-lab": "echo 4.6.6",
        // Writes half of the page and fails, as on a full disk.
        "jupyter-nbconvert": `while [ "$1" != --output-dir ]; do shift; done
          echo "<p>half" > "$2/04_batching.html"
          echo "OSError: [Errno 28] No space left on device" >&2; exit 1`,
      };
      await Deno.mkdir(bin);
      for (const [name, script] of Object.entries(programs)) {
        await Deno.writeTextFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      }
      const args = ["notebooks/04_batching.ipynb", "--to", "html", "--out", out];
      const { code, stderr } = await command(bin, ...args);
      assert.equal(code, 1);
      assert.match(stderr, /nbconvert .*04_batching\.ipynb: .* No space left on device/);
      assert.deepEqual(await Array.fromAsync(Deno.readDir(out)), []);
    }),
);

Deno.test("deno task export refuses what it cannot export, and says what it expects", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file"), twin = join(folder, "04_batching.ipynb");
    await Deno.writeTextFile(file, "");
    await withPictures(twin);
    const chapter = "notebooks/04_batching.ipynb";
    const wrong: [string[], RegExp][] = [
      [["--to", "pdf"], /--to: expected html or slides, found pdf/],
      [["notebooks/nothing.ipynb"], /nothing\.ipynb: expected a notebook, found no such file/],
      [["--wrong"], /--wrong/],
      [[chapter, twin], /expected notebooks of different names, found two 04_batching\.ipynb/],
      [[chapter, "--out", file], /expected a folder that can be written to, .* with --out/],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = await command("", ...args);
      assert.equal(code, 1);
      assert.match(stderr, message);
    }
  }));
