/** What an executed notebook says of its run, in its metadata under `mnist.run`. */
import type { Run } from "../../lib/notebook/runs.ts";
import { describe } from "../jupyter/failure.ts";
import { codeCells, type Notebook, sourceText } from "../notebook_file/notebook.ts";
import { parametersOf, type ParameterValue } from "../notebook_file/parameters.ts";
import { recordedIn } from "../notebook_file/scraps.ts";
import { isObject, type Json } from "../support/json.ts";
import {
  dataFilesHash,
  dataHash,
  shortHash,
  type Versions,
  versionsHere,
} from "./course_version.ts";
import type { Executed } from "./execute.ts";

/** What decides about the results of a run, beside chance and the machine. */
export interface Identity {
  versions: Versions;
  /** Hash of the small files that notebooks read. */
  files: string;
  /** The data set that `"auto"` stands for, or null where none is asked for. */
  data: string | null;
}

/** The identity of runs that start now. */
export async function identityHere(data: string | null): Promise<Identity> {
  const [versions, files] = await Promise.all([versionsHere(), dataFilesHash()]);
  return { versions, files, data };
}

/** The key of a run: another one after any change of code, library, data or version. */
export function keyOf(filled: Notebook, { versions, files, data }: Identity): string {
  const code = codeCells(filled).map(sourceText);
  const { deno, library } = versions;
  return shortHash(JSON.stringify({ code, deno, library, files, data }));
}

/** The parameters of a notebook by name, as far as they are written out. */
export function parameterValues(notebook: Notebook): Record<string, ParameterValue | null> {
  return Object.fromEntries(parametersOf(notebook).map(({ name, value }) => [name, value]));
}

/** The row of a run that came to its end, in success or failure. */
export async function describeRun(
  name: string,
  { notebook, failure, seconds, peakMemory }: Executed,
  identity?: Identity,
): Promise<Run> {
  const { data, scraps } = recordedIn(notebook);
  const known = identity ?? await identityHere(data);
  const parameters = parameterValues(notebook);
  const place = failure && `cell ${failure.cell} (${failure.id})`;
  return {
    key: keyOf(notebook, known),
    notebook: name,
    parameters,
    seed: typeof parameters.seed === "number" ? parameters.seed : null,
    ok: failure === null,
    ...failure && { error: `${place}: ${describe(failure)}`.slice(0, 1000) },
    recorded: withoutGaps(scraps),
    data,
    dataHash: await dataHash(data),
    versions: known.versions,
    date: new Date().toISOString(),
    seconds: Math.round(seconds * 1000) / 1000,
    peakMemory,
  };
}

type PlainJson = Run["recorded"][string];

function withoutGaps(scraps: { [name: string]: Json }): Record<string, PlainJson> {
  const text: Record<string, PlainJson> = JSON.parse(JSON.stringify(scraps));
  return text;
}

/** Writes the row of its run into the metadata of an executed notebook. */
export function setRunInfo(notebook: Notebook, run: Run): void {
  const { mnist } = notebook.metadata;
  notebook.metadata.mnist = {
    ...isObject(mnist) ? mnist : {},
    run: JSON.parse(JSON.stringify(run)),
  };
}

/** The row of its run in the metadata of an executed notebook, or undefined. */
export function runInfoOf(notebook: Notebook): Json | undefined {
  const { mnist } = notebook.metadata;
  return isObject(mnist) ? mnist.run : undefined;
}
