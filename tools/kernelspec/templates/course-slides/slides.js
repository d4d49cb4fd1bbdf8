/** A step's share of the slide's height: the rest stays in sight, so that the eye finds its place. */
const STEP = 0.8;

/** Scrolls the slide on display by a step, up or down, or does something else at its end. */
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
  // With ?print-pdf behind its address the deck can be printed: a slide a page, or more if it is long.
  pdfSeparateFragments: false,
  plugins: [RevealNotes],
  keyboard: {
    32: on, // Space
    34: on, // Page down, which presenters' remote controls send
    39: on, // Right
    38: scrollOr(-1, () => Reveal.up()),
    40: scrollOr(1, () => Reveal.down()),
  },
});

/** Brings a fragment into sight: all of it, or its beginning. */
Reveal.on("fragmentshown", ({ fragment }) => {
  const slide = Reveal.getCurrentSlide();
  const top = fragment.offsetTop;
  const bottom = top + fragment.offsetHeight;
  const least = bottom - slide.clientHeight;
  if (slide.scrollTop < least) slide.scrollTo(0, Math.min(top, least));
});
