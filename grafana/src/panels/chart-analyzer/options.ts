import type { Telling } from '../../explain/request';
import { userLanguage } from '../../texts/texts';

/** What stands in the dashboard for this panel: no address, no key. */
export interface Options extends Telling {
  autoRun: boolean;
  /** Seconds between explanations that start by themselves, at least. */
  interval: number;
  showFacts: boolean;
}

export const DEFAULTS: Options = {
  analysis: 'trends',
  question: '',
  model: '',
  language: '',
  strict: false,
  context: '',
  autoRun: false,
  interval: 300,
  showFacts: true,
};
/** A model is busy for seconds: no dashboard may keep it busy all the time. */
export const SHORTEST_INTERVAL = 10;

/** How the chart is to be told, in the reader's language unless the panel names one. */
export function tellingOf(options: Options): Telling {
  const { analysis, question, model, language, strict, context } = { ...DEFAULTS, ...options };
  return { analysis, question, model, language: language.trim() || (userLanguage().split('-')[0] ?? 'en'), strict, context };
}
