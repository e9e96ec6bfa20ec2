import React from 'react';
import { APP_ID } from '../service/address';
import { texts } from '../texts/texts';

/** Nothing to set here: address and key are those of the app. */
export const ConfigEditor = (): React.ReactElement => (
  <p>
    {texts().config.about} <a href={`/plugins/${APP_ID}`}>{texts().config.url}</a>
  </p>
);
