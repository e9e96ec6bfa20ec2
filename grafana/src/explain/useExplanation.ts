import { useCallback, useEffect, useRef, useState } from 'react';
import type { Subscription } from 'rxjs';
import { explain } from '../service/explain';
import { type Problem, problemOfError } from '../service/problem';
import { type Answer, EMPTY } from './answer';
import type { Chart, Telling } from './request';

export interface Explanation {
  answer: Answer;
  running: boolean;
  /** What went wrong last; what was known before is still in `answer`. */
  problem?: Problem;
  run: (chart: Chart, telling: Telling) => void;
  stop: () => void;
  show: (answer: Answer) => void;
}

/**
 * One explanation at a time, as it comes. The previous one stays in sight until the facts of the next are there, so that a
 * service that is down takes nothing away. Stopping, a new run and leaving the page end the model's work.
 */
export function useExplanation(): Explanation {
  const [answer, setAnswer] = useState<Answer>(EMPTY);
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const current = useRef<Subscription | undefined>(undefined);

  const stop = useCallback(() => {
    current.current?.unsubscribe();
    setRunning(false);
  }, []);
  useEffect(() => () => current.current?.unsubscribe(), []);

  const run = useCallback((chart: Chart, telling: Telling) => {
    current.current?.unsubscribe();
    setProblem(undefined);
    setRunning(true);
    current.current = explain(chart, telling).subscribe({
      next: (so) => {
        if (so.sheet) {
          setAnswer(so);
        }
        setProblem(so.problem);
      },
      error: (error: unknown) => {
        setProblem(problemOfError(error));
        setRunning(false);
      },
      complete: () => setRunning(false),
    });
  }, []);

  const show = useCallback((shown: Answer) => {
    setProblem(undefined);
    setAnswer(shown);
  }, []);
  return { answer, running, problem, run, stop, show };
}
