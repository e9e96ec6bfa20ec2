import { EventReader, type ServerEvent } from './sse';

const STREAM =
  ': heartbeat\n\nevent: facts\ndata: {"id":"x"}\n\nevent: text\r\ndata: {"text":"¡subió 📈!"}\r\n\r\ndata:one\rdata: two\r\rid: 7\nretry\nevent: end\ndata\n\nevent: lost\ndata: never ended\n';
const EXPECTED: ServerEvent[] = [
  { event: 'facts', data: '{"id":"x"}' },
  { event: 'text', data: '{"text":"¡subió 📈!"}' },
  { event: 'message', data: 'one\ntwo' },
  { event: 'end', data: '' },
];

function read(bytes: Uint8Array, size: number): ServerEvent[] {
  const reader = new EventReader();
  const events: ServerEvent[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    events.push(...reader.feed(bytes.slice(at, at + size)));
  }
  return events;
}

test('events are the same however the bytes are cut, also within a character or a line ending', () => {
  const bytes = new TextEncoder().encode(STREAM);
  for (let size = 1; size <= bytes.length; size++) {
    expect(read(bytes, size)).toEqual(EXPECTED);
  }
});

test('a line that never ends is refused instead of filling the memory', () => {
  const reader = new EventReader();
  const mebibyte = new Uint8Array(1024 * 1024).fill(97);
  expect(() => {
    for (let at = 0; at < 10; at++) {
      reader.feed(mebibyte);
    }
  }).toThrow('8 MiB');
});
