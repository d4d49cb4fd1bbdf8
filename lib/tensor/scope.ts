/**
 * Scopes: the library's own loops release the tensors of a step at its end, as `tidy` does in tfjs.
 *
 * Nothing in a notebook needs them. The tensors of a student's own loop are left to the garbage
 * collector.
 */
import { inScope } from "./kernels/storage.ts";
import { baseOf, type Tensor } from "./tensor.ts";

/**
 * Does some work, then releases the tensors that were made meanwhile, except those that were kept.
 *
 * A released tensor throws an Error when its numbers are read; it never has other numbers.
 * @param work synchronous; its result must hold no tensor that was made in it and not kept.
 */
export function scope<T>(work: () => T): T {
  return inScope(work);
}

/** Lets tensors outlive the scope that they were made in. */
export function keep(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) baseOf(tensor).keep();
}

/** Leaves tensors to the garbage collector, because someone outside the library has them. */
export function share(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) baseOf(tensor).share();
}

/** Releases kept tensors that nobody uses any more; those that are shared stay. */
export function release(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) baseOf(tensor).release();
}
