/**
 * What this side and our part inside the kernel agree on: messages that it publishes, functions that
 * it defines there, and orders that it takes over the kernel's standard input.
 *
 * @module
 */

/** The message that reports an error that the kernel swallows; its content is that of `error`. */
export const UNCAUGHT = "uncaught_error";

/** The message that marks the end of all outputs before it: `{ token }`. */
export const COMPLETE = "outputs_complete";

/** The global function that sends {@linkcode COMPLETE}. */
export const COMPLETE_FUNCTION = "__outputsComplete";

/** The global function to which a cell hands its last value. */
export const LAST_VALUE_FUNCTION = "__lastValue";

/** The message by which the main thread acknowledges an order; its content is an `OrderHeard`. */
export const ORDER_HEARD = "order_heard";

/** An order that the main thread has received. All orders before it have been received too. */
export type OrderHeard = {
  /** The number of the order, from 1; 0 means that orders can be received. */
  count: number;
  /** Whether the order has interrupted the main thread. */
  interrupted: boolean;
};

/**
 * The orders, one byte each. The main thread acknowledges them in sequence, as soon as it is idle.
 */
export const ORDERS = {
  /** Stop was pressed: sets the flag at which the loops of `lib` look. */
  stop: 1,
  /** Remove the cell's timers and collect garbage: a cell that nothing can resume then ends. */
  abandon: 2,
  /** Interrupt the main thread if it is busy. */
  interrupt: 3,
  /** Do nothing; when it is acknowledged, all orders before it have had their effect. */
  nothing: 4,
} as const;

/** One of {@linkcode ORDERS}. */
export type Order = typeof ORDERS[keyof typeof ORDERS];
