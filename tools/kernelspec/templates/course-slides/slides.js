/** How far a step scrolls, as a share of the slide's height: some lines stay visible for orientation. */
const STEP = 0.8;

/** Scrolls the current slide by a step, up or down; at its end it calls `otherwise`. */
function scrollOr(direction, otherwise) {
  return () => {
    const slide = Reveal.getCurrentSlide();
    const rest = direction < 0
      ? slide.scrollTop
      : slide.scrollHeight - slide.clientHeight - slide.scrollTop;
    if (rest < 2) otherwise();
    else slide.scrollBy(0, direction * STEP * slide.clientHeight);
  };
}

const on = scrollOr(1, () => Reveal.next());

Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0.03,
  center: false,
  hash: true,
  navigationMode: "linear",
  slideNumber: "c/t",
  transition: "none",
  // With ?print-pdf behind the address the browser prints the slides, a long one on several pages.
  pdfSeparateFragments: false,
  plugins: [RevealNotes],
  keyboard: {
    32: on, // Space
    34: on, // Page down: remote controls for presentations send it
    39: on, // Right
    38: scrollOr(-1, () => Reveal.up()),
    40: scrollOr(1, () => Reveal.down()),
  },
});

/** Scrolls to a fragment: to all of it, or to its beginning. */
Reveal.on("fragmentshown", ({ fragment }) => {
  const slide = Reveal.getCurrentSlide();
  const top = fragment.offsetTop;
  const bottom = top + fragment.offsetHeight;
  const least = bottom - slide.clientHeight;
  if (slide.scrollTop < least) slide.scrollTo(0, Math.min(top, least));
});
