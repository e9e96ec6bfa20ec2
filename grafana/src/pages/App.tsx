import React from 'react';
import type { AppRootProps } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { APP_ID } from '../service/address';
import { texts } from '../texts/texts';
import { Calls } from './Calls';
import { Overview } from './Overview';
import { reachOf } from './reach';

/** The app's pages, chosen by the address; what they show is in the address too, so that it can be sent to somebody. */
export function App({ path, query }: AppRootProps): React.ReactElement {
  const words = texts().pages;
  const calls = path.startsWith(`/a/${APP_ID}/calls`);
  const given: Record<string, string> = Object.fromEntries(Object.entries(query ?? {}).map(([name, value]) => [name, String(value ?? '')]));
  const reach = reachOf(given.range);
  return (
    <PluginPage pageNav={{ text: calls ? words.calls : words.overview }}>
      {calls ? <Calls reach={reach} query={given} /> : <Overview reach={reach} />}
    </PluginPage>
  );
}
