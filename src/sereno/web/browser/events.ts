// Server-sent events of an answer to POST, which EventSource cannot ask for (HTML §9.2.6, without id and retry).

export interface ServerEvent {
  readonly name: string;
  readonly data: unknown;
}

/** The events of a stream of UTF-8, each once its blank line has come; data is JSON. */
export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split("\n");
      const name = lines.find((line) => line.startsWith("event: "))?.slice(7);
      const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6));
      if (name && data.length) yield { name, data: JSON.parse(data.join("\n")) as unknown }; // a comment has neither
    }
  }
}
