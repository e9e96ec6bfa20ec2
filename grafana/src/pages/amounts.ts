import { formattedValueToString, getValueFormat } from '@grafana/data';

/** An amount as Grafana writes it; a dash where it is not known. */
export function amount(value: number | undefined, unit: string): string {
  return value === undefined ? '–' : formattedValueToString(getValueFormat(unit)(value));
}

export const count = (value: number | undefined): string => amount(value, 'short');
export const seconds = (value: number | undefined): string => amount(value, 's');
export const dollars = (value: number | undefined): string => amount(value, 'currencyUSD');
export const share = (value: number | undefined): string => amount(value, 'percentunit');
