/** `playground`: a page to draw on, in the output of a cell. */
import { Model } from "../model/model.ts";
import { courseNetworks } from "../playground/course_networks.ts";
import { playgroundPage } from "../playground/page.ts";
import type { MimeBundle } from "../support/display.ts";
import { drained, escapeHtml, send } from "./output.ts";

/** The MIME type that marks a playground, from which a stored notebook gets a picture. */
export const PLAYGROUND_MIME = "application/vnd.mnist-course.playground+json";

/** The height until the page has measured itself, and where it cannot. */
const HEIGHT = 800;

/**
 * Displays a page on which one draws digits with a mouse, a pen, a finger or the keyboard, and
 * networks read them while one draws. The page needs neither the kernel nor a network: it still works
 * in a notebook that was saved or exported. `deno task playground` writes it to a file.
 *
 * @param own networks of your own, by the names in the list: the first one reads at first. Those of
 *   chapters 3, 7 and 9 are always in the list.
 * @throws RangeError for a network that does not take 784 pixels or does not end in a softmax over
 *   ten digits, TypeError for what is not a model.
 *
 * @example
 * ```ts
 * import { layers, playground, sequential } from "mnist";
 *
 * const output = layers.dense({ inputShape: [784], units: 10, activation: "softmax" });
 * await playground({ "not trained yet": sequential({ layers: [output] }) });
 * ```
 */
export async function playground(own: Readonly<Record<string, Model>> = {}): Promise<void> {
  if (own instanceof Model) {
    throw new TypeError(
      "playground: expected networks by name, found a model: write playground({ mine: model })",
    );
  }
  const networks = { ...own, ...await courseNetworks() };
  send(playgroundBundle(await playgroundPage(networks), Object.keys(networks)));
  await drained();
}

/**
 * A playground as an output. It is in a frame: what is typed there does not reach the notebook, and
 * neither changes the style of the other.
 */
export function playgroundBundle(page: string, names: readonly string[]): MimeBundle {
  const alt = `A canvas to draw digits on, read by ${names.join("; ")}. Without a notebook, ` +
    "deno task playground writes it to a file that any browser opens.";
  return {
    "text/html": `<iframe title="Playground: draw a digit" srcdoc="${escapeHtml(page)}" ` +
      `style="display:block;width:100%;height:${HEIGHT}px;border:0"></iframe>`,
    "text/plain": alt,
    [PLAYGROUND_MIME]: { alt },
  };
}
