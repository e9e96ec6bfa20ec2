/** The app's id, as in plugin.json. */
export const APP_ID = 'sereno-app';

/**
 * Address at which Grafana passes a question on to Sereno, with the key that only Grafana knows.
 *
 * @param path one of the routes in plugin.json, such as `analytics/messages`
 */
export const proxied = (path: string): string => `/api/plugin-proxy/${APP_ID}/${path}`;
