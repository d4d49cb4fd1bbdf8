/** Operates a notebook in a browser as a user does, in each of Jupyter's front ends. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Notebook } from "../../tools/notebook_file/notebook.ts";
import { parseNotebook } from "../../tools/notebook_file/notebook.ts";
import { jupyterFolder, prepareJupyterFolder } from "../../tools/kernelspec/jupyter_folder.ts";
import { writeKernelSpec } from "../../tools/kernelspec/kernelspec.ts";
import type { Server } from "../../tools/lab/jupyter.ts";
import { RunningServer } from "../../tools/lab/serve.ts";
import { writeTemplates } from "../../tools/kernelspec/templates.ts";
import { TYPE_ERRORS_MIME } from "../../tools/language/answers.ts";
import { launchChromium } from "../../tools/support/chromium.ts";
import type { Browser, Page } from "../../tools/support/playwright.ts";
import { machine } from "./machine.ts";

/** The folder of tested notebooks and screenshots; git ignores it. */
export const RUNS = "runs/browser";

/** The size of a laptop's window. */
const VIEWPORT = { width: 1280, height: 900 };

/** What differs between the front ends: expressions and statements for the page. */
export interface Dialect {
  /** An expression: whether the notebook and its kernel are ready. */
  ready: string;
  /** An expression: the state of every code cell. */
  cells: string;
  /** An expression: whether the kernel is idle. */
  resting: string;
  /** An expression: the notebook as it would be saved. */
  content: string;
  /** Removes all outputs and counts. */
  clear: string;
  runAll: string;
  restartAndRunAll: string;
  save: string;
  shutDown: string;
  /** The selector of the Stop button. */
  stop: string;
  /** Selects the cell with an index, and runs it. */
  runCell(index: number): string;
  /** The selector of the text field for answers to `prompt()`. */
  question: string;
  /** The selector of the elements with the outputs of a cell. */
  outputs: string;
}

/** JupyterLab and Notebook 7 are made of the same parts. */
export const LAB: Dialect = {
  ready: `(() => {
    const panel = globalThis.jupyterapp?.shell.currentWidget;
    return panel?.context?.isReady && panel.sessionContext?.isReady &&
      panel.sessionContext.session?.kernel?.connectionStatus === "connected" &&
      panel.sessionContext.session.kernel.status === "idle";
  })()`,
  cells: `jupyterapp.shell.currentWidget.content.widgets
    .filter((cell) => cell.model.type === "code" && cell.model.sharedModel.getSource().trim() !== "")
    .map((cell) => ({ prompt: cell.model.executionState === "running"
      ? "*" : String(cell.model.executionCount ?? ""),
      failed: cell.model.sharedModel.outputs.some((o) => o.output_type === "error") }))`,
  resting: `jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === "idle"`,
  content: `JSON.stringify(jupyterapp.shell.currentWidget.content.model.toJSON())`,
  clear: `jupyterapp.commands.execute("notebook:clear-all-cell-outputs")`,
  runAll: `void jupyterapp.commands.execute("notebook:run-all-cells")`,
  restartAndRunAll: `void jupyterapp.commands.execute("notebook:restart-run-all")`,
  save: `jupyterapp.commands.execute("docmanager:save")`,
  shutDown: `jupyterapp.shell.currentWidget.sessionContext.shutdown()`,
  stop: `[data-command="notebook:interrupt-kernel"]`,
  runCell: (index) =>
    `(() => {
    jupyterapp.shell.currentWidget.content.activeCellIndex = ${index};
    void jupyterapp.commands.execute("notebook:run-cell");
  })()`,
  question: ".jp-Stdin-input",
  outputs: ".jp-Cell .jp-OutputArea",
};

/**
 * A cell has run when the kernel has replied and is idle. The count beside the cell comes with the
 * reply, which on a busy machine can arrive before the outputs of several cells.
 */
