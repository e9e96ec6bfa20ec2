import React, { useEffect, useMemo, useState } from 'react';
import type { PluginExtensionPanelContext } from '@grafana/data';
import { Field } from '@grafana/ui';
import { chartOf, hasNumbers } from '../explain/frames';
import type { Telling } from '../explain/request';
import { useExplanation } from '../explain/useExplanation';
import { models } from '../service/models';
import { texts, userLanguage } from '../texts/texts';
import { Explainer } from '../views/Explainer';
import { ModelPicker } from '../views/ModelPicker';

interface Props {
  context: PluginExtensionPanelContext;
  /** The panel as it was seen when the window was opened. */
  picture: Promise<string | undefined>;
}

/** The window that the panel's menu opens: the data that the panel has at that moment, explained. */
export function ExplainWindow({ context, picture }: Props): React.ReactElement {
  const words = texts();
  const [model, setModel] = useState('');
  const explanation = useExplanation();
  const { data, title, timeZone } = context;
  const image = usePicture(picture, model);
  const chart = useMemo(
    () => (data ? { ...chartOf(data, title, timeZone), ...(image ? { image } : {}) } : undefined),
    [data, title, timeZone, image]
  );
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

/** The picture, where the model that will tell can see; without a choice that is the service's first. */
function usePicture(picture: Promise<string | undefined>, model: string): string | undefined {
  const [image, setImage] = useState<string>();
  useEffect(() => {
    let here = true;
    void Promise.all([picture, models().catch(() => [])]).then(([taken, known]) => {
      const teller = model === '' ? known.find(({ name }) => name !== 'template') : known.find(({ name }) => name === model);
      if (here) {
        setImage(teller?.vision ? taken : undefined);
      }
    });
    return () => {
      here = false;
    };
  }, [picture, model]);
  return image;
}
