import { records, text } from './json';
import { ask } from './ask';

/** A model that the service can tell with. `template` stands for none. */
export interface Model {
  name: string;
  vision: boolean;
}

/** What the service has, in its order. */
export async function models(): Promise<Model[]> {
  return records(await ask('explain/models')).flatMap((model) => {
    const name = text(model.name);
    return name === '' ? [] : [{ name, vision: model.vision === true }];
  });
}
