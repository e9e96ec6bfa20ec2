import { useEffect, useState } from 'react';
import { ask, type Parameters } from '../service/ask';
import { type Problem, problemOfError } from '../service/problem';

export interface Asked {
  answer?: unknown;
  problem?: Problem;
  loading: boolean;
  again: () => void;
}

/** An answer of the service; the previous one stays while the next is asked for, and when that fails. */
export function useAnswer(path: string, parameters: Parameters): Asked {
  const [answer, setAnswer] = useState<unknown>();
  const [problem, setProblem] = useState<Problem>();
  const [loading, setLoading] = useState(true);
  const [turn, setTurn] = useState(0);
  const question = JSON.stringify(parameters);
  useEffect(() => {
    let here = true;
    setLoading(true);
    ask(path, JSON.parse(question) as Parameters)
      .then((told) => {
        if (here) {
          setAnswer(told);
          setProblem(undefined);
        }
      })
      .catch((error: unknown) => here && setProblem(problemOfError(error)))
      .finally(() => here && setLoading(false));
    return () => {
      here = false;
    };
  }, [path, question, turn]);
  return { answer, problem, loading, again: () => setTurn((now) => now + 1) };
}
