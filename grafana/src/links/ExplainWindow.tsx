import React, { useMemo, useState } from 'react';
import type { PluginExtensionPanelContext } from '@grafana/data';
import { Field } from '@grafana/ui';
import { chartOf, hasNumbers } from '../explain/frames';
import type { Telling } from '../explain/request';
import { useExplanation } from '../explain/useExplanation';
import { texts, userLanguage } from '../texts/texts';
import { Explainer } from '../views/Explainer';
import { ModelPicker } from '../views/ModelPicker';

/** The window that the panel's menu opens: the data that the panel has at that moment, explained. */
export function ExplainWindow({ context }: { context: PluginExtensionPanelContext }): React.ReactElement {
  const words = texts();
  const [model, setModel] = useState('');
  const explanation = useExplanation();
  const { data, title, timeZone } = context;
  const chart = useMemo(() => (data ? chartOf(data, title, timeZone) : undefined), [data, title, timeZone]);
  const telling: Telling = {
    analysis: 'trends',
    question: '',
    model,
    language: userLanguage().split('-')[0] ?? 'en',
    strict: false,
    context: '',
  };
  const why = !chart || chart.frames.length === 0 ? words.notLoaded : words.noNumbers;
  return (
    <>
      <Field label={words.options.model} description={words.options.modelAbout}>
        <ModelPicker value={model} onChange={setModel} />
      </Field>
      <Explainer chart={chart && hasNumbers(chart) ? chart : why} telling={telling} explanation={explanation} showFacts />
    </>
  );
}
