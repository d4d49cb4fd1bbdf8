/** Values of JSON, and what they are: data from a file or a message can be anything. */

/** A value as JSON has it. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
/** An object as JSON has it; a missing key reads as undefined. */
export type JsonObject = { [key: string]: Json | undefined };

/** Whether a JSON value is an object: neither null, nor an array, nor a plain value. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value where it is a string, else "". */
export function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The strings of an array, or none where the value is no array. */
export function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
