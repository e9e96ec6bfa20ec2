import React, { useState } from 'react';
import type { AppPluginMeta, PluginConfigPageProps } from '@grafana/data';
import { Alert, Button, Field, Input, SecretInput } from '@grafana/ui';
import { check } from '../service/check';
import { type Problem, problemOfError } from '../service/problem';
import { texts } from '../texts/texts';
import { ProblemNotice } from '../views/ProblemNotice';
import { save, serviceAddress, type Settings } from './settings';

type Outcome = { state: 'testing' } | { state: 'works'; version: string } | { state: 'failed'; problem: Problem; saved: boolean };

/** Where Sereno is and which key to show it, with a test that says what is wrong. The key is never sent to a browser. */
export function ConfigPage({ plugin }: PluginConfigPageProps<AppPluginMeta<Settings>>): React.ReactElement {
  const words = texts().config;
  const [url, setUrl] = useState(plugin.meta.jsonData?.serviceUrl ?? '');
  const [key, setKey] = useState('');
  const [keySet, setKeySet] = useState(plugin.meta.secureJsonFields?.apiKey === true);
  const [outcome, setOutcome] = useState<Outcome>();
  const address = serviceAddress(url);
  const wrong = url.trim() !== '' && address === undefined;

  const saveAndTest = async (): Promise<void> => {
    if (address === undefined) {
      return;
    }
    setOutcome({ state: 'testing' });
    let saved = false;
    try {
      await save(address, keySet ? undefined : key.trim());
      saved = true;
      setKeySet(keySet || key.trim() !== '');
      setKey('');
      setOutcome({ state: 'works', version: await check() });
    } catch (error) {
      setOutcome({ state: 'failed', problem: problemOfError(error), saved });
    }
  };
  return (
    <form
      style={{ maxWidth: 600 }}
      onSubmit={(event) => {
        event.preventDefault();
        void saveAndTest();
      }}
    >
      <p>{words.about}</p>
      <Field label={words.url} description={words.urlAbout} invalid={wrong} error={wrong ? words.urlWrong : undefined}>
        <Input
          id="sereno-url"
          type="url"
          placeholder="http://127.0.0.1:11434"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
      </Field>
      <Field label={words.key} description={words.keyAbout}>
        <SecretInput
          id="sereno-key"
          isConfigured={keySet}
          placeholder="sk-sereno-…"
          autoComplete="off"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          onReset={() => setKeySet(false)}
        />
      </Field>
      <Button type="submit" disabled={address === undefined || outcome?.state === 'testing'}>
        {outcome?.state === 'testing' ? words.testing : words.save}
      </Button>
      <div style={{ marginTop: 16 }} data-testid="outcome">
        {outcome?.state === 'works' && <Alert severity="success" title={words.works(outcome.version)} />}
        {outcome?.state === 'failed' && (
          <>
            <p>{outcome.saved ? words.saved : words.notSaved}</p>
            <ProblemNotice problem={outcome.problem} />
          </>
        )}
      </div>
    </form>
  );
}
