/** What a program needs to read CIFAR-10. */
export { readCifar } from "../../lib/data/sets/cifar.ts";
export { DATA_SETS } from "../../lib/data/sets/sources.ts";
