import React, { useEffect, useState } from 'react';
import { type Model, models } from '../service/models';
import { problemOfError } from '../service/problem';
import { texts } from '../texts/texts';
import { Choice } from './Choice';

interface Props {
  value: string;
  onChange: (model: string) => void;
}

/** The models that the service has, those that see pictures marked. One that is gone stays selectable by its name. */
export function ModelPicker({ value, onChange }: Props): React.ReactElement {
  const words = texts();
  const [known, setKnown] = useState<Model[]>([]);
  const [wrong, setWrong] = useState('');
  useEffect(() => {
    let here = true;
    models()
      .then((found) => here && setKnown(found))
      .catch((error: unknown) => here && setWrong(words.problems[problemOfError(error).kind]));
    return () => {
      here = false;
    };
  }, [words]);
  const named = known.filter(({ name }) => name !== 'template');
  const options = [
    { value: '', label: words.automatic },
    { value: 'template', label: words.templates },
    ...named.map(({ name, vision }) => ({ value: name, label: name, description: vision ? words.vision : undefined })),
  ];
  if (!options.some((option) => option.value === value)) {
    options.push({ value, label: value });
  }
  return (
    <>
      <Choice label={words.options.model} options={options} value={value} createCustomValue onChange={onChange} />
      {wrong && <div role="alert">{wrong}</div>}
    </>
  );
}
