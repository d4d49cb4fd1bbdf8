/**
 * The settings of every `deno lsp` that the course starts.
 *
 * @module
 */

import type { JsonObject } from "../support/json.ts";

/** Settings of `deno lsp`, section `deno`. */
export const SETTINGS: JsonObject = {
  enable: true,
  lint: false,
  cacheOnSave: false,
  // By default the server reads every file of the folder before its first answer.
  documentPreloadLimit: 0,
  suggest: { autoImports: true, paths: false, imports: { autoDiscover: false, hosts: {} } },
};
