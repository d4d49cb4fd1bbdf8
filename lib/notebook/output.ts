/**
 * How outputs leave a program: as Jupyter messages from a notebook's cell, or as printed text
 * anywhere else. Both are channels, and {@linkcode useChannel} puts another one in their place.
 */
import { type MimeBundle, splitMetadata } from "../support/display.ts";
import { printable } from "../support/printable.ts";

/** Where an output goes when it is not a new one at the end of the cell. */
export interface SendOptions {
  /** Names the output, so that a later `update` finds it in any cell. */
  displayId?: string;
  /** Replaces every output of that `displayId` instead of adding one. */
  update?: boolean;
}

/** A way for outputs to reach a person. */
export interface OutputChannel {
  /** True where HTML with scripts runs and outputs can be updated in place. */
  readonly isRich: boolean;
  /** Sends an output without waiting. */
  send(bundle: MimeBundle, options: SendOptions): void;
  /** Resolves when everything that was sent has arrived. */
  drained(): Promise<void>;
}

/** Sends a message to the front ends of a kernel, as `Deno.jupyter.broadcast` does. */
export type Broadcast = (type: string, content: Record<string, unknown>) => unknown;

/** Characters that the kernel sends in a millisecond, at least. */
const PACE = 25_000;

/**
 * The channel of a notebook.
 *
 * It uses `broadcast` and not `Deno.jupyter.display`, because only `broadcast` takes metadata, and
 * because it sends during a loop that never yields, where `display` waits for the end of the loop.
 *
 * The kernel sends outputs on another thread and reports "idle" without waiting for them. A front
 * end that hears "idle" stops listening for this cell, and the output is lost. Nothing says when an
 * output has been sent, so `drained` waits for a time: of outputs of 2 MB, 1 in 4 was lost without
 * waiting, 1 in 20 after 5 ms and none of 40 after 10 ms; of short ones 1 in 100 without waiting.
 * It waits 5 ms, and 40 ms a megabyte from the moment of sending.
 */
export function jupyterChannel(broadcast: Broadcast): OutputChannel {
  /** When the kernel will have sent everything, on the clock of `performance.now()`. */
  let clearAt = 0;
  return {
    isRich: true,
    send(bundle, { displayId, update = false }) {
      const { data, metadata = {} } = splitMetadata(bundle);
      clearAt = Math.max(clearAt, performance.now());
      for (const part of Object.values(data)) {
        clearAt += (typeof part === "string" ? part : JSON.stringify(part)).length / PACE;
      }
      void broadcast(update ? "update_display_data" : "display_data", {
        data,
        metadata,
        transient: displayId === undefined ? {} : { display_id: displayId },
      });
    },
    drained() {
      const milliseconds = 5 + Math.max(0, clearAt - performance.now());
      return new Promise((resolve) => setTimeout(resolve, milliseconds));
    },
  };
}

/** The channel of a plain program: prints the text of each output, control characters escaped. */
export const terminalChannel: OutputChannel = {
  isRich: false,
  send(bundle) {
    const text = bundle["text/plain"];
    if (text !== "") console.log(printable(text));
  },
  drained: () => Promise.resolve(),
};

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
let channel = broadcast === undefined ? terminalChannel : jupyterChannel(broadcast);

/** Sends all outputs through another channel from now on, and returns the one used before. */
export function useChannel(next: OutputChannel): OutputChannel {
  const before = channel;
  channel = next;
  return before;
}

/** True where HTML with scripts runs and outputs can be updated in place: in a notebook. */
export function isRich(): boolean {
  return channel.isRich;
}

/** Sends an output without waiting. */
export function send(bundle: MimeBundle, options: SendOptions = {}): void {
  channel.send(bundle, options);
}

/** Resolves when everything that was sent has arrived. */
export function drained(): Promise<void> {
  return channel.drained();
}

/**
 * Milliseconds in which a cell's newest output must not be one that will be updated.
 *
 * When a cell runs again, VS Code removes its old outputs late (after 50 ms on a quiet machine,
 * after 2.4 s in the worst case seen on a very busy one), and then forgets the id of the newest
 * output, which may be a new one by then. That output is no longer updated: a bar stays at 0 %, a
 * chart keeps its first points.
 */
export const SETTLED = 1000;

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
