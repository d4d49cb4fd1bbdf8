/**
 * Chromium, or a browser built on it, without a window.
 *
 * @module
 */
import { findProgram, isFile, type Machine, thisMachine } from "./machine.ts";
import { type Browser, loadChromiumDriver } from "./playwright.ts";

/** There is no Chromium on this machine. */
export class NoBrowserError extends Error {
  override name = "NoBrowserError";
}

/** Names of Chromium and of browsers built on it on the PATH. */
const PROGRAMS = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "msedge",
];

/** Where macOS and Windows keep browsers that are not on the PATH. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  windows: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
  ],
};

/** How to get one. */
const REMEDY =
  "install Chromium or Chrome (on Debian and Ubuntu: sudo apt-get install chromium), " +
  "or put its program on the PATH";

/** The path of the browser, or undefined if there is none. */
export function findChromium(machine: Machine = thisMachine()): string | undefined {
  return PROGRAMS.map((name) => findProgram(machine, name)).find((path) => path !== undefined) ??
    PLACES[machine.os]?.find(isFile);
}

/**
 * Starts the browser. The caller closes it.
 *
 * @param purpose what it is needed for, for the message of the error.
 * @throws {NoBrowserError} if there is no browser, with what to install.
 */
export async function launchChromium(
  purpose: string,
  machine: Machine = thisMachine(),
): Promise<Browser> {
  const executablePath = findChromium(machine);
  if (executablePath === undefined) {
    throw new NoBrowserError(
      `${purpose}: expected Chromium on this machine, found none; ${REMEDY}`,
    );
  }
  // Chromium refuses its sandbox to root, as whom containers and CI often run.
  const args = machine.root ? ["--no-sandbox"] : [];
  const driver = await loadChromiumDriver();
  return await driver.launch({ executablePath, args });
}
