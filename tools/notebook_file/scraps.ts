/**
 * The named results that a notebook recorded, in scrapbook's format: an output with the MIME type
 * below holds `{ name, data }`. Source: nteract/scrapbook, "scrapbook.models".
 *
 * @module
 */

import { SCRAP_MIME } from "../../lib/notebook/record.ts";
import { codeCells, type Notebook } from "./notebook.ts";
import { isObject, type Json } from "../support/json.ts";

/** What a notebook recorded. */
export interface Recorded {
  /** The data set that the notebook loaded first, if it records it. */
  data: string | null;
  /** The results by name; of two with the same name the later. */
  scraps: { [name: string]: Json };
}

/** Reads the recorded results from the outputs of a notebook. */
export function recordedIn(notebook: Notebook): Recorded {
  const scraps = new Map<string, Json>();
  for (const cell of codeCells(notebook)) {
    for (const output of cell.outputs) {
      if (output.output_type !== "display_data" && output.output_type !== "execute_result") {
        continue;
      }
      const scrap = output.data[SCRAP_MIME];
      if (!isObject(scrap) || typeof scrap.name !== "string") continue;
      // An exercise may load other data than the chapter.
      if (scrap.name === "data" && scraps.has("data")) continue;
      scraps.set(scrap.name, scrap.data ?? null);
    }
  }
  const data = scraps.get("data");
  scraps.delete("data");
  return { data: typeof data === "string" ? data : null, scraps: Object.fromEntries(scraps) };
}
