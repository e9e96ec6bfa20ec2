import React from 'react';
import { Alert, Button } from '@grafana/ui';
import type { Problem } from '../service/problem';
import { texts } from '../texts/texts';

/** What went wrong, in a sentence that says what to do, with the service's own words below it. */
export function ProblemNotice({ problem, onAgain }: { problem: Problem; onAgain?: () => void }): React.ReactElement {
  const words = texts();
  const mild = problem.kind === 'cut-off' || problem.kind === 'rate-limited' || problem.kind === 'busy';
  return (
    <Alert title={words.problems[problem.kind]} severity={mild ? 'warning' : 'error'} bottomSpacing={1} topSpacing={0}>
      {problem.detail && <div style={{ overflowWrap: 'anywhere' }}>{problem.detail}</div>}
      {onAgain && (
        <Button size="sm" variant="secondary" onClick={onAgain} style={{ marginTop: 8 }}>
          {words.again}
        </Button>
      )}
    </Alert>
  );
}
