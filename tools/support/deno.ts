/** Running deno itself, and reading what its checks complain about. */
import { fileURLToPath } from "node:url";

/**
 * How the person at this terminal starts Deno: by its name, or through npx where they have only
 * Node. For messages that tell them what to type.
 */
export function denoCommand(): string {
  const isThroughNpx = Deno.env.get("npm_command") === "exec";
  return isThroughNpx ? `npx -y deno@${Deno.version.deno}` : "deno";
}

/** What a command printed and whether it succeeded. */
export type Ran = { ok: boolean; stdout: string; stderr: string };

/** A complaint about a file, in a line of it where the complaint is about one. */
export type Diagnostic = { file: string; line?: number; message: string };

/** Runs this very deno in a folder, without colours, and with `input` as standard input. */
export async function deno(args: string[], cwd: string, input?: string): Promise<Ran> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  if (input !== undefined) {
    await new Blob([input]).stream().pipeTo(child.stdin);
  }
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { ok: success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The errors of `deno check`, told by their form on standard error. */
export function typeErrors({ stderr }: Ran): Diagnostic[] {
  return stderr.split(/^(?=TS\d+ \[ERROR\]: |error: |Found \d+ error)/m).flatMap((block) => {
    const [, code, text] = /^(TS\d+) \[ERROR\]: (.*)/s.exec(block) ?? [];
    if (code === undefined) return [];
    const lines = text.split("\n");
    const at = lines.findIndex((line) => /^ +at file:\/\/.*:\d+:\d+$/.test(line));
    if (at < 0) return [{ file: "", message: `${text.trim()} (${code})` }];
    // Above the place, the compiler repeats the line of code and underlines a part of it.
    const isUnderlined = /^\s*[~^]+\s*$/.test(lines[at - 1]);
    const message = lines.slice(0, isUnderlined ? at - 2 : at).join("\n").trim();
    return [{ ...place(lines[at]), message: `${message} (${code})` }];
  });
}

/** The complaints of `deno lint --json`. */
export function lintErrors({ stdout }: Ran): Diagnostic[] {
  const { diagnostics, errors }: LintReport = JSON.parse(stdout);
  return [
    ...diagnostics.map(({ filename, range, message, code, hint }) => ({
      file: fileURLToPath(filename),
      line: range.start.line,
      message: `${message} (${code})${hint ? `; ${hint}` : ""}`,
    })),
    ...errors.map(({ file_path, message }) => ({
      file: file_path,
      line: Number(/:(\d+):\d+\s*$/.exec(message)?.[1] ?? 1),
      message: message.split("\n", 1)[0],
    })),
  ];
}

type LintReport = {
  diagnostics: {
    filename: string;
    range: { start: { line: number } };
    message: string;
    code: string;
    hint?: string;
  }[];
  errors: { file_path: string; message: string }[];
};

/** The files that `deno fmt --check` names, each with the first line that is to change. */
export function unformatted({ stderr }: Ran): Diagnostic[] {
  const differing = stderr.matchAll(/^from (.+):\n(?: *(\d+) \|)?/gm);
  const broken = stderr.matchAll(/^Error \w+: (.+)\n +(.+)/gm);
  return [
    ...Array.from(differing, ([, file, line]) => ({
      file,
      line: Number(line ?? 1),
      message: "not formatted: deno task check --fix",
    })),
    ...Array.from(broken, ([, file, message]) => ({ file, message })),
  ];
}

/** The complaints of `deno doc --lint`. */
export function docErrors({ stderr }: Ran): Diagnostic[] {
  const found = stderr.matchAll(/^error\[([\w-]+)\]: (.+)\n +--> (.+):(\d+):\d+$/gm);
  return Array.from(found, ([, code, message, file, line]) => ({
    file,
    line: Number(line),
    message: `${message} (${code})`,
  }));
}

/** The file and line of a line of a stack trace. */
function place(line: string): { file: string; line: number } {
  const [, url, number] = /(file:\/\/.*):(\d+):\d+$/.exec(line) ?? [line, "file:///", "1"];
  return { file: fileURLToPath(url), line: Number(number) };
}
