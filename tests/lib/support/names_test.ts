import { strictEqual, throws } from "node:assert/strict";
import { oneOf, onlyKnown } from "../../../lib/support/names.ts";

Deno.test("oneOf: returns a known name, lists the known names for an unknown one", () => {
  strictEqual(oneOf("x: expected y", "b", ["a", "b"]), "b");
  const known: readonly string[] = ["adam", "sgd"];
  throws(() => oneOf("compile: expected optimizer", "adm", known), {
    name: "TypeError",
    message:
      'compile: expected optimizer to be one of "adam", "sgd", found "adm"; did you mean "adam"?',
  });
  throws(() => oneOf("x: expected y", "toString", known), TypeError);
});

Deno.test("oneOf: a long or strange value does not flood the message", () => {
  for (const value of ["x".repeat(5000), { name: "adam" }, [1, 2], undefined] as string[]) {
    throws(() => oneOf("x: expected y", value, ["a"]), ({ message }) => {
      return message.length < 150 && !message.includes("[object");
    });
  }
});

Deno.test("onlyKnown: options that are not an object are refused: new Adam(0.01)", () => {
  for (const options of [0.01, "adam", null, [1]] as object[]) {
    throws(() => onlyKnown("Adam", options, ["learningRate"]), {
      name: "TypeError",
      message: /^Adam: expected options, such as \{ learningRate: … \}, found /,
    });
  }
});

Deno.test("onlyKnown: a misspelled option is refused", () => {
  onlyKnown("fit", { epochs: 1 }, ["epochs", "batchSize"]);
  onlyKnown("fit", {}, []);
  throws(() => onlyKnown("fit", { batchsize: 1 }, ["epochs", "batchSize"]), {
    name: "TypeError",
    message: 'fit: expected only the options "epochs", "batchSize", found "batchsize"; ' +
      'did you mean "batchSize"?',
  });
});
