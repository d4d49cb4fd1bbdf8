/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
/**
 * A worker inside the kernel that receives orders from the process that started it, also while a
 * cell keeps the main thread busy. The owner writes to the kernel's standard input: first a line with
 * the kernel's connection in JSON, then its orders. When the owner ends, in whatever way, the system
 * closes it, and the kernel ends.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import process from "node:process";
import { type OrderHeard, ORDERS } from "../jupyter/inner_protocol.ts";
import type { Connection } from "../jupyter/kernel_process.ts";
import { encodeRequest } from "../jupyter/messages.ts";
import { ZmtpSocket } from "../jupyter/zmtp.ts";
import { HOLD, STOP } from "./shared.ts";

/** What the main thread sends: the memory that both share, or seconds until a deadline, 0 for none. */
export type FromMain = { memory: Int32Array } | { deadline: number };

/** What the main thread receives. */
export type ToMain = { hold: true } | (OrderHeard & { order: number });

/**
 * A main thread that has not become idle while the process used so many milliseconds of processor
 * time is busy, on a slow machine too; so is one that has not after so many milliseconds in all.
 */
const BUSY_CPU = 25, BUSY_TIME = 2000;

/** Milliseconds after a deadline in which the main thread's own timer fires, if it is not busy. */
const DEADLINE_PATIENCE = 500;

/** Ends the time that an answer has. */
let deadlineTimer: ReturnType<typeof setTimeout> | undefined;

/** Resolves when nothing interrupts. */
let interrupting: Promise<unknown> = Promise.resolve();

const sharing = Promise.withResolvers<Int32Array>();
self.addEventListener("message", ({ data }: MessageEvent<FromMain>) => {
  if ("memory" in data) sharing.resolve(data.memory);
  else watchDeadline(data.deadline);
});

/** The memory that both threads share; see `shared.ts`. */
const memory = await sharing.promise;

/** Reads from the standard input; ends the kernel when that is closed. */
async function read(buffer: Uint8Array): Promise<Uint8Array> {
  const length = await Deno.stdin.read(buffer);
  if (length === null) Deno.kill(Deno.pid, "SIGKILL");
  return buffer.subarray(0, length ?? 0);
}

async function readConnection(): Promise<Connection> {
  const decoder = new TextDecoder();
  let line = "";
  while (!line.endsWith("\n")) line += decoder.decode(await read(new Uint8Array(1)));
  return JSON.parse(line);
}

const tell = (message: ToMain) => self.postMessage(message);

/** Milliseconds of processor time that this process has used. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Sends the kernel an interrupt and waits for its answer. */
async function interrupt(): Promise<void> {
  const { ip, control_port, key } = connection;
  const never = new AbortController().signal;
  const socket = await ZmtpSocket.connect(ip, control_port, "DEALER", never);
  try {
    await socket.send(encodeRequest(key, randomUUID(), "interrupt_request", {}).frames);
    for await (const _answer of socket) break;
  } finally {
    socket.close();
  }
}

/**
 * Interrupts the main thread if it is busy, and returns whether it was.
 *
 * An interrupt that reaches an idle main thread paralyses the kernel. So an idle one is asked to wait
 * where an interrupt is harmless: one that becomes idle at the last moment waits there, too.
 */
async function interruptIfBusy(): Promise<boolean> {
  Atomics.store(memory, HOLD.index, HOLD.wanted);
  tell({ hold: true });
  const start = performance.now(), cpu = cpuTime();
  const isBusy = () => cpuTime() - cpu > BUSY_CPU || performance.now() - start > BUSY_TIME;
  try {
    while (Atomics.load(memory, HOLD.index) === HOLD.wanted) {
      if (isBusy()) {
        await interrupt();
        return true;
      }
      Atomics.wait(memory, HOLD.index, HOLD.wanted, 5);
    }
    return false;
  } finally {
    Atomics.store(memory, HOLD.index, HOLD.none);
    Atomics.notify(memory, HOLD.index);
  }
}

/** Interrupts a main thread that is busy after so many seconds, and again until it says 0. */
function watchDeadline(seconds: number): void {
  clearTimeout(deadlineTimer);
  if (seconds === 0) return;
  const breakOff = () => {
    deadlineTimer = setTimeout(breakOff, DEADLINE_PATIENCE);
    void alone(interruptIfBusy);
  };
  deadlineTimer = setTimeout(breakOff, seconds * 1000 + DEADLINE_PATIENCE);
}

/** Runs one interrupt after the other. */
function alone(run: () => Promise<boolean>): Promise<boolean> {
  const result = interrupting.then(run);
  interrupting = result;
  return result;
}

const connection = await readConnection();
let count = 0;
tell({ order: 0, count, interrupted: false });
const buffer = new Uint8Array(64);
for (;;) {
  for (const order of await read(buffer)) {
    if (order === ORDERS.stop) Atomics.store(memory, STOP.index, STOP.pressed);
    const interrupted = order === ORDERS.interrupt && await alone(interruptIfBusy);
    tell({ order, count: ++count, interrupted });
  }
}
