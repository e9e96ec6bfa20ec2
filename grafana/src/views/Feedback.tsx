import React, { useState } from 'react';
import { IconButton } from '@grafana/ui';
import { feedback } from '../service/history';
import { texts } from '../texts/texts';

/** Thumbs up, thumbs down; they feed the quality of the narrator. A failure leaves the thumbs to be pressed again. */
export function Feedback({ id }: { id: string }): React.ReactElement {
  const words = texts();
  const [given, setGiven] = useState<1 | -1>();
  const give = (score: 1 | -1) => () => {
    setGiven(score);
    feedback(id, score).catch(() => setGiven(undefined));
  };
  return (
    <>
      <IconButton
        name="thumbs-up"
        tooltip={given === 1 ? words.thanks : words.right}
        variant={given === 1 ? 'primary' : 'secondary'}
        aria-pressed={given === 1}
        onClick={give(1)}
      />
      <IconButton
        name="thumbs-down"
        tooltip={given === -1 ? words.thanks : words.wrong}
        variant={given === -1 ? 'primary' : 'secondary'}
        aria-pressed={given === -1}
        onClick={give(-1)}
      />
    </>
  );
}
