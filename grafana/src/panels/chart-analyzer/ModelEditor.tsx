import React from 'react';
import type { StandardEditorProps } from '@grafana/data';
import { ModelPicker } from '../../views/ModelPicker';

/** The model, chosen from what the service has. */
export const ModelEditor = ({ value, onChange }: StandardEditorProps<string>): React.ReactElement => (
  <ModelPicker value={value ?? ''} onChange={onChange} />
);
