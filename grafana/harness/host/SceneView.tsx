// The panel as a dashboard shows it: in a real VizPanel with a real query runner, beside the chart it explains.
import React from 'react';
import { type DataQueryRequest, type DataQueryResponse, PanelPlugin, type PanelProps, type TestDataSourceResponse } from '@grafana/data';
import { setPluginImportUtils } from '@grafana/runtime';
import {
  EmbeddedScene,
  RuntimeDataSource,
  SceneControlsSpacer,
  SceneFlexItem,
  SceneFlexLayout,
  SceneQueryRunner,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
  sceneUtils,
  VizPanel,
} from '@grafana/scenes';
import { TimeSeries } from '@grafana/ui';
import { END, latency } from './chart';
import { load } from './loader';

class Recorded extends RuntimeDataSource {
  override query(_: DataQueryRequest): Promise<DataQueryResponse> {
    const empty = new URLSearchParams(location.search).get('data') === 'none';
    return Promise.resolve({ data: empty ? [] : [latency()] });
  }
  override testDatasource(): Promise<TestDataSourceResponse> {
    return Promise.resolve({ status: 'success', message: 'OK' });
  }
}

function Lines({ data, width, height, timeZone }: PanelProps): React.ReactElement {
  return (
    <TimeSeries
      frames={data.series}
      timeRange={data.timeRange}
      timeZone={timeZone}
      width={width}
      height={height}
      legend={{ showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] } as never}
    />
  );
}

export async function sceneView(): Promise<React.ReactElement> {
  const id = 'sereno-chartanalyzer-panel';
  const analyzer = await load<PanelPlugin>(id);
  const lines = new PanelPlugin(Lines);
  lines.meta = { id: 'timeseries', name: 'Time series', info: { logos: {} } } as never;
  const known: Record<string, PanelPlugin> = { [id]: analyzer, timeseries: lines };
  setPluginImportUtils({
    importPanelPlugin: (wanted: string) => Promise.resolve(known[wanted] as PanelPlugin),
    getPanelPluginFromCache: (wanted: string) => known[wanted],
  });
  sceneUtils.registerRuntimeDataSource({ dataSource: new Recorded('recorded', 'recorded') });
  const options = JSON.parse(new URLSearchParams(location.search).get('options') ?? '{}') as object;
  const data = () => new SceneQueryRunner({ datasource: { type: 'recorded', uid: 'recorded' }, queries: [{ refId: 'A' }] });
  const scene = new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: new Date(END - 2 * 86_400_000).toISOString(),
      to: new Date(END).toISOString(),
      timeZone: 'utc',
    }),
    controls: [new SceneControlsSpacer(), new SceneTimePicker({}), new SceneRefreshPicker({})],
    body: new SceneFlexLayout({
      direction: innerWidth < 900 ? 'column' : 'row',
      children: [
        new SceneFlexItem({ minHeight: 300, body: new VizPanel({ title: 'Latency', pluginId: 'timeseries', $data: data() }) }),
        new SceneFlexItem({ minHeight: 620, body: new VizPanel({ title: 'Latency, explained', pluginId: id, options, $data: data() }) }),
      ],
    }),
  });
  return <scene.Component model={scene} />;
}
