import React from 'react';
import {
  type PluginExtensionAddedLinkConfig,
  type PluginExtensionPanelContext,
  PluginExtensionPoints,
} from '@grafana/data';
import { texts } from '../texts/texts';
import { ExplainWindow } from './ExplainWindow';
import { screenshot } from './screenshot';

/**
 * “Explain this panel” in the menu of every panel.
 *
 * Title and description are those of plugin.json: Grafana registers no link that says something else.
 */
export const explainPanel: PluginExtensionAddedLinkConfig<PluginExtensionPanelContext> = {
  title: 'Explain this panel',
  description: 'What the data of this panel says, each number checked',
  targets: [PluginExtensionPoints.DashboardPanelMenu],
  icon: 'ai-sparkle',
  configure: () => ({ title: texts().explainPanel, description: texts().explainPanelAbout }),
  onClick: (_event, { context, openModal }) => {
    if (context) {
      const picture = screenshot(context.panelPathId); // before the window covers the panel
      openModal({
        title: `${texts().explainPanel}: ${context.title}`,
        width: 'min(900px, 92vw)',
        body: () => <ExplainWindow context={context} picture={picture} />,
      });
    }
  },
};
