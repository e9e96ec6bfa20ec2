// A page with Grafana's own packages around the built plugin; stands for Grafana where there is no Grafana.
import React from 'react';
import { createRoot } from 'react-dom/client';
import { ThemeContext } from '@grafana/data';
import { config, LocationServiceProvider, locationService } from '@grafana/runtime';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { MemoryRouter } from 'react-router-dom';
import { setServices } from './services';
import { VIEWS } from './views';

setServices();
const view = await (VIEWS[new URLSearchParams(location.search).get('view') ?? 'scene'] ?? VIEWS.scene)!();
const place = document.createElement('div');
place.id = 'host';
document.body.append(place);
document.documentElement.dataset.react = React.version;
createRoot(place).render(
  <MemoryRouter>
    <LocationServiceProvider service={locationService}>
      <ThemeContext.Provider value={config.theme2}>
        <GlobalStyles />
        {view}
        <PortalContainer />
      </ThemeContext.Provider>
    </LocationServiceProvider>
  </MemoryRouter>
);
document.documentElement.dataset.ready = '';
