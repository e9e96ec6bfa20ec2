// Runs first and apart: SystemJS as Grafana loads it. Its `define` is kept aside, or libraries would register themselves with it.
import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';

interface Loading {
  define?: unknown;
  __grafana_amd_define?: unknown;
  grafanaBootData: unknown;
}

const page = window as unknown as Loading;
page.__grafana_amd_define = page.define;
delete page.define;
const asked = new URLSearchParams(location.search);
page.grafanaBootData = {
  user: { language: asked.get('lang') ?? 'en-US', timezone: 'utc', isSignedIn: true, orgId: 1 },
  settings: { appSubUrl: '', appUrl: '/', buildInfo: { version: '13.2.2' }, featureToggles: {}, datasources: {}, panels: {} },
  navTree: [],
};
