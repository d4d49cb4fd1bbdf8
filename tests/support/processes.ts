/** Other processes of this machine. */

/** Whether a process exists. SIGCONT does nothing to a running process. */
export function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}
