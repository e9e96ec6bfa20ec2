import { config } from '@grafana/runtime';
import { en, type Texts } from './en';
import { es } from './es';

/** The language that Grafana shows its own texts in, such as `es-ES`. */
export const userLanguage = (): string => config.bootData?.user?.language || 'en-US';

/** The texts in the language of the person who looks. */
export const texts = (): Texts => (userLanguage().toLowerCase().startsWith('es') ? es : en);
