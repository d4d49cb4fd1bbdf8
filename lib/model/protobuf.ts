/**
 * The part of Protocol Buffers that writing an ONNX file needs: a message is a sequence of fields,
 * each preceded by its number and wire type (https://protobuf.dev/programming-guides/encoding).
 */
import { rangeError } from "../support/expected.ts";

/** The wire types. */
const VARINT = 0, BYTES = 2, FIXED32 = 5;

/** The encoded bytes of one field, in pieces. */
export type Field = readonly Uint8Array[];

/** An integer of at least 0. */
export function integer(field: number, value: number): Field {
  return [varint(field * 8 + VARINT), varint(value)];
}

/** A float32. */
export function float(field: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [varint(field * 8 + FIXED32), bytes];
}

/** Text. */
export function text(field: number, value: string): Field {
  return bytes(field, new TextEncoder().encode(value));
}

/** Raw bytes. */
export function bytes(field: number, value: Uint8Array): Field {
  return [varint(field * 8 + BYTES), varint(value.length), value];
}

/** A nested message. */
export function message(field: number, ...fields: readonly Field[]): Field {
  const parts = fields.flat();
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [varint(field * 8 + BYTES), varint(length), ...parts];
}

/** The bytes of the outermost message. */
export function encode(...fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const parts = fields.flat();
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    out.set(part, to);
    to += part.length;
  }
  return out;
}

/** Seven bits in each byte, lowest first; the highest bit is set in all bytes but the last. */
function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw rangeError("protobuf", "an integer of at least 0", value);
  }
  const digits: number[] = [];
  let rest = value;
  do {
    const digit = rest % 128;
    rest = (rest - digit) / 128; // a shift would truncate to 32 bits
    digits.push(rest > 0 ? digit + 128 : digit);
  } while (rest > 0);
  return Uint8Array.from(digits);
}
