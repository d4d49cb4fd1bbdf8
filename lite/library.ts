/** What a cell of the browser's kernel imports, and how the kernel reaches into it. */
import * as mnist from "../lib/mod.ts";
import * as exercises from "../exercises/mod.ts";
import { useStdCsv } from "../lib/data/formats/std_csv.ts";
import { type Broadcast, type OutputChannel, useChannel } from "../lib/notebook/output.ts";
import { splitMetadata } from "../lib/support/display.ts";
import { surroundWith } from "./deno/platform.ts";
import { NotInBrowserError } from "./deno/errors.ts";

export { watchStop } from "../lib/support/stop.ts";
export { surroundWith, useStdCsv };

const MODULES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "mnist": mnist,
  "mnist/exercises": exercises,
};

/** Imports a module for a cell. @throws NotInBrowserError for one that is not part of the course. */
export function importModule(name: string): Promise<Readonly<Record<string, unknown>>> {
  const module = MODULES[name];
  if (module !== undefined) return Promise.resolve(module);
  const known = Object.keys(MODULES).map((name) => `"${name}"`).join(" and ");
  throw new NotInBrowserError(
    `import "${name}"`,
    `Cells can import ${known}. Run the course on a computer for other modules.`,
  );
}

/** Sends outputs to the page. It receives messages in order, so nothing has to wait for them. */
export function useBrowserChannel(broadcast: Broadcast): void {
  const channel: OutputChannel = {
    isRich: true,
    send(bundle, { displayId, update = false }) {
      const { data, metadata = {} } = splitMetadata(bundle);
      broadcast(update ? "update_display_data" : "display_data", {
        data,
        metadata,
        transient: displayId === undefined ? {} : { display_id: displayId },
      });
    },
    drained: () => new Promise((resolve) => setTimeout(resolve, 0)),
  };
  useChannel(channel);
}
