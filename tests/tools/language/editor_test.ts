/** The filter between JupyterLab's editor and `deno lsp`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Diagnostic } from "vscode-languageserver-types";
import { projectPath } from "../../../lib/support/paths.ts";
import { EditorFilter } from "../../../tools/language/editor.ts";
import { nested } from "../../../tools/language/nesting.ts";
import { LanguageServer } from "../../../tools/language/server.ts";
import { codeCells, readNotebook, sourceText } from "../../../tools/notebook_file/notebook.ts";

Deno.test("nesting: a name declared again opens a block, and nothing else moves", () => {
  assert.equal(nested("const a = 1;\nb;"), "const a = 1;\nb;\nexport {};\n");
  assert.equal(
    nested("const a = 1;\n\nconst a = 2;\na;"),
    "const a = 1;\n{\nconst a = 2;\na;}\nexport {};\n",
  );
  assert.equal(
    nested('import { x } from "m";\nlet a; let a;\nimport { x } from "m";\nimport { y } from "m";'),
    'import { x } from "m";\nlet a;{let a;\n                      \n                      }' +
      '\nimport { y } from "m";\nexport {};\n',
  );
  // Several signatures of one function are one function.
  const overloads =
    "function f(a: 1): 1;\nfunction f(a: 2): 2;\nfunction f(a: number) { return a; }";
  assert.equal(nested(overloads), `${overloads}\nexport {};\n`);
  assert.equal(nested("const = ;"), undefined);
});

/** The errors that an editor shows for a text. */
async function shown(server: LanguageServer, uri: string, text: string): Promise<string[]> {
  const filter = new EditorFilter();
  const opened = filter.forServer({
    jsonrpc: "2.0",
    method: "textDocument/didOpen",
    params: { textDocument: { uri, text } },
  });
  server.write(uri, opened.params?.textDocument?.text ?? "");
  const diagnostics: Diagnostic[] = await server.diagnose(uri) ?? [];
  server.close(uri);
  const published = filter.forEditor({
    jsonrpc: "2.0",
    method: "textDocument/publishDiagnostics",
    params: { uri, diagnostics },
  });
  return (published.params?.diagnostics ?? []).map(({ range, message }) =>
    `${range.start.line}: ${message}`
  );
}

Deno.test("editor: wrong shapes are underlined, names declared again are not", async () => {
  const root = pathToFileURL(projectPath(".") + "/");
  const server = await LanguageServer.start(root);
  try {
    let documents = 0;
    const errors = (text: string) =>
      shown(server, new URL(`notebooks/$editor_${documents++}.ts`, root).href, text);
    const text =
      'import { zeros } from "mnist";\nconst x = zeros([784]);\nconst W = zeros([784, 50]);';
    assert.deepEqual(await errors(`${text}\nx.dot(W);`), []);
    assert.deepEqual(await errors(`${text}\nx.dot(zeros([50, 100]));`), [
      "3: dot: inner dimensions differ, 784 and 50",
    ]);
    // From the second declaration on, the name has the second type.
    assert.deepEqual(
      await errors(`${text}\nconst x = zeros([50]);\nx.dot(W);`),
      ["4: dot: inner dimensions differ, 50 and 784"],
    );
    assert.deepEqual(await errors(`${text}\nsetByAnEarlierRun;`), []);
    assert.deepEqual(await errors('import { misspelt } from "mnist";'), [
      '0: "mnist" has no export named misspelt',
    ]);
    // While a line is typed, only what is wrong with the line itself.
    const typing = await errors(`${text}\nconst x = 1;\nx.dot(`);
    assert.ok(typing.every((error) => error.startsWith("4:")), typing.join("\n"));

    const names = Array.from(Deno.readDirSync(projectPath("notebooks")), ({ name }) => name);
    for (const name of names.filter((name) => name.endsWith(".ipynb"))) {
      const notebook = await readNotebook(projectPath(join("notebooks", name)));
      const cells = codeCells(notebook).map(sourceText).join("\n\n\n");
      assert.deepEqual(await errors(cells), [], name);
    }
  } finally {
    server.stop();
  }
});
