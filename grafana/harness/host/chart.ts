// The chart of the scene: two days of latency with a daily rhythm, one model that grew slower at noon, and one outlier.
import { createDataFrame, type DataFrame, FieldType } from '@grafana/data';

export const END = Date.UTC(2025, 10, 21);
const STEP = 10 * 60_000;
const POINTS = 288;

/** Always the same noise: a linear congruential generator (Numerical Recipes). */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

export function latency(): DataFrame {
  const times = Array.from({ length: POINTS }, (_, at) => END - (POINTS - at) * STEP);
  const of = (level: number, seed: number, jump: number): number[] => {
    const random = noise(seed);
    return times.map((time, at) => {
      const rhythm = 0.3 * Math.sin((2 * Math.PI * (time % 86_400_000)) / 86_400_000);
      return level + rhythm + 0.08 * random() + (at >= 216 ? jump : 0) + (at === 150 && jump > 0 ? 4 : 0);
    });
  };
  const series = (name: string, values: number[], fixedColor: string) => ({
    name,
    type: FieldType.number,
    values,
    config: { unit: 's', color: { mode: 'fixed', fixedColor }, custom: { lineWidth: 1 } },
  });
  return createDataFrame({
    name: 'latency',
    refId: 'A',
    fields: [
      { name: 'time', type: FieldType.time, values: times },
      series('llama3.2', of(1.8, 7, 0.9), 'green'),
      series('smollm2', of(0.7, 11, 0), 'yellow'),
    ],
  });
}
