/** Looks at files as another user of this machine. */

/** Options of setpriv that run a program as the user 65534, without groups. */
const AS_OTHER = ["--reuid=65534", "--regid=65534", "--clear-groups"];

async function asOther(...command: string[]): Promise<{ success: boolean; stdout: string }> {
  const { success, stdout } = await new Deno.Command("setpriv", {
    args: [...AS_OTHER, ...command],
    cwd: "/",
    stderr: "null",
  }).output();
  return { success, stdout: new TextDecoder().decode(stdout) };
}

/** Why a test cannot act as another user; undefined if it can. */
export const otherUser: string | undefined = Deno.build.os !== "linux" || Deno.uid() !== 0
  ? "only root on Linux can act as another user"
  : await asOther("true").then(({ success }) => success, () => false)
  ? undefined
  : "there is no setpriv: apt-get install util-linux";

/** The files below a folder that the other user can read. */
export async function readableByOthers(folder: string): Promise<string[]> {
  const { stdout } = await asOther("find", folder, "-type", "f", "-readable");
  return stdout.split("\n").filter((line) => line !== "").sort();
}
