// Typesets the formulas of the page between the signs that Jupyter knows.
document.addEventListener("DOMContentLoaded", () => {
  renderMathInElement(document.body, {
    delimiters: [
      { left: "$$", right: "$$", display: true },
      { left: "\\[", right: "\\]", display: true },
      { left: "$", right: "$", display: false },
      { left: "\\(", right: "\\)", display: false },
      ...["equation", "align", "gather", "alignat", "CD"].flatMap((name) =>
        [name, `${name}*`].map((name) => ({
          left: `\\begin{${name}}`,
          right: `\\end{${name}}`,
          display: true,
        }))
      ),
    ],
    // A formula with a mistake stands there as it was written, in red.
    throwOnError: false,
  });
});
