/** How far back a page looks, and how fine. */
export interface Reach {
  name: string;
  /** As the API takes it in `start_time`. */
  age: string;
  interval: string;
}

export const REACHES: Reach[] = [
  { name: '1h', age: '1h', interval: '1m' },
  { name: '24h', age: '24h', interval: '15m' },
  { name: '7d', age: '7d', interval: '6h' },
  { name: '30d', age: '30d', interval: '1d' },
];
const USUAL: Reach = { name: '24h', age: '24h', interval: '15m' };

/** The reach with this name; a day where the name is not known. */
export const reachOf = (name: string | undefined): Reach => REACHES.find((reach) => reach.name === name) ?? USUAL;
