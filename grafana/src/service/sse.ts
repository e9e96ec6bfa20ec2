/** One server-sent event. */
export interface ServerEvent {
  event: string;
  data: string;
}

/** A service that never ends a line must not fill the browser's memory. */
const LONGEST = 8 * 1024 * 1024;

/**
 * Reads server-sent events from bytes that come in pieces of any size (WHATWG HTML, "Interpreting an event stream").
 *
 * A piece may end within a character, a line ending or an event. Comments are skipped; an event that the stream does not
 * finish with an empty line is dropped, as the standard says.
 */
export class EventReader {
  private readonly decoder = new TextDecoder();
  private rest = '';
  private name = '';
  private data: string[] = [];

  /** Events that these bytes complete. Throws when a line never ends. */
  feed(bytes: Uint8Array): ServerEvent[] {
    const events: ServerEvent[] = [];
    this.rest += this.decoder.decode(bytes, { stream: true });
    let from = 0;
    for (;;) {
      const end = nextEnd(this.rest, from);
      if (end === undefined) {
        break;
      }
      this.line(this.rest.slice(from, end.at), events);
      from = end.next;
    }
    this.rest = this.rest.slice(from);
    if (this.rest.length > LONGEST) {
      throw new Error('The answer holds a line of more than 8 MiB.');
    }
    return events;
  }

  private line(line: string, events: ServerEvent[]): void {
    if (line === '') {
      if (this.data.length > 0) {
        events.push({ event: this.name === '' ? 'message' : this.name, data: this.data.join('\n') });
      }
      this.name = '';
      this.data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') {
      this.name = value;
    } else if (field === 'data') {
      this.data.push(value);
    }
  }
}

/** Where the next line ends: LF, CRLF or CR; a CR at the very end waits for what follows it. */
function nextEnd(text: string, from: number): { at: number; next: number } | undefined {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10) {
      return { at, next: at + 1 };
    }
    if (code === 13) {
      if (at + 1 === text.length) {
        return undefined;
      }
      return { at, next: text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1 };
    }
  }
  return undefined;
}
