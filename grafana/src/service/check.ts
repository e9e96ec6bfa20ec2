import { isRecord, text } from './json';
import { ask } from './ask';
import { ServiceError } from './problem';

/** The version of the service that answers and lets us read. Throws `ServiceError` that says what is wrong. */
export async function check(): Promise<string> {
  const told = await ask('status');
  if (!isRecord(told) || typeof told.version !== 'string') {
    throw new ServiceError({ kind: 'not-sereno', detail: '' });
  }
  return text(told.version);
}
