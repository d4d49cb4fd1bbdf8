/** Makes everything that two parties share unchangeable, so that neither can trick the other. */

/**
 * Freezes the globals and all that can be reached from the given objects: functions, classes and
 * their prototypes. The numbers of typed arrays and the entries of maps stay as changeable as before.
 *
 * Plain objects and errors may still have members with the names of those that they inherit, such as
 * `toString`, `name` and `message`, as if those were not frozen.
 */
export function harden(...roots: readonly unknown[]): void {
  // Deno's own state, and Node's ways to load modules.
  for (const symbol of Object.getOwnPropertySymbols(Deno)) Reflect.deleteProperty(Deno, symbol);
  Reflect.deleteProperty(globalThis, "process");
  for (const scope of [globalThis, Deno]) readAll(scope);
  for (const prototype of OVERRIDDEN) allowOverride(prototype);
  const seen = new Set<object>();
  const waiting: unknown[] = [...roots, globalThis];
  for (let value = waiting.pop(); waiting.length > 0 || isObject(value); value = waiting.pop()) {
    if (!isObject(value) || seen.has(value)) continue;
    seen.add(value);
    waiting.push(Object.getPrototypeOf(value));
    // Getters are not called: what they return is made when it is asked for.
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(value))) {
      waiting.push(descriptor.value, descriptor.get, descriptor.set);
    }
    for (const symbol of Object.getOwnPropertySymbols(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(value, symbol);
      waiting.push(descriptor?.value, descriptor?.get, descriptor?.set);
    }
    if (value === globalThis) fixGlobals();
    else if (!ArrayBuffer.isView(value) && !isNamespace(value)) Object.freeze(value);
  }
}

/** Whether a value holds the exports of a module, which nothing can change. */
function isNamespace(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object Module]";
}

/** Keeps the globals as they are. New ones can be added: the runtime adds some itself. */
function fixGlobals(): void {
  for (
    const [key, { configurable, value }] of Object.entries(
      Object.getOwnPropertyDescriptors(globalThis),
    )
  ) {
    if (!configurable) continue;
    const fixed = value === undefined ? {} : { writable: false };
    Object.defineProperty(globalThis, key, { ...fixed, configurable: false });
  }
}

/** Reads every member: some are computed, and put in their own place, when they are read first. */
function readAll(scope: object): void {
  for (const key of Object.getOwnPropertyNames(scope)) {
    try {
      Reflect.get(scope, key);
    } catch {
      // It is not available here, and remains so.
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null || typeof value === "function";
}

/** Prototypes whose members programs often override by assignment, which freezing would forbid. */
const OVERRIDDEN: readonly object[] = [
  Object.prototype,
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]
    .map(({ prototype }) => prototype),
];

/** Turns the members into accessors: assigning to one defines it on the object itself. */
function allowOverride(prototype: object): void {
  for (
    const [key, { value, writable }] of Object.entries(
      Object.getOwnPropertyDescriptors(prototype),
    )
  ) {
    if (!writable) continue;
    Object.defineProperty(prototype, key, {
      get: () => value,
      set(this: object, other: unknown) {
        if (this === prototype) throw new TypeError(`expected no change of ${key}, found one`);
        Object.defineProperty(this, key, {
          value: other,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      },
      enumerable: false,
      configurable: false,
    });
  }
}
