/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
/**
 * The thread that knows types. It loads the compiler after the first cell has run, and answers the
 * same questions, with the same sentences, as the course's kernel outside the browser.
 */
import { CellTypes } from "../../tools/language/cell_types.ts";
import { LanguageService } from "../../tools/language/service.ts";
import { fillGaps } from "../gaps.ts";
import type { FromTypes, ToTypes } from "../protocol.ts";
import type { Compiler } from "./compiler.ts";
import { type Sources, useCompiler } from "./server.ts";

fillGaps();
const post = (message: FromTypes) => self.postMessage(message);

// The service ends an idle server by a timer that must not keep Deno alive; a page has no such timers.
Object.assign(globalThis, { Deno: { unrefTimer: () => {} } });

const service = new LanguageService({
  root: new URL("file:///course/"),
  folder: new URL("file:///course/notebooks/"),
  idle: 24 * 3600 * 1000, // ended with the kernel
});
const types = new CellTypes(service);

self.addEventListener("message", async ({ data }: MessageEvent<ToTypes>) => {
  const { id } = data;
  switch (data.type) {
    case "start": {
      const { compiler: compilerAddress, sources: sourcesAddress } = data;
      useCompiler(async () => {
        const [{ default: compiler }, response] = await Promise.all([
          import(compilerAddress) as Promise<{ default: Compiler }>,
          fetch(sourcesAddress),
        ]);
        const sources: Sources = await response.json();
        return { compiler, sources };
      });
      await types.warmUp(data.cells);
      return post({ id, answer: {} });
    }
    case "check": {
      const errors = await types.check(data.code);
      return post({ id, answer: errors.length === 0 ? {} : types.note(errors, data.code) });
    }
    case "inspect":
      return post({
        id,
        answer: await types.inspect({ code: data.code, cursor_pos: data.cursor }),
      });
    case "complete":
      return post({
        id,
        answer: await types.complete({ code: data.code, cursor_pos: data.cursor }),
      });
    case "remedy":
      return post({ id, answer: { remedy: await types.remedy(data.name, data.message) } });
  }
});
