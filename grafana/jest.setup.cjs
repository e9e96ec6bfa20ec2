// What browsers have, jsdom lacks and Grafana's components ask for.
const { TextDecoder, TextEncoder } = require('node:util');

Object.assign(globalThis, { TextDecoder, TextEncoder, Uint8Array });
globalThis.matchMedia = (media) => ({ media, matches: false, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} });
globalThis.ResizeObserver = class { observe() {} unobserve() {} disconnect() {} };
globalThis.IntersectionObserver = class { observe() {} unobserve() {} disconnect() {} };
if (globalThis.HTMLCanvasElement) {
  HTMLCanvasElement.prototype.getContext = () => ({ measureText: () => ({ width: 0 }) });
  Element.prototype.scrollIntoView = () => {};
}