const CLASSIC: Dialect = {
  ready: `globalThis.Jupyter?.notebook?._fully_loaded && Jupyter.notebook.kernel?.is_connected() &&
    Jupyter.notebook.kernel.info_reply.implementation !== undefined`,
  cells: `Jupyter.notebook.get_cells()
    .filter((cell) => cell.cell_type === "code" && cell.get_text().trim() !== "")
    .map((cell) => ({ cell, message: Jupyter.notebook.kernel._msg_callbacks[cell.last_msg_id] }))
    .map(({ cell, message }) => ({
      prompt: message && !(message.shell_done && message.iopub_done)
        ? "*" : String(cell.input_prompt_number ?? "").trim(),
      failed: cell.output_area.outputs.some((o) => o.output_type === "error") }))`,
  resting: `!Jupyter.notebook.kernel_busy`,
  content: `JSON.stringify(Jupyter.notebook.toJSON())`,
  clear: `Jupyter.notebook.clear_all_output()`,
  runAll: `Jupyter.notebook.execute_all_cells()`,
  restartAndRunAll: `void Jupyter.notebook.restart_run_all({ confirm: false })`,
  save: `Jupyter.notebook.save_notebook()`,
  shutDown: `new Promise((resolve) => Jupyter.notebook.session.delete(resolve, resolve))`,
  stop: `[data-jupyter-action="jupyter-notebook:interrupt-kernel"]`,
  runCell: (index) => `Jupyter.notebook.execute_cells([${index}])`,
  question: ".raw_input",
  outputs: ".cell .output",
};

/** A Jupyter server and a browser, for several tests. */
export class Bench {
  private constructor(
    readonly server: Server,
    readonly running: RunningServer,
    readonly browser: Browser,
  ) {}

  /** @param types whether kernels have types, as students' have; without them, tests are quicker. */
  static async start(server: Server, types = true): Promise<Bench> {
    await prepareJupyterFolder();
    await writeKernelSpec();
    await writeTemplates(jupyterFolder());
    await Deno.mkdir(join(machine.project, RUNS), { recursive: true });
    const expose = server.kind === "lab"
      ? ["--LabApp.expose_app_in_browser=True"]
      : server.kind === "notebook"
      ? ["--JupyterNotebookApp.expose_app_in_browser=True"]
      : [];
    const running = await RunningServer.start({ ...server, args: [...server.args, ...expose] }, {
      machine,
      ip: "127.0.0.1",
      port: 18888 + Math.floor(Math.random() * 10_000),
      orNext: true,
      browser: false,
      page: RUNS,
      env: types ? {} : { MNIST_TYPES: "off" },
    });
    try {
      const browser = await launch();
      return new Bench(server, running, browser);
    } catch (error) {
      await running.end();
      throw error;
    }
  }

  /** Opens a notebook, given by its path in the project, and waits until its kernel is ready. */
  async open(path: string): Promise<OpenNotebook> {
    const page = await this.browser.newPage({ viewport: VIEWPORT });
    const { origin, searchParams } = new URL(this.running.url);
    // A new workspace: in another one, JupyterLab opens the tabs of the last time, too.
    const folder = this.server.kind === "lab"
      ? `lab/workspaces/${crypto.randomUUID()}/tree`
      : "notebooks";
    await page.goto(`${origin}/${folder}/${path}?token=${searchParams.get("token")}`);
    const dialect = this.server.kind === "classic" ? CLASSIC : LAB;
    await page.waitForFunction(dialect.ready, undefined, { timeout: 60_000 });
    return new OpenNotebook(page, dialect, path);
  }

  /** The file that the export menu makes of a notebook, given by its path in the project. */
  async exported(format: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
    const { origin, searchParams } = new URL(this.running.url);
    const response = await fetch(`${origin}/nbconvert/${format}/${path}?download=true`, {
      headers: { Authorization: `token ${searchParams.get("token")}` },
    });
    assert.equal(response.status, 200, `${format}: ${path}`);
    return await response.bytes();
  }

  async end(): Promise<void> {
    await this.browser.close();
    await this.running.end();
  }
}

