import { strictEqual, throws } from "node:assert/strict";
import { oneOf, onlyKnown } from "../../../lib/support/names.ts";

Deno.test("oneOf: a known name is given back, an unknown one is refused with all that are known", () => {
  strictEqual(oneOf("x: expected y", "b", ["a", "b"]), "b");
  const known: readonly string[] = ["adam", "sgd"];
  throws(() => oneOf("compile: expected optimizer", "adm", known), {
    name: "TypeError",
    message: 'compile: expected optimizer to be one of "adam", "sgd", found "adm"',
  });
  throws(() => oneOf("x: expected y", "toString", known), TypeError);
});

Deno.test("onlyKnown: a misspelt option is refused", () => {
  onlyKnown("fit", { epochs: 1 }, ["epochs", "batchSize"]);
  onlyKnown("fit", {}, []);
  throws(() => onlyKnown("fit", { batchsize: 1 }, ["epochs", "batchSize"]), {
    name: "TypeError",
    message: 'fit: expected no options but "epochs", "batchSize", found "batchsize"',
  });
});
