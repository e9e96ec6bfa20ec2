import { AppPlugin } from '@grafana/data';
import { ConfigPage } from './config/ConfigPage';
import type { Settings } from './config/settings';
import { explainPanel } from './links/explainPanel';
import { App } from './pages/App';

/** The app: two pages, its configuration, and the link in every panel's menu. */
export const plugin = new AppPlugin<Settings>()
  .setRootPage(App)
  .addConfigPage({ id: 'configuration', title: 'Sereno', icon: 'cog', body: ConfigPage })
  .addLink(explainPanel);
