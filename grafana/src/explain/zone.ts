/** Grafana's name for a time zone (`browser`, `utc`, or IANA) as IANA's, which the service wants. */
export function ianaZone(zone: string | undefined): string {
  if (!zone || zone === 'browser') {
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
  return zone === 'utc' ? 'UTC' : zone;
}
