/**
 * How an output reaches a person: as a Jupyter message from a notebook's cell, or as printed text
 * anywhere else.
 */

/** One output in several forms, by MIME type: the front end shows the richest one it knows. */
export interface MimeBundle {
  /** What a terminal and a screen reader get. Every output has it. */
  "text/plain": string;
  [mime: string]: string | object;
}

/** An output as Jupyter's `display_data` message carries it. */
export interface Output {
  data: MimeBundle;
  /** By MIME type, as nbformat has it: the width, height and text alternative of a picture. */
  metadata?: Record<string, unknown>;
}

/** Where an output goes when it is not a new one at the end of the cell. */
export interface SendOptions {
  /** Names the output, so that a later `update` finds it, in whichever cell it stands. */
  displayId?: string;
  /** Replaces every output of that `displayId` instead of adding one. */
  update?: boolean;
}

type Broadcast = typeof Deno.jupyter.broadcast;

/** The kernel's way out, or undefined outside a notebook (where `Deno.jupyter` throws). */
function findBroadcast(): Broadcast | undefined {
  if (typeof Deno === "undefined") return undefined;
  try {
    return Deno.jupyter.broadcast;
  } catch {
    return undefined;
  }
}

const broadcast = findBroadcast();

/** True in a cell of a notebook on Deno's kernel. */
export const inNotebook: boolean = broadcast !== undefined;

/**
 * Milliseconds for which a cell's newest output is none that will be updated.
 *
 * When a cell runs again, VS Code notices late that its old outputs are gone (after 50 ms on a
 * quiet machine, in the worst case seen after 2.4 s on a very busy one), and then forgets the name
 * of the newest output, which is one of the new ones by then. What is forgotten stands still: a bar
 * at 0 %, a chart with its first points.
 */
export const SETTLED = 1000;

/** Characters that the kernel sends in a millisecond, at least. */
const PACE = 25_000;

/** When the kernel will have sent what it was handed, on the clock of `performance.now()`. */
let clearAt = 0;

/**
 * Hands an output to the kernel, or prints its text outside a notebook.
 *
 * It is `broadcast` and not `Deno.jupyter.display`, because only that one takes metadata, and
 * because it leaves during a loop that never yields, where `display` waits for the loop's end.
 */
export function send(output: Output, options: SendOptions = {}): void {
  if (broadcast === undefined) {
    if (output.data["text/plain"] !== "") console.log(output.data["text/plain"]);
    return;
  }
  const { displayId, update = false } = options;
  clearAt = Math.max(clearAt, performance.now());
  for (const part of Object.values(output.data)) {
    clearAt += (typeof part === "string" ? part : JSON.stringify(part)).length / PACE;
  }
  void broadcast(update ? "update_display_data" : "display_data", {
    data: output.data,
    metadata: output.metadata ?? {},
    transient: displayId === undefined ? {} : { display_id: displayId },
  });
}

/**
 * Resolves when what was sent has left the kernel.
 *
 * The kernel signs and sends outputs on a thread of its own and says "idle" without waiting for
 * them; a front end that hears it stops listening for this cell, and the output is lost. It tells
 * nobody when an output is out, so this waits for a time: of outputs of 2 MB, 1 in 4 was lost
 * without waiting, 1 in 20 after 5 ms and none of 40 after 10 ms; of short ones 1 in 100 without
 * waiting. Here they get 5 ms, and 40 ms a megabyte from the moment they were handed over: what
 * was sent a second ago is long out.
 */
export function drained(): Promise<void> {
  if (broadcast === undefined) return Promise.resolve();
  const milliseconds = 5 + Math.max(0, clearAt - performance.now());
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that is safe inside an HTML element and inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
