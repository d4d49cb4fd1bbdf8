/** A mirror on this machine that can fail in many ways. */

/** How a mirror answers a request for a file. */
export type Behaviour =
  | { kind: "body"; bytes: Uint8Array<ArrayBuffer>; headers?: Record<string, string> }
  | { kind: "status"; status: number }
  | { kind: "redirect"; location: string }
  | { kind: "cut"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "stall"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "slow"; bytes: Uint8Array<ArrayBuffer>; pause: number }
  | { kind: "silent" }
  | { kind: "endless" }; // 33 MB of unknown length

/** A running mirror. */
export interface Mirror extends AsyncDisposable {
  /** The address of its folder. */
  readonly url: string;
  /** The requested paths, in order. */
  readonly requests: string[];
}

/**
 * Starts a mirror on the loopback interface.
 * @param behaviour what it does for a path such as `"/train-labels-idx1-ubyte.gz"`.
 */
export function startMirror(behaviour: (path: string) => Behaviour): Mirror {
  keepOffProxies();
  const requests: string[] = [];
  const stop = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: stop.signal,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  }, (request) => {
    const path = new URL(request.url).pathname;
    requests.push(path);
    return answer(behaviour(path), stop.signal);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    requests,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}

/** Keeps requests to this machine away from a proxy of the user. */
function keepOffProxies(): void {
  for (const name of ["NO_PROXY", "no_proxy"]) {
    const hosts = Deno.env.get(name);
    if (!hosts?.includes("127.0.0.1")) {
      Deno.env.set(name, hosts ? `${hosts},127.0.0.1` : "127.0.0.1");
    }
  }
}

function answer(behaviour: Behaviour, stopped: AbortSignal): Response | Promise<Response> {
  switch (behaviour.kind) {
    case "body":
      return new Response(behaviour.bytes, { headers: behaviour.headers });
    case "status":
      return new Response("no", { status: behaviour.status });
    case "redirect":
      return new Response(null, { status: 302, headers: { location: behaviour.location } });
    case "silent":
      return aborted(stopped).then(() => new Response(null));
    case "cut": {
      const { bytes } = behaviour;
      const half = bytes.subarray(0, bytes.length >> 1);
      return stream(bytes.length, (controller, step) => {
        if (step === 0) controller.enqueue(half);
        else controller.error(new Error("cut off"));
      });
    }
    case "stall": {
      const { bytes } = behaviour;
      return stream(bytes.length, (controller, step) => {
        if (step === 0) controller.enqueue(bytes.subarray(0, bytes.length >> 1));
        else return aborted(stopped);
      });
    }
    case "slow": {
      const { bytes, pause } = behaviour;
      const size = Math.ceil(bytes.length / 10);
      return stream(bytes.length, async (controller, step) => {
        await new Promise((resolve) => setTimeout(resolve, pause));
        const part = bytes.subarray(step * size, (step + 1) * size);
        if (part.length > 0) controller.enqueue(part);
        if ((step + 1) * size >= bytes.length) controller.close();
      });
    }
    case "endless": {
      const zeros = new Uint8Array(1 << 16);
      // It ends, far beyond every limit, in case that the tested limit does not work.
      return stream(undefined, (controller, step) => {
        if (step < 500) controller.enqueue(zeros);
        else controller.close();
      });
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function stream(
  length: number | undefined,
  pull: (
    controller: ReadableStreamDefaultController<Uint8Array>,
    step: number,
  ) => void | Promise<void>,
): Response {
  let step = 0;
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => pull(controller, step++) });
  const headers = new Headers();
  if (length !== undefined) headers.set("content-length", String(length));
  return new Response(body, { headers });
}
