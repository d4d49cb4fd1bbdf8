import { deepStrictEqual, throws } from "node:assert/strict";
import { bytes, encode, float, integer, message, text } from "../../../lib/model/protobuf.ts";

/** The examples of https://protobuf.dev/programming-guides/encoding. */
Deno.test("protobuf: the documentation's examples", () => {
  deepStrictEqual([...encode(integer(1, 150))], [0x08, 0x96, 0x01]);
  const testing = [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67];
  deepStrictEqual([...encode(text(2, "testing"))], testing);
  deepStrictEqual([...encode(message(3, integer(1, 150)))], [0x1a, 0x03, 0x08, 0x96, 0x01]);
});

Deno.test("protobuf: floats, bytes, field numbers above 15, numbers beyond 32 bits", () => {
  deepStrictEqual([...encode(float(2, 1))], [0x15, 0, 0, 0x80, 0x3f]);
  deepStrictEqual([...encode(bytes(1, Uint8Array.of(7)), integer(20, 1))], [10, 1, 7, 0xa0, 1, 1]);
  const large = [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x08];
  deepStrictEqual([...encode(integer(1, 2 ** 52))], large);
  deepStrictEqual([...encode(integer(1, 0))], [8, 0]);
  deepStrictEqual([...encode()], []);
  for (const value of [-1, 0.5, NaN, 2 ** 53]) throws(() => integer(1, value), RangeError);
});
