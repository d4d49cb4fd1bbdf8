/**
 * A worker inside the kernel that ends the kernel when the process that started it is gone. The
 * owner holds the kernel's standard input open and writes nothing to it; when the owner ends, in
 * whatever way, the system closes it.
 *
 * @module
 */

const buffer = new Uint8Array(64);
while (await Deno.stdin.read(buffer) !== null) {
  // Nothing is expected here; whatever comes is not for us.
}
Deno.kill(Deno.pid, "SIGKILL");
