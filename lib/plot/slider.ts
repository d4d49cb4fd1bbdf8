/** One figure out of several, with a slider that chooses which one is visible. */
import { describe } from "../support/describe.ts";
import { checkLength, plainText } from "./chart_parts.ts";
import { Figure, type Trace } from "./figure.ts";

/**
 * Several figures as one, with a slider below that chooses: a parameter that changes step by step.
 *
 * @param figures figures with the same axes; each keeps its title.
 * @param options `name` is the name of the parameter, `labels` its value in each figure, and `alt` is
 *   what the figures show, for screen readers; `start` is the index of the figure that is visible at
 *   first, and in a still picture: by default 0.
 * @throws RangeError for no figure, unless there is a label for each, and for a start without figure.
 *
 * @example
 * ```ts
 * import { heatmap, rand, Random, show, sliderFigure } from "mnist";
 *
 * const random = new Random(1);
 * const labels = [0.5, 1, 2];
 * const figures = labels.map((s) => heatmap(rand([4, 4], random).mul(s), { title: `times ${s}` }));
 * await show(sliderFigure(figures, { name: "s", labels, alt: "Noise, growing" }));
 * ```
 */
export function sliderFigure(
  figures: readonly Figure[],
  { name, labels, alt, start = 0 }: {
    readonly name: string;
    readonly labels: readonly (string | number)[];
    readonly alt: string;
    readonly start?: number;
  },
): Figure {
  if (figures.length === 0) throw new RangeError("sliderFigure: expected figures, found none");
  checkLength("sliderFigure: labels", labels.length, figures.length);
  if (!(start in figures)) {
    throw new RangeError(
      `sliderFigure: expected a start of 0 to ${figures.length - 1}, found ${describe(start)}`,
    );
  }
  const data = figures.flatMap((figure, i) =>
    figure.data.map((trace): Trace => ({ ...trace, visible: i === start }))
  );
  const steps = figures.map(({ layout }, i) => {
    const visible = figures.flatMap((figure, k) => figure.data.map(() => k === i));
    const changes = layout.title === undefined ? {} : { title: layout.title };
    return {
      label: plainText(`${labels[i]}`),
      method: "update" as const,
      args: [{ visible }, changes],
    };
  });
  const { layout } = figures[start];
  const slider = {
    active: start,
    currentvalue: { prefix: `${plainText(name)} = ` },
    pad: { t: 60 },
    steps,
  };
  return new Figure({ data, layout: { ...layout, sliders: [slider] }, alt });
}