/** Starts the browser. On a busy machine Chromium now and then hangs at its start. */
async function launch(): Promise<Browser> {
  for (let attempt = 1;; attempt++) {
    try {
      return await launchChromium("the browser tests");
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

/** What the page shows of the outputs of a cell. */
export interface Drawn {
  height: number;
  /** The beginning of their text. */
  text: string;
  /** How many pictures the browser could not draw. */
  brokenImages: number;
  /** How many interactive figures are empty. */
  emptyFigures: number;
}

/** A notebook open in a page. */
export class OpenNotebook {
  readonly #dialect: Dialect;

  constructor(readonly page: Page, dialect: Dialect, readonly path: string) {
    this.#dialect = dialect;
  }

  /** The text in the brackets of every code cell that is not empty: `3`, `*` or nothing. */
  async prompts(): Promise<string[]> {
    const cells = await this.page.evaluate<{ prompt: string }[]>(this.#dialect.cells);
    return cells.map(({ prompt }) => prompt);
  }

  /** Starts every cell, in order. */
  async startAll(): Promise<void> {
    await this.page.evaluate(this.#dialect.runAll);
  }

  /** Runs every cell and waits until all have run, or one has failed. */
  async runAll(seconds = 120): Promise<void> {
    await this.page.evaluate(this.#dialect.clear);
    await this.startAll();
    await this.#allRan(seconds);
  }

  /** Adds a code cell at the end, in JupyterLab and Notebook 7, and returns its index. */
  async addCell(source: string): Promise<number> {
    return await this.page.evaluate<number>(`(() => {
      const { sharedModel } = jupyterapp.shell.currentWidget.content.model;
      sharedModel.addCell({ cell_type: "code", source: ${JSON.stringify(source)} });
      return sharedModel.cells.length - 1;
    })()`);
  }

  /** Starts the cell with an index that counts cells of all kinds. */
  async startCell(index: number): Promise<void> {
    await this.page.evaluate(this.#dialect.runCell(index));
  }

  /** Waits until the code cell with an index has run for half a second. */
  async running(index: number): Promise<void> {
    await this.page.waitForFunction(
      `${this.#dialect.cells}[${index}].prompt === "*" && !(${this.#dialect.resting})`,
      undefined,
      { timeout: 30_000 },
    );
    await this.page.waitForTimeout(500);
  }

  /** Waits until the kernel has been busy for half a second. */
  async busy(): Promise<void> {
    await this.page.waitForFunction(`!(${this.#dialect.resting})`, undefined, { timeout: 30_000 });
    await this.page.waitForTimeout(500);
  }

  /** Restarts the kernel, runs every cell and waits for the end. */
  async restartAndRunAll(seconds = 120): Promise<void> {
    await this.page.evaluate(this.#dialect.restartAndRunAll);
    if (this.#dialect === LAB) await this.page.click(".jp-Dialog .jp-mod-accept");
    // The counts of the last run remain until the new kernel starts to count.
    await this.page.waitForFunction(
      `${this.#dialect.cells}.some(({ prompt }) => prompt === "*" || prompt === "")`,
      undefined,
      { timeout: 30_000 },
    );
    await this.#allRan(seconds);
  }

  async #allRan(seconds: number): Promise<void> {
    const { cells, resting } = this.#dialect;
    await this.page.waitForFunction(
      `${resting} && (${cells}.every(({ prompt }) => /^\\d+$/.test(prompt)) ||
        ${cells}.some(({ failed }) => failed))`,
      undefined,
      { timeout: seconds * 1000, polling: 50 },
    );
  }

  /** Runs one cell after the other, also after one that fails, in JupyterLab and Notebook 7. */
  async runEach(): Promise<void> {
    await this.page.evaluate(`(async () => {
      const { content } = jupyterapp.shell.currentWidget;
      for (let i = 0; i < content.widgets.length; i++) {
        content.deselectAll();
        content.activeCellIndex = i;
        await jupyterapp.commands.execute("notebook:run-cell");
      }
    })()`);
  }

  /** Waits until no cell runs and the kernel is idle. */
  async idle(seconds: number): Promise<void> {
    const { cells, resting } = this.#dialect;
    await this.page.waitForFunction(
      `${resting} && ${cells}.every(({ prompt }) => prompt !== "*")`,
      undefined,
      { timeout: seconds * 1000, polling: 50 },
    );
  }

  /** Presses the Stop button. */
  async stop(): Promise<void> {
    await this.page.locator(this.#dialect.stop).first().click();
  }

  /** Waits until a cell asks a question. */
  async asked(): Promise<void> {
    await this.page.locator(this.#dialect.question).first().waitFor({ timeout: 30_000 });
  }

  /** Answers the question of a cell. */
  async answer(text: string): Promise<void> {
    await this.asked();
    const box = this.page.locator(this.#dialect.question).first();
    await box.fill(text);
    await box.press("Enter");
  }

  /** The notebook as the page has it, outputs included. */
  async content(): Promise<Notebook> {
    return parseNotebook(await this.page.evaluate<string>(this.#dialect.content), this.path);
  }

  /** Saves the notebook in place. */
  async save(): Promise<void> {
    await this.page.evaluate(this.#dialect.save);
  }

  /** Scrolls through the notebook and returns what the page shows of the outputs of each cell. */
  async drawnCells(): Promise<Drawn[]> {
    await this.page.bringToFront(); // a page behind another one draws nothing
    return await this.page.evaluate<Drawn[]>(`(async () => {
      const drawn = [];
      const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
      // Without a limit, a page that draws nothing would be waited for without end.
      const frame = () => Promise.race([new Promise(requestAnimationFrame), pause(5000)]);
      for (const output of document.querySelectorAll(${JSON.stringify(this.#dialect.outputs)})) {
        if (!output.querySelector(".jp-OutputArea-child, .output_area")) continue;
        output.scrollIntoView({ block: "center" });
        // Figures are drawn when they become visible.
        await frame();
        await pause(20);
        const images = Array.from(output.querySelectorAll("img"));
        const figures = Array.from(output.querySelectorAll(".js-plotly-plot"));
        drawn.push({
          height: output.getBoundingClientRect().height,
          text: output.textContent.slice(0, 200),
          brokenImages: images.filter((image) => image.naturalWidth === 0).length,
          emptyFigures: figures.filter((figure) => !figure.querySelector("svg.main-svg")).length,
        });
      }
      return drawn;
    })()`);
  }

  /** Saves a screenshot. */
  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(machine.project, RUNS, `${name}.png`) });
  }

  /** Ends the kernel, which would continue without the page. */
  async shutDown(): Promise<void> {
    await this.page.evaluate(this.#dialect.shutDown);
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

/**
 * Fails if an output is not visible: every picture is drawn, every figure has its lines, and the
 * outputs of a cell are at least as high as a line of text.
 */
export async function assertDrawn(open: OpenNotebook): Promise<void> {
  const cells = await open.drawnCells();
  assert.ok(cells.length > 0, "expected outputs, found none");
  for (const cell of cells) {
    assert.equal(cell.brokenImages, 0, `expected pictures, found broken ones: ${cell.text}`);
    assert.equal(cell.emptyFigures, 0, `expected figures, found empty ones: ${cell.text}`);
    assert.ok(cell.height >= 10, `expected a visible output, found nothing: ${cell.text}`);
  }
}

/** Fails if a cell has an error, with the cell and the error. */
export function assertNoErrors(notebook: Notebook): void {
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "code") continue;
    for (const output of cell.outputs) {
      if ("data" in output) {
        const found = output.data[TYPE_ERRORS_MIME];
        assert.equal(found, undefined, `cell ${cell.id}: type errors ${JSON.stringify(found)}`);
      }
      assert.notEqual(
        output.output_type,
        "error",
        `cell ${cell.id}: expected no error, found ${JSON.stringify(output)}`,
      );
    }
  }
}
