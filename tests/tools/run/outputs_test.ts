import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Message } from "../../../tools/jupyter/messages.ts";
import { Outputs } from "../../../tools/run/outputs.ts";
import type { JsonObject } from "../../../tools/support/json.ts";

function message(type: string, content: JsonObject): Message {
  return { type, id: "", parentId: "", header: {}, metadata: {}, content, bytes: 0 };
}
const print = (text: string, name = "stdout") => message("stream", { name, text });
const display = (text: string, id?: string) =>
  message("display_data", {
    data: { "text/plain": text },
    metadata: {},
    transient: id === undefined ? {} : { display_id: id },
  });
const update = (text: string, id: string) =>
  message("update_display_data", {
    data: { "text/plain": text },
    metadata: {},
    transient: { display_id: id },
  });
const clear = (wait: boolean) => message("clear_output", { wait });

/** The outputs of cell 1 after messages to it, in short. */
function after(...messages: Message[]): string[] {
  const outputs = new Outputs();
  for (const one of messages) outputs.receive(1, one);
  return short(outputs, 1);
}
function short(outputs: Outputs, cell: number): string[] {
  return outputs.of(cell).map((output) =>
    output.output_type === "stream"
      ? `${output.name} ${JSON.stringify(output.text)}`
      : "data" in output
      ? `${output.data["text/plain"]}`
      : `error ${output.ename}`
  );
}

Deno.test("consecutive text of one stream is one output", () => {
  assert.deepEqual(after(print("a"), print("b\n"), print("c", "stderr"), print("d")), [
    'stdout "ab\\n"',
    'stderr "c"',
    'stdout "d"',
  ]);
});

Deno.test("the outputs do not depend on how text is split into messages", () => {
  const runs = fc.array(fc.tuple(fc.constantFrom("stdout", "stderr"), fc.string({ minLength: 1 })));
  fc.assert(fc.property(runs, (runs) => {
    const whole = runs.map(([name, text]) => print(text, name));
    const single = runs.flatMap(([name, text]) => text.split("").map((unit) => print(unit, name)));
    assert.deepEqual(after(...single), after(...whole));
  }));
});

Deno.test("an update changes every display with its id, in earlier cells too, and no other", () => {
  const outputs = new Outputs();
  outputs.receive(1, display("old", "a"));
  outputs.receive(1, display("other", "b"));
  outputs.receive(2, display("old", "a"));
  outputs.receive(2, display("without id"));
  outputs.receive(3, update("new", "a"));
  outputs.receive(3, update("nobody's", "c"));
  assert.deepEqual(short(outputs, 1), ["new", "other"]);
  assert.deepEqual(short(outputs, 2), ["new", "without id"]);
  assert.deepEqual(short(outputs, 3), []);
});

Deno.test("display ids and other transient data are not stored", () => {
  const outputs = new Outputs();
  outputs.receive(1, display("x", "secret-id"));
  assert.deepEqual(outputs.of(1), [
    { output_type: "display_data", data: { "text/plain": "x" }, metadata: {} },
  ]);
});

Deno.test("clear_output empties at once, or at the next output", () => {
  assert.deepEqual(after(print("a"), clear(false)), []);
  assert.deepEqual(after(print("a"), clear(true)), ['stdout "a"']);
  assert.deepEqual(after(print("a"), clear(true), print("b"), print("c")), ['stdout "bc"']);
  assert.deepEqual(after(print("a"), clear(true), display("b"), print("c")), ["b", 'stdout "c"']);
});

Deno.test("an update does not restore a cleared display", () => {
  assert.deepEqual(after(display("a", "id"), clear(false), update("b", "id")), []);
});

Deno.test("an error is last, since it may arrive before earlier text", () => {
  const error = message("error", { ename: "RangeError", evalue: "m", traceback: ["t"] });
  assert.deepEqual(after(print("a"), error, print("b")), ['stdout "ab"', "error RangeError"]);
});

Deno.test("messages that are not outputs, and malformed ones, change nothing", () => {
  assert.deepEqual(after(message("status", { execution_state: "idle" }), message("x", {})), []);
  assert.deepEqual(after(message("stream", {}), message("display_data", { data: [] })), [
    'stdout ""',
    "undefined",
  ]);
});
