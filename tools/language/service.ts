/**
 * What a language server knows of the cells of one notebook: the type of the name at the cursor, what
 * may be typed there, and the type errors of a cell that runs.
 *
 * The server is a child process that takes memory. It starts in the background, is restarted when it
 * crashes, and is ended when it was not needed for a while; cells never wait for it to start.
 *
 * @module
 */

import { type CellModule, CellModules } from "./modules.ts";
import {
  type CellTypeError,
  importText,
  isImport,
  isNamePart,
  type Known,
  markdownOf,
  nameAt,
  positionOf,
  readErrors,
  readHover,
  readSignature,
  readSuggestions,
  type Suggestion,
  withoutAlias,
} from "./reading.ts";
import { LanguageServer } from "./server.ts";

/** How the service is set up. */
export interface LanguageServiceOptions {
  /** The folder of deno.json, as a URL that ends in a slash. */
  readonly root: URL;
  /** The folder of the notebook, likewise. */
  readonly folder: URL;
  /** Milliseconds without a question or a cell after which the server is ended: a minute. */
  readonly idle?: number;
}

/** Modules that are checked in advance: the first ones take ten times as long as later ones. */
const REHEARSALS = 3;

/** Makes the server read the types of `lib` and list the members of a tensor. */
const WARM_UP = 'import { tensor } from "mnist";\ntensor([1]).';

/** Failed starts in a row after which no further start is tried. */
const MAX_CRASHES = 3;

/** Answers questions about the cells of one notebook. */
export class LanguageService {
  readonly #root: URL;
  readonly #idle: number;
  readonly #modules: CellModules;
  readonly #draft: string;
  readonly #errors = new WeakMap<CellModule, Promise<CellTypeError[]>>();
  #server: Promise<LanguageServer | undefined> | undefined;
  #current: LanguageServer | undefined;
  #isReady = false;
  #crashes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** Starts nothing yet. */
  constructor({ root, folder, idle = 60_000 }: LanguageServiceOptions) {
    this.#root = root;
    this.#idle = idle;
    this.#modules = new CellModules(folder.href);
    this.#draft = new URL("$draft.ts", folder).href;
  }

