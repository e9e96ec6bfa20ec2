import { getBackendSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import { APP_ID } from '../service/address';

/** What everyone who may see the app may see. The key is not in it. */
export interface Settings {
  serviceUrl?: string;
}

/** The address without the slashes at its end, to which the routes add theirs; undefined where it is none. */
export function serviceAddress(written: string): string | undefined {
  const trimmed = written.trim().replace(/\/+$/, '');
  try {
    const url = new URL(trimmed);
    const plain = (url.protocol === 'http:' || url.protocol === 'https:') && url.search === '' && url.hash === '';
    return plain && url.username === '' && url.password === '' ? trimmed : undefined;
  } catch {
    return undefined;
  }
}

/** Hand the settings to Grafana's server. A key that is not given stays as it was. */
export async function save(serviceUrl: string, apiKey: string | undefined): Promise<void> {
  const data = {
    enabled: true,
    pinned: true,
    jsonData: { serviceUrl },
    ...(apiKey === undefined ? {} : { secureJsonData: { apiKey } }),
  };
  await lastValueFrom(
    getBackendSrv().fetch({ url: `/api/plugins/${APP_ID}/settings`, method: 'POST', data, showErrorAlert: false })
  );
}
