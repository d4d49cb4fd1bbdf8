import { type OutputChannel, useChannel } from "../../lib/notebook/output.ts";
import type { MimeBundle } from "../../lib/support/display.ts";

/** An output as it was sent. */
export interface Sent {
  bundle: MimeBundle;
  displayId?: string;
  update?: boolean;
}

/** What `body` sends while outputs go nowhere else, as in a notebook (or not, with `isRich` false). */
export async function sentBy(body: () => unknown, isRich = true): Promise<Sent[]> {
  const sent: Sent[] = [];
  const channel: OutputChannel = {
    isRich,
    send: (bundle, options) => void sent.push({ bundle, ...options }),
    drained: () => Promise.resolve(),
  };
  const before = useChannel(channel);
  try {
    await body();
  } finally {
    useChannel(before);
  }
  return sent;
}

/** The texts that `body` shows. */
export async function textsOf(body: () => unknown): Promise<string[]> {
  return (await sentBy(body, false)).map(({ bundle }) => bundle["text/plain"]);
}
