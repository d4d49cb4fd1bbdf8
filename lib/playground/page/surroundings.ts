/// <reference lib="dom" />
/** What the page takes from where it is shown: the theme and the height of its frame in a notebook. */

/** Below this lightness of 0 to 255 a background is dark. */
const DARK = 128;

/** The frame of a notebook that shows the page, if there is one and the page may see it. */
function frameAround(): HTMLIFrameElement | undefined {
  try {
    const frames = Array.from(globalThis.window.parent.document.querySelectorAll("iframe"));
    return frames.find(({ contentWindow }) => contentWindow === globalThis.window);
  } catch {
    return undefined; // around is a page of another origin
  }
}

/** True if the text beside the frame is light, so that its background is dark. */
function isDarkAround(frame: HTMLIFrameElement): boolean {
  const beside = frame.parentElement ?? frame;
  const view = frame.ownerDocument.defaultView ?? globalThis.window;
  const [red = 0, green = 0, blue = 0] =
    (view.getComputedStyle(beside).color.match(/[\d.]+/g) ?? [])
      .map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue > DARK;
}

/**
 * Follows the theme of the notebook, also when it changes, and makes the frame as high as the page.
 * Without a frame, the page has the theme of the system.
 */
export function followSurroundings(): void {
  const frame = frameAround();
  if (frame === undefined) return;
  const root = document.documentElement;
  const follow = () => root.dataset.theme = isDarkAround(frame) ? "dark" : "light";
  follow();
  new MutationObserver(follow).observe(frame.ownerDocument.body, {
    attributes: true,
    attributeFilter: ["class", "data-jp-theme-light", "data-vscode-theme-kind", "style"],
  });
  const fit = () => frame.style.height = `${Math.ceil(root.getBoundingClientRect().height)}px`;
  new ResizeObserver(fit).observe(root);
  fit();
}
