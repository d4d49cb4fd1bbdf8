/**
 * Playwright (https://playwright.dev), which drives a browser: the part of it that is used here,
 * and how to load it. The package is downloaded on first use; see on_demand.ts.
 *
 * @module
 */
import { moduleOf, ON_DEMAND } from "./on_demand.ts";

/** Size of the visible part of a page, in CSS pixels. */
interface Viewport {
  width: number;
  height: number;
}

/** Milliseconds after which a wait fails. */
interface Wait {
  timeout?: number;
  polling?: number;
}

/** The elements that a selector finds. */
export interface Locator {
  first(): Locator;
  nth(index: number): Locator;
  filter(options: { hasText: RegExp }): Locator;
  locator(selector: string): Locator;
  innerText(): Promise<string>;
  allInnerTexts(): Promise<string[]>;
  hover(options?: { position?: { x: number; y: number } }): Promise<void>;
  count(): Promise<number>;
  click(): Promise<void>;
  fill(text: string): Promise<void>;
  press(key: string): Promise<void>;
  waitFor(options?: Wait): Promise<void>;
  screenshot(): Promise<Uint8Array<ArrayBuffer>>;
}

/** A file that a page saves. */
export interface Download {
  suggestedFilename(): string;
  saveAs(path: string): Promise<void>;
}

/** The DevTools protocol of a page: https://chromedevtools.github.io/devtools-protocol. */
export interface DevTools {
  send(method: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** A page of the browser. Expressions are JavaScript that the page evaluates. */
export interface Page {
  bringToFront(): Promise<void>;
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  /** Runs a script in every document before its own. */
  addInitScript(script: { content: string }): Promise<unknown>;
  emulateMedia(media: { colorScheme: "light" | "dark" }): Promise<void>;
  setContent(html: string): Promise<void>;
  addScriptTag(script: { content: string }): Promise<unknown>;
  evaluate<T>(expression: string): Promise<T>;
  waitForFunction(expression: string, argument?: undefined, options?: Wait): Promise<unknown>;
  waitForTimeout(milliseconds: number): Promise<void>;
  click(selector: string): Promise<void>;
  locator(selector: string): Locator;
  keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  mouse: {
    move(x: number, y: number): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
  screenshot(options: { path: string }): Promise<unknown>;
  on(event: "request", listener: (request: { url(): string }) => void): unknown;
  on(event: "pageerror", listener: (error: Error) => void): unknown;
  on(event: "download", listener: (download: Download) => void): unknown;
  selectOption(selector: string, value: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Pages that share cookies and settings. */
export interface BrowserContext {
  newPage(): Promise<Page>;
  newCDPSession(page: Page): Promise<DevTools>;
  close(): Promise<void>;
}

/** What a context pretends to be. */
export interface ContextOptions {
  offline?: boolean;
  viewport?: Viewport;
  colorScheme?: "light" | "dark";
  /** Whether the screen is touched rather than clicked on, as that of a phone. */
  hasTouch?: boolean;
  isMobile?: boolean;
  deviceScaleFactor?: number;
}

/** A running browser. */
export interface Browser {
  newContext(options: ContextOptions): Promise<BrowserContext>;
  newPage(options?: { viewport?: Viewport }): Promise<Page>;
  close(): Promise<void>;
}

/** What starts browsers of one kind. */
export interface BrowserType {
  launch(options: { executablePath: string; args: string[] }): Promise<Browser>;
}

/**
 * Playwright's driver for Chromium.
 *
 * @throws {PackageError} if Playwright is not in Deno's cache and cannot be downloaded.
 */
export async function loadChromiumDriver(): Promise<BrowserType> {
  const { chromium }: { chromium: BrowserType } = await import(
    await moduleOf(ON_DEMAND.playwright)
  );
  return chromium;
}
