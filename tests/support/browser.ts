/** What tests that draw in a browser need. */
import { findChromium } from "../../tools/support/chromium.ts";

/** What is missing for tests in a browser; undefined where nothing is. */
export const missingChromium: string | undefined = findChromium() === undefined
  ? "Chromium is not on the PATH: apt-get install chromium"
  : undefined;
