import React from 'react';
import { locationService } from '@grafana/runtime';
import { RadioButtonGroup } from '@grafana/ui';
import { texts } from '../texts/texts';
import { type Reach, REACHES } from './reach';

/** Choose how far back to look; the choice goes into the address. */
export function ReachPicker({ reach }: { reach: Reach }): React.ReactElement {
  const words = texts().pages;
  return (
    <RadioButtonGroup
      aria-label={words.range}
      options={REACHES.map(({ name }) => ({ value: name, label: name, ariaLabel: words.ranges[name], description: words.ranges[name] }))}
      value={reach.name}
      onChange={(range) => locationService.partial({ range })}
    />
  );
}
