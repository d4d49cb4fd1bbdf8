/** Functions of one number that have a twin in WebAssembly: `Tensor.map` finds it, see fast.ts. */

/** 1 / (1 + e⁻ˣ) */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** max(0, x), written so that NaN stays NaN. */
export const rectify = (x: number): number => x < 0 ? 0 : x;
