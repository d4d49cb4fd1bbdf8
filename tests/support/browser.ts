/** Tests that need a browser. */
import { findChromium } from "../../tools/support/chromium.ts";

/** Why tests cannot use a browser; undefined if they can. */
export const missingChromium: string | undefined = findChromium() === undefined
  ? "Chromium is not on the PATH: apt-get install chromium"
  : undefined;
