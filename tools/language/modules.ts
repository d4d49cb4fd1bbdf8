/**
 * The cells of a kernel as TypeScript modules, so that a language server knows what the kernel knows.
 *
 * Each cell is one module. Its first line imports every name that it uses from the module that
 * declared the name last; its end exports its own names. So a name may be declared again, cells may
 * run in any order and more than once, and what was made from an old value keeps the old type, as in
 * the kernel.
 *
 * A module is identified by its text. A cell that runs again unchanged, on unchanged names, keeps its
 * module and is not checked again.
 *
 * @module
 */

import { declaredNames, freeNames, guessedNames, type Names, type Use } from "./names.ts";

/** The lines of a module before the cell's own. */
export const HEAD_LINES = 1;

/** A cell as a module. */
export interface CellModule {
  /** The address of the file that it would be, in the notebook's folder; it is never written. */
  readonly uri: string;
  readonly text: string;
  /** The cell itself. */
  readonly code: string;
  /** The modules that it imports from. */
  readonly imports: ReadonlySet<CellModule>;
}

/** Where a name comes from. */
type Binding = { readonly module: CellModule; readonly use: Use };

/** The modules of one kernel. */
export class CellModules {
  readonly #folder: string;
  readonly #byText = new Map<string, CellModule>();
  /** The names that the kernel knows. */
  readonly #bindings = new Map<string, Binding>();
  /** The names that it will know when the cells of the file have run. */
  readonly #expected = new Map<string, Binding>();
  #count = 0;

  /** @param folder the notebook's folder as a URL that ends in a slash; relative imports start there. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The modules that names or other modules still refer to. */
  get all(): Iterable<CellModule> {
    return this.#byText.values();
  }

  /**
   * Adds a cell that the kernel runs now.
   *
   * @returns its module and the modules that nothing refers to any more; undefined for a cell that
   * cannot be parsed, which the kernel does not run either.
   */
  run(code: string): { module: CellModule; isNew: boolean; gone: CellModule[] } | undefined {
    return this.#add(code, this.#bindings);
  }

  /** Adds a cell of the file that has not run yet. */
  expect(code: string): { module: CellModule; isNew: boolean } | undefined {
    return this.#add(code, this.#expected);
  }

  #add(code: string, bindings: Map<string, Binding>) {
    const names = declaredNames(code);
    if (!names) return undefined;
    const free = freeNames(code);
    const isFree = (name: string) => free?.has(name) ?? true;
    const { text, imports } = this.#moduleText(code, names, bindings, isFree);
    const known = this.#byText.get(text);
    const uri = `${this.#folder}$cell_${this.#count}.ts`;
    const module = known ?? { uri, text, code, imports };
    if (!known) this.#count++;
    this.#byText.set(text, module);
    for (const [name, use] of names.uses) {
      // A type leaves a value of the same name as it is, at run time.
      const isValue = (bindings.get(name)?.use ?? "type") !== "type";
      if (use !== "type" || !isValue) bindings.set(name, { module, use });
    }
    return { module, isNew: !known, gone: this.#collect(module) };
  }

  /** The module of a cell that is being written. */
  draft(code: string, cursor: number): string {
    // What is being typed is mostly not a program yet; with a name at the cursor it may be one.
    const names = declaredNames(code.slice(0, cursor) + "$" + code.slice(cursor)) ??
      declaredNames(code) ?? guessedNames(code);
    const bindings = new Map([...this.#expected, ...this.#bindings]);
    return this.#moduleText(code, names, bindings, () => true).text;
  }

  #moduleText(
    code: string,
    names: Names,
    bindings: ReadonlyMap<string, Binding>,
    isWanted: (name: string) => boolean,
  ): { text: string; imports: Set<CellModule> } {
    const imports = new Set<CellModule>();
    const head: string[] = [];
    for (const [name, { module, use }] of bindings) {
      if (names.uses.has(name) || !isWanted(name)) continue;
      imports.add(module);
      const from = JSON.stringify(module.uri.replace(this.#folder, "./"));
      // An imported name cannot be assigned to.
      if (use === "variable") head.push(`declare let ${name}: typeof import(${from}).${name};`);
      else head.push(`import { ${clause(name, use)} } from ${from};`);
    }
    const exports = Array.from(names.uses)
      .filter(([name]) => !names.exported.has(name))
      .map(([name, use]) => clause(name, use));
    return { text: `${head.join(" ")}\n${code}\n;export { ${exports.join(", ")} };\n`, imports };
  }

  /** Forgets the modules that neither a name nor another module refers to. */
  #collect(last: CellModule): CellModule[] {
    const seen = new Set<CellModule>();
    const visit = (module: CellModule) => {
      if (seen.has(module)) return;
      seen.add(module);
      module.imports.forEach(visit);
    };
    visit(last);
    for (const bindings of [this.#bindings, this.#expected]) {
      for (const { module } of bindings.values()) visit(module);
    }
    const gone = [...this.#byText.values()].filter((module) => !seen.has(module));
    for (const module of gone) this.#byText.delete(module.text);
    return gone;
  }
}

function clause(name: string, use: Use): string {
  return use === "type" ? `type ${name}` : name;
}
