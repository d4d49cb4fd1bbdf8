/** Runs deno, and parses the diagnostics of its checks. */
import { fileURLToPath } from "node:url";

/**
 * How the user starts Deno, for messages that say what to type: `deno`, or through npx if only Node
 * is installed.
 */
export function denoCommand(): string {
  const isThroughNpx = Deno.env.get("npm_command") === "exec";
  return isThroughNpx ? `npx -y deno@${Deno.version.deno}` : "deno";
}

/** The output of a command, and whether it succeeded. */
export type Ran = { ok: boolean; stdout: string; stderr: string };

/** A problem in a file, with its line if it has one. */
export type Diagnostic = { file: string; line?: number; message: string };

/** Runs the current deno in a folder, without colours, with `input` as standard input. */
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

/** The errors of `deno check`, parsed from standard error. */
export function typeErrors({ stderr }: Ran): Diagnostic[] {
  return stderr.split(/^(?=TS\d+ \[ERROR\]: |error: |Found \d+ error)/m).flatMap((block) => {
    const [, code, text] = /^(TS\d+) \[ERROR\]: (.*)/s.exec(block) ?? [];
    if (code === undefined) return [];
    const lines = text.split("\n");
    const at = lines.findIndex((line) => /^ +at file:\/\/.*:\d+:\d+$/.test(line));
    if (at < 0) return [{ file: "", message: `${text.trim()} (${code})` }];
    // Before the place, the compiler repeats the line of code and underlines a part of it.
    const isUnderlined = /^\s*[~^]+\s*$/.test(lines[at - 1]);
    const message = lines.slice(0, isUnderlined ? at - 2 : at).join("\n").trim();
    return [{ ...place(lines[at]), message: `${message} (${code})` }];
  });
}

/** The problems that `deno lint --json` reports. */
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

/** The files that `deno fmt --check` reports, each with the first line to change. */
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

/** The problems that `deno doc --lint` reports. */
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
