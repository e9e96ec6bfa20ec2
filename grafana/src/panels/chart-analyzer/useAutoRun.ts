import { useEffect, useRef } from 'react';
import { SHORTEST_INTERVAL } from './options';

interface Auto {
  enabled: boolean;
  /** Seconds between two starts, at least. */
  interval: number;
  /** Changes when the data or the question changes. */
  signature: string;
  ready: boolean;
  run: () => void;
}

/** Starts an explanation when the data is new and the last start is long enough ago; the newest data is never forgotten. */
export function useAutoRun({ enabled, interval, signature, ready, run }: Auto): void {
  const last = useRef<{ signature: string; at: number } | undefined>(undefined);
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (!enabled || !ready || last.current?.signature === signature) {
      return undefined;
    }
    const due = last.current === undefined ? 0 : last.current.at + Math.max(SHORTEST_INTERVAL, interval) * 1000 - Date.now();
    const timer = setTimeout(
      () => {
        last.current = { signature, at: Date.now() };
        latest.current();
      },
      Math.max(0, due)
    );
    return () => clearTimeout(timer);
  }, [enabled, ready, signature, interval]);
}
