const ENVIRONMENTS = ["equation", "align", "gather", "alignat", "CD"].flatMap((name) => [
  name,
  `${name}*`,
]);

/** Typesets the formulas of an element between the signs that Jupyter knows. */
function typeset(element, output) {
  renderMathInElement(element, {
    delimiters: [
      { left: "$$", right: "$$", display: true },
      { left: "\\[", right: "\\]", display: true },
      { left: "$", right: "$", display: false },
      { left: "\\(", right: "\\)", display: false },
      ...ENVIRONMENTS.map((name) => ({
        left: `\\begin{${name}}`,
        right: `\\end{${name}}`,
        display: true,
      })),
    ],
    output,
    // A formula with a mistake stands there as it was written, in red.
    throwOnError: false,
  });
}

document.addEventListener("DOMContentLoaded", () => {
  // The speaker's notes are shown in a window of their own, without KaTeX's style sheet.
  for (const notes of document.querySelectorAll("aside.notes")) typeset(notes, "mathml");
  typeset(document.body, "htmlAndMathml");
});
