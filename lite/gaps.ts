/**
 * What older browsers, and pages without HTTPS, lack of what the course uses: on a teacher's computer
 * the site has no HTTPS, and `crypto.randomUUID` is missing there.
 */

/** Adds what is missing. */
export function fillGaps(): void {
  define(Promise, "withResolvers", function () {
    let resolve, reject;
    const promise = new Promise((yes, no) => [resolve, reject] = [yes, no]);
    return { promise, resolve, reject };
  });
  define(Array, "fromAsync", async (items: AsyncIterable<unknown>) => {
    const all: unknown[] = [];
    for await (const item of items) all.push(item);
    return all;
  });
  define(
    Uint8Array,
    "fromBase64",
    (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)),
  );
  define(Uint8Array.prototype, "toBase64", function (this: Uint8Array) {
    let text = "";
    for (let i = 0; i < this.length; i += 0x8000) {
      text += String.fromCharCode(...this.subarray(i, i + 0x8000));
    }
    return btoa(text);
  });
  define(ArrayBuffer.prototype, "transfer", function (this: ArrayBuffer, length = this.byteLength) {
    const copy = new ArrayBuffer(length);
    new Uint8Array(copy).set(new Uint8Array(this).subarray(0, length));
    return copy;
  });
  define(crypto, "randomUUID", () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 0x0f | 0x40; // version 4
    bytes[8] = bytes[8] & 0x3f | 0x80; // the variant of RFC 9562
    const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  });
  for (const name of ["dispose", "asyncDispose"]) {
    if (name in Symbol) continue;
    Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });
  }
}

function define(owner: object, name: string, value: unknown): void {
  if (name in owner) return;
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
}