  /** Whether the server is warm and answers quickly. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** The process id of the server, while there is one. */
  async pid(): Promise<number | undefined> {
    return (await this.#server)?.pid;
  }

  /**
   * Starts the server and makes it read what the notebook's cells use, so that their names are known
   * before they run.
   *
   * @param cells the code of the cells of the file, in order.
   */
  async warmUp(cells: readonly string[] = []): Promise<void> {
    for (const code of cells) this.#modules.expect(code);
    await this.#start();
  }

  /** Takes a cell that the kernel runs now, and gives its type errors. */
  async run(code: string): Promise<CellTypeError[]> {
    const ran = this.#modules.run(code);
    if (!ran) return [];
    const { module, isNew, gone } = ran;
    const server = await this.#start();
    if (server === undefined) return [];
    for (const { uri } of gone) server.close(uri);
    if (isNew) server.write(module.uri, module.text);
    return await this.#errorsOf(server, module);
  }

  /** The declaration and the documentation of the name, or of the call, at the cursor. */
  inspect(code: string, cursor: number): Promise<Known | undefined> {
    return this.#inTurn(async (server) => {
      server.write(this.#draft, this.#modules.draft(code, cursor));
      const isName = isNamePart(code[cursor]) || !isNamePart(code[cursor - 1]);
      const onName = isName ? cursor : cursor - 1;
      if (isNamePart(code[onName])) {
        const known = readHover(await server.hover(this.#draft, positionOf(code, onName)));
        if (known) return known;
        const imported = await this.#importable(server, code, onName);
        if (imported) return imported;
      }
      return readSignature(await server.signature(this.#draft, positionOf(code, cursor)));
    });
  }

  /** What may be typed at the cursor, and where the text that it replaces begins. */
  async complete(
    code: string,
    cursor: number,
  ): Promise<{ start: number; suggestions: Suggestion[] }> {
    const found = await this.#inTurn(async (server) => {
      server.write(this.#draft, this.#modules.draft(code, cursor));
      return await server.complete(this.#draft, positionOf(code, cursor));
    });
    return readSuggestions(found ?? [], code, cursor);
  }

  /** The import declaration for a name that the library exports; undefined for other names. */
  async importFor(name: string): Promise<string | undefined> {
    const known = await this.#inTurn((server) => {
      server.write(this.#draft, this.#modules.draft(name, name.length));
      return this.#importable(server, name, 0);
    });
    return known && importText(name);
  }

  /** Ends the server. It starts again when it is needed. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const server = this.#server;
    this.#forget();
    (await server)?.stop();
  }

  // ---- The server's life.

  /** The server, started if necessary; undefined when it cannot be started. */
  #start(): Promise<LanguageServer | undefined> {
    this.#postpone();
    return this.#server ??= this.#startNew();
  }

  /** Ends the server when nobody has used it for a while. */
  #postpone(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#isReady ? this.stop() : this.#postpone(), this.#idle);
    Deno.unrefTimer(this.#timer);
  }

  async #startNew(): Promise<LanguageServer | undefined> {
    if (this.#crashes >= MAX_CRASHES) return undefined;
    let server: LanguageServer;
    try {
      server = await LanguageServer.start(this.#root);
    } catch {
      this.#crashes++;
      this.#server = undefined;
      return undefined;
    }
    server.ended.then(() => {
      if (!this.#isCurrent(server)) return;
      this.#crashes++;
      this.#forget();
    });
    this.#current = server;
    for (const { uri, text } of this.#modules.all) server.write(uri, text);
    // The first answers of a new server are empty.
    const uri = this.#draft.replace("$draft", "$warm_up");
    server.write(uri, this.#modules.draft(WARM_UP, WARM_UP.length));
    await server.complete(uri, positionOf(WARM_UP, WARM_UP.length));
    await server.hover(uri, positionOf(WARM_UP, WARM_UP.indexOf("tensor([")));
    server.close(uri);
    this.#rehearse(server); // in the background
    return server;
  }

  #isCurrent(server: LanguageServer): boolean {
    return this.#current === server;
  }

  #forget(): void {
    this.#server = undefined;
    this.#current = undefined;
    this.#isReady = false;
  }

  async #rehearse(server: LanguageServer): Promise<void> {
    for (const module of [...this.#modules.all]) await this.#errorsOf(server, module);
    const uri = this.#draft.replace("$draft", "$rehearsal");
    for (let i = 0; i < REHEARSALS; i++) {
      server.write(uri, this.#modules.draft(`const rehearsal = ${i};`, 0));
      await server.diagnose(uri);
    }
    server.close(uri);
    if (!this.#isCurrent(server)) return;
    this.#isReady = true;
    this.#crashes = 0;
    this.#postpone();
  }

  /** Questions about the draft are answered one after the other. */
  #inTurn<T>(ask: (server: LanguageServer) => Promise<T>): Promise<T | undefined> {
    const answer = this.#turn.then(() => this.#start()).then((server) => server && ask(server));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  // ---- Reading the server's answers.

  #errorsOf(server: LanguageServer, module: CellModule): Promise<CellTypeError[]> {
    let errors = this.#errors.get(module);
    if (!errors) {
      errors = server.diagnose(module.uri).then((found) => {
        if (found !== null) return readErrors(found, module.code);
        this.#errors.delete(module); // no answer: ask again the next time
        return [];
      });
      this.#errors.set(module, errors);
    }
    return errors;
  }

  /** What is known of a name that is not imported yet but that the library exports. */
  async #importable(
    server: LanguageServer,
    code: string,
    on: number,
  ): Promise<Known | undefined> {
    const { name, end } = nameAt(code, on);
    const items = await server.complete(this.#draft, positionOf(code, end));
    const item = items.find((item) => item.label === name && isImport(item));
    if (!item) return undefined;
    const { detail = "", documentation } = await server.resolve(item);
    const declaration = withoutAlias(detail.replace(/^.*?from "mnist"\s*/s, ""));
    return {
      code: `${importText(name)}\n\n${declaration}`.trim(),
      docs: markdownOf(documentation),
    };
  }
}
