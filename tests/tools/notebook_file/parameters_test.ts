import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  fillParameters,
  ParameterError,
  parametersOf,
  parseSetting,
} from "../../../tools/notebook_file/parameters.ts";
import { sourceText } from "../../../tools/notebook_file/notebook.ts";
import { notebookOf, notebookWithParameters } from "../../support/notebooks.ts";

const CELL = `// Hyperparameters, each once.
let hidden = 50; // nodes
let learningRate: number = -1e-2, epochs = 1_000;
let source: "auto" | "mnist" | "digits" = "auto";
let shuffle = true;
let title = 28 * 28;
let name = \`plain\`;
let sizes: number[] = [784, 50, 10];
let names = ["sgd", "adam"];
let none: number[] = [];
const fixed = 1;
`;

const notebook = notebookWithParameters(CELL, "hidden");

/** The parameters cell after settings of the form `name=value`. */
function filled(...settings: string[]): string {
  return sourceText(
    fillParameters(notebook, new Map(settings.map((one) => parseSetting(one)))).cells[0],
  );
}

Deno.test("the parameters of a notebook, with their values", () => {
  assert.deepEqual(parametersOf(notebook).map(({ name, value }) => [name, value]), [
    ["hidden", 50],
    ["learningRate", -0.01],
    ["epochs", 1000],
    ["source", "auto"],
    ["shuffle", true],
    ["title", null],
    ["name", "plain"],
    ["sizes", [784, 50, 10]],
    ["names", ["sgd", "adam"]],
    ["none", []],
  ]);
  assert.deepEqual(parametersOf(notebookOf("let a = 1")), []);
});

Deno.test("a value replaces the one in the cell, and nothing else changes", () => {
  assert.equal(filled(), CELL);
  assert.equal(filled("hidden=100"), CELL.replace("= 50;", "= 100;"));
  assert.equal(
    filled("epochs=2", "learningRate=3e-4", "hidden=1"),
    CELL.replace("-1e-2", "0.0003").replace("1_000", "2").replace("= 50;", "= 1;"),
  );
  assert.equal(filled("source=digits"), CELL.replace('= "auto"', '= "digits"'));
  assert.equal(filled("shuffle=false"), CELL.replace("true", "false"));
  assert.equal(filled("sizes=784,30"), CELL.replace("[784, 50, 10]", "[784,30]"));
  assert.equal(filled("sizes=[784, 30]"), CELL.replace("[784, 50, 10]", "[784,30]"));
  assert.equal(filled("names=a, b"), CELL.replace('["sgd", "adam"]', '["a","b"]'));
  assert.equal(filled("none=1,2"), CELL.replace("[];", "[1,2];"));
  assert.equal(filled("sizes="), CELL.replace("[784, 50, 10]", "[]"));
});

Deno.test("any string is passed on unchanged: nothing in it is run", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    const text = sourceText(fillParameters(notebook, new Map([["name", value]])).cells[0]);
    const literal = /let name = (.*);\nlet sizes/s.exec(text)?.[1] ?? "";
    assert.equal(JSON.parse(literal), value);
    const again = parametersOf(notebookWithParameters(text));
    assert.equal(again.find(({ name }) => name === "name")?.value, value.toWellFormed());
  }));
});

Deno.test("what does not match is rejected, and the message names what would", () => {
  const cases: [setting: string, message: RegExp][] = [
    [
      "hiden=3",
      /expected one of hidden, learningRate, .*, found "hiden" \(did you mean hidden\?\)/,
    ],
    ["zzzzzzzz=3", /expected one of hidden,.* found "zzzzzzzz"$/],
    ["fixed=3", /expected one of/],
    ["hidden=many", /--set hidden: expected a number such as 50, found "many"/],
    ["hidden=", /expected a number/],
    ["hidden=1e999", /expected a number/],
    ["hidden=0x10", /expected a number/],
    ["shuffle=yes", /expected a boolean such as true, found "yes"/],
    ["source=cifar", /expected one of auto, mnist, digits, found "cifar"/],
    ["sizes=1,x", /expected an array such as 784,50,10, found "1,x"/],
    ["sizes=[1,", /expected an array/],
    ['sizes=["a"]', /expected an array/],
    ["title=a", /expected a parameter with a literal value, found one that is computed/],
  ];
  for (const [setting, message] of cases) {
    assert.throws(() => filled(setting), (error) => {
      assert.ok(error instanceof ParameterError);
      assert.match(error.message, message);
      return true;
    });
  }
  for (const setting of ["hidden", "=3", "1a=3", ""]) {
    assert.throws(() => parseSetting(setting), /expected name=value/);
  }
  const settings = new Map([["a", "1"]]);
  assert.throws(
    () => fillParameters(notebookOf("1"), settings),
    /no code cell tagged "parameters"/,
  );
  assert.throws(() => fillParameters(notebookWithParameters("let a = ;"), settings), /not parse/);
});
