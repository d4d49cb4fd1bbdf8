/** The language service, with a real `deno lsp`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectPath } from "../../lib/support/paths.ts";
import { LanguageService } from "../../tools/language/service.ts";

const folderUrl = (path: string) => pathToFileURL(join(projectPath(path), "/"));

/** Runs a test with a language service that is ready. */
export async function withService(
  test: (service: LanguageService) => Promise<void>,
  options: { idle?: number; cells?: string[] } = {},
): Promise<void> {
  const service = new LanguageService({
    root: folderUrl("."),
    folder: folderUrl("notebooks"),
    idle: options.idle,
  });
  try {
    await service.warmUp(options.cells);
    await ready(service);
    await test(service);
  } finally {
    await service.stop();
  }
}

/** Waits until the service is warm. */
export async function ready(service: LanguageService): Promise<void> {
  for (let i = 0; i < 600 && !service.isReady; i++) await pause(50);
  assert.ok(service.isReady, "the service was not ready within 30 s");
}

/** Waits. */
export const pause = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
