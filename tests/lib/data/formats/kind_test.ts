import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCsv } from "../../../../lib/data/formats/csv.ts";
import { encodeIdx } from "../../../../lib/data/formats/idx.ts";
import { readIdx } from "../../../../lib/data/formats/idx_file.ts";
import { isOtherThanText } from "../../../../lib/data/formats/kind.ts";
import { encodeSafetensors } from "../../../../lib/data/formats/safetensors.ts";
import { loadWeights } from "../../../../lib/data/weights.ts";
import { projectPath } from "../../../../lib/support/paths.ts";
import { gzip, inFolder, rejectsWithDataError } from "../../../support/files.ts";
import { tar } from "../../../support/tar.ts";

/** Latin-1 text as bytes. */
function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The start of a zip archive whose first file has this name. */
function zip(name: string): Uint8Array<ArrayBuffer> {
  return latin1(`PK\x03\x04${"\0".repeat(26)}${name}\x93NUMPY and more`);
}

function fixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(projectPath(`tests/fixtures/weights/${name}`)));
}

const numbers = { shape: [1, 2], data: Float32Array.of(1, 2) };
const weights = encodeSafetensors({ tensors: new Map([["W", numbers]]), metadata: {} });

/** What is found, and what the readers of weights and of tables advise; undefined: they read it. */
const KINDS: [
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  found: string,
  weights: RegExp | undefined,
  table: RegExp | undefined,
][] = [
  ["nothing", latin1(""), "an empty file", /Get the file again/, /Get the file again/],
  [
    "git lfs",
    latin1("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"),
    "a Git LFS pointer",
    /`git lfs pull`/,
    /`git lfs pull`/,
  ],
  ["404", latin1("<!DOCTYPE html><html>"), "a web page", /Get the file again/, /again/],
  ["proxy", latin1("\xef\xbb\xbf\r\n<html><head>"), "a web page", /again/, /again/],
  ["xml", latin1("<?xml version='1.0'?><Error>"), "a web page", /again/, /again/],
  ["npz", zip("W.npy"), "a NumPy archive", /save_file\(dict\(numpy\.load/, /numpy\.savetxt/],
  ["torch", zip("archive/data.pkl"), "a PyTorch archive", /safetensors\.torch\.save_file/, /$/],
  [
    "old torch",
    latin1("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."),
    "weights of an old PyTorch",
    /safetensors\.torch\.save_file/,
    /$/,
  ],
  ["keras", zip("metadata.json"), "a Keras model", /with Keras/, /$/],
  ["xlsx", zip("[Content_Types].xml"), "a spreadsheet", /as CSV/, /as CSV/],
  ["zip", zip("mnist_train.csv"), "a zip archive", /Unpack it first/, /Unpack it first/],
  ["gzip", gzip(weights), "a gzip file", /Unpack it first/, /$/],
  ["tar", tar([["a", latin1("abc")]]), "a tar archive", /Unpack it first/, /Unpack it first/],
  ["npy", latin1("\x93NUMPY\x01\0v\0{'descr'"), "a NumPy array", /save_file/, /numpy\.savetxt/],
  ["h5", latin1("\x89HDF\r\n\x1a\n\0\0\0\0"), "an HDF5 file", /h5py/, /$/],
  ["onnx", latin1("\x08\x0a\x12\x07pytorch\x1a\x03"), "an ONNX model", /onnx\.numpy_helper/, /$/],
  ["pickle", fixture("protocol4.pkl"), "a pickle of Python", undefined, /$/],
  [
    "text pickle",
    latin1("(dp0\nVW\np1\ncnumpy.core.multiarray\n"),
    "a pickle of an old protocol",
    /protocol=4/,
    /$/,
  ],
  [
    "text pickle of Python 2",
    latin1("cnumpy.core.multiarray\n_reconstruct\n"),
    "a pickle of an old protocol",
    /protocol=4/,
    /$/,
  ],
  [
    "pickle of protocol 1",
    latin1("}q\x00X\x01\0\0\0W"),
    "a pickle of an old protocol",
    /protocol=4/,
    /$/,
  ],
  ["safetensors", weights, "a safetensors file", undefined, /$/],
  [
    "idx",
    encodeIdx({ shape: [1], data: Uint8Array.of(7) }),
    "an IDX file",
    /loadMnist/,
    /loadMnist/,
  ],
  ["utf-16", latin1("\xff\xfe1\0,\0"), "text in UTF-16", /as UTF-8/, /as UTF-8/],
  ["pdf", latin1("%PDF-1.7\n"), "a PDF document", /$/, /$/],
  ["png", latin1("\x89PNG\r\n\x1a\n"), "a PNG picture", /$/, /$/],
  ["jpeg", latin1("\xff\xd8\xff\xe0"), "a JPEG picture", /$/, /$/],
  ["json", latin1('{"W": [[1, 2]]}'), "JSON", /JSON\.parse/, /JSON\.parse/],
  ["json array", latin1("[[1, 2],\n [3, 4]]"), "JSON", /JSON\.parse/, /JSON\.parse/],
  ["csv", latin1("1,2\n3,4\n"), "a table of numbers", /loadCsv reads it/, undefined],
  ["words", latin1("hello"), 'the text "hello"', /$/, undefined],
  ["bytes", latin1("\x01\x02\x03"), "other bytes (0x010203 …)", /$/, /$/],
];

for (const [name, bytes, found, forWeights, forTable] of KINDS) {
  Deno.test(`readers say what they found: ${name}`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "x");
      await Deno.writeFile(path, bytes);
      const says = new RegExp(`, found ${found.replaceAll(/[()[\].*]/g, "\\$&")}`);
      if (forWeights !== undefined) {
        await rejectsWithDataError(loadWeights(path), /expected weights as/, says, forWeights);
      }
      if (forTable !== undefined && name !== "gzip") {
        await rejectsWithDataError(loadCsv(path), /expected a table of numbers/, says, forTable);
        await Deno.writeFile(path, gzip(bytes)); // a gzipped table is looked into
        await rejectsWithDataError(loadCsv(path), /expected a table of numbers/, says, forTable);
      }
      if (name !== "idx" && name !== "gzip") await rejectsWithDataError(readIdx(path), says);
    }));
}

Deno.test("isOtherThanText: tables are not taken for other files", () => {
  const tables = [
    "count\n1\n",
    "PK,1\n2,3\n",
    "label,1x1\n5,0\n",
    "c\n1\n",
    "<,>\n1,2\n",
    "größe\n1\n",
    "%,#\n1,2\n",
    "1;2\n",
    "(d,1)\n",
  ];
  for (const text of tables) {
    assert.equal(isOtherThanText(new TextEncoder().encode(text)), false, text);
  }
});
