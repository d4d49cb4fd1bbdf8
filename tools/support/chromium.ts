/**
 * A browser on this machine that draws pages for us, unseen: Chromium or one of its kin.
 *
 * @module
 */
import { type Browser, chromium } from "playwright-core";
import { findProgram, isFile, type Machine, thisMachine } from "./machine.ts";

/** No browser that can draw for us. */
export class NoBrowserError extends Error {
  override name = "NoBrowserError";
}

/** Names under which Chromium and its kin are on a PATH. */
const PROGRAMS = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "msedge",
];

/** Where macOS and Windows keep programs that are not on the PATH. */
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

/** What a person can do where there is none. */
const REMEDY =
  "install Chromium or Chrome (on Debian and Ubuntu: sudo apt-get install chromium), " +
  "or put its program on the PATH";

/** The program of a browser, or undefined where there is none. */
export function findChromium(machine: Machine = thisMachine()): string | undefined {
  return PROGRAMS.map((name) => findProgram(machine, name)).find((path) => path !== undefined) ??
    PLACES[machine.os]?.find(isFile);
}

/**
 * Starts the browser. Who calls this closes it.
 *
 * @param purpose what it is needed for, to be said where there is none.
 * @throws {NoBrowserError} that says what to install.
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
  return await chromium.launch({ executablePath, args });
}
