import React, { useId } from 'react';
import { css } from '@emotion/css';
import { Combobox } from '@grafana/ui';

interface Option {
  value: string;
  label: string;
  description?: string;
}

interface Named {
  label: string;
  options: Option[];
  value: string;
  onChange: (value: string) => void;
  width?: number;
  createCustomValue?: boolean;
}

/** A Combobox with a name for who cannot see it: before Grafana 13.2 it takes a name only from another element. */
export function Choice({ label, onChange, ...rest }: Named): React.ReactElement {
  const id = useId();
  return (
    <>
      <span id={id} className={hidden}>
        {label}
      </span>
      <Combobox aria-labelledby={id} onChange={(option: { value: string } | null) => option && onChange(option.value)} {...rest} />
    </>
  );
}

const hidden = css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)', whiteSpace: 'nowrap' });
