const ENVIRONMENTS = ["equation", "align", "gather", "alignat", "CD"].flatMap((name) => [
  name,
  `${name}*`,
]);

/** Typesets the formulas of an element, with Jupyter's delimiters. */
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
    // A formula with a mistake is shown as it was written, in red.
    throwOnError: false,
  });
}

document.addEventListener("DOMContentLoaded", () => {
  // Speaker notes open in a separate window, which does not have KaTeX's style sheet.
  for (const notes of document.querySelectorAll("aside.notes")) typeset(notes, "mathml");
  typeset(document.body, "htmlAndMathml");
});
