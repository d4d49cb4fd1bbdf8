/** Other processes of this machine. */

/** Whether a process is still there. SIGCONT does nothing to one that runs. */
export function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}
