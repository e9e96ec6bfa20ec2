// One view for each thing that the app brings; the address says which.
import React, { useEffect, useState } from 'react';
import {
  type AppPlugin,
  type DataFrame,
  type DataSourcePlugin,
  dateTime,
  LoadingState,
  type PanelData,
  type PanelPlugin,
  PanelOptionsEditorBuilder,
} from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { Modal } from '@grafana/ui';
import { END, latency } from './chart';
import { load } from './loader';
import { sceneView } from './SceneView';

const APP = 'sereno-app';
const asked = new URLSearchParams(location.search);
const span = { from: dateTime(END - 2 * 86_400_000), to: dateTime(END) };
const timeRange = { ...span, raw: span };

interface Link {
  title: string;
  configure?: () => { title?: string };
  onClick: (event: unknown, helpers: unknown) => void;
}

async function menu(): Promise<React.ReactElement> {
  const app = await load<AppPlugin & { addedLinkConfigs: Link[] }>(APP);
  const data = asked.get('data') === 'none' ? undefined : ({ state: LoadingState.Done, series: [latency()], timeRange } as PanelData);
  const context = { pluginId: 'timeseries', id: 1, title: 'Latency', timeZone: 'utc', timeRange: span, data, targets: [], panelPathId: 'panel-1' };
  return <Menu links={app.addedLinkConfigs} context={context} />;
}

function Menu({ links, context }: { links: Link[]; context: object }): React.ReactElement {
  const [window, setWindow] = useState<{ title: string; body: React.ComponentType<{ onDismiss: () => void }> }>();
  const close = () => setWindow(undefined);
  return (
    <>
      {links.map((link) => (
        <button key={link.title} onClick={(event) => link.onClick(event, { context, openModal: setWindow })}>
          {link.configure?.().title ?? link.title}
        </button>
      ))}
      {window && (
        <Modal isOpen title={window.title} onDismiss={close}>
          <window.body onDismiss={close} />
        </Modal>
      )}
    </>
  );
}

async function configuration(): Promise<React.ReactElement> {
  const app = await load<AppPlugin>(APP);
  const meta = { ...app.meta, ...(await (await fetch(`/api/plugins/${APP}/settings`)).json()) };
  const Body = app.configPages?.[0]?.body as React.ComponentType<unknown>;
  return <Body plugin={{ meta }} query={{}} />;
}

async function page(): Promise<React.ReactElement> {
  const app = await load<AppPlugin>(APP);
  return <Page Root={app.root as React.ComponentType<unknown>} meta={app.meta} />;
}

function Page({ Root, meta }: { Root: React.ComponentType<unknown>; meta: unknown }): React.ReactElement {
  const [at, setAt] = useState(locationService.getLocation());
  useEffect(() => locationService.getHistory().listen((to: never) => setAt((to as { location?: typeof at }).location ?? to)), []);
  const query = Object.fromEntries(new URLSearchParams(at.search));
  return <Root path={query.path} query={query} basename={`/a/${APP}`} meta={meta} onNavChanged={() => undefined} />;
}

async function options(): Promise<React.ReactElement> {
  const panel = await load<PanelPlugin>('sereno-chartanalyzer-panel');
  const builder = new PanelOptionsEditorBuilder();
  panel.getPanelOptionsSupplier()(builder, { data: [] });
  return <Options items={builder.getItems() as unknown as Item[]} />;
}

interface Item {
  id: string;
  path: string;
  name: string;
  description?: string;
  defaultValue?: unknown;
  editor?: React.ComponentType<{ value: unknown; onChange: (value: unknown) => void; item: unknown; context: unknown }>;
  showIf?: (options: Record<string, unknown>) => boolean;
}

function Options({ items }: { items: Item[] }): React.ReactElement {
  const [values, setValues] = useState<Record<string, unknown>>(Object.fromEntries(items.map((item) => [item.path, item.defaultValue])));
  return (
    <dl>
      {items
        .filter((item) => item.showIf?.(values) ?? true)
        .map((item) => (
          <div key={item.path} data-option={item.path}>
            <dt>{item.name}</dt>
            <dd>
              {item.path === 'model' && item.editor ? (
                <item.editor value={values[item.path]} item={item} context={{ data: [] }} onChange={(value) => setValues({ ...values, [item.path]: value })} />
              ) : (
                JSON.stringify(values[item.path])
              )}
            </dd>
            {item.description && <dd>{item.description}</dd>}
          </div>
        ))}
      <output>{JSON.stringify(values)}</output>
    </dl>
  );
}

async function source(): Promise<React.ReactElement> {
  const plugin = await load<DataSourcePlugin<never>>('sereno-datasource');
  const instance = new plugin.DataSourceClass({ id: 1, uid: 'sereno', type: 'sereno-datasource', name: 'Sereno', jsonData: {}, meta: plugin.meta } as never);
  return <Source source={instance} Editor={plugin.components.QueryEditor as React.ComponentType<unknown>} />;
}

interface Instance {
  query: (request: unknown) => Promise<{ data: DataFrame[]; errors?: { refId: string; message: string }[] }>;
  metricFindQuery: (query: string) => Promise<{ text: string }[]>;
  testDatasource: () => Promise<{ status: string; message: string }>;
}

function Source({ source: instance, Editor }: { source: Instance; Editor: React.ComponentType<unknown> }): React.ReactElement {
  // One query, or a list of them as a panel may have; the editor shows the first.
  const given = JSON.parse(asked.get('query') ?? '{"refId":"A"}') as object | object[];
  const [query, setQuery] = useState<object>(Array.isArray(given) ? (given[0] as object) : given);
  const others = JSON.stringify(Array.isArray(given) ? given.slice(1) : []);
  const [told, setTold] = useState<{ data: DataFrame[]; errors?: { refId: string; message: string }[] }>();
  const [names, setNames] = useState<string[]>();
  const [health, setHealth] = useState<string>();
  const hours = Number(asked.get('hours') ?? 24);
  useEffect(() => {
    const to = dateTime(Number(asked.get('now') ?? Date.now()));
    const range = { from: dateTime(to.valueOf() - hours * 3_600_000), to, raw: { from: '', to: '' } };
    void instance.query({ targets: [query, ...(JSON.parse(others) as object[])], range, scopedVars: {}, timezone: 'utc', maxDataPoints: 100 }).then(setTold);
  }, [instance, query, others, hours]);
  useEffect(() => {
    void instance.metricFindQuery('model').then((found) => setNames(found.map(({ text }) => text)), (error: Error) => setNames([error.message]));
    void instance.testDatasource().then(({ status, message }) => setHealth(`${status}: ${message}`));
  }, [instance]);
  return (
    <>
      <Editor query={query} onChange={setQuery} onRunQuery={() => undefined} datasource={instance} />
      <p data-testid="health">{health}</p>
      <p data-testid="variable">{names?.join(' ')}</p>
      {told?.errors?.map(({ refId, message }) => <p key={refId} data-testid="error" data-query={refId}>{message}</p>)}
      {told?.data.map((frame, at) => (
        <div key={at} data-testid="frame" data-rows={frame.length}>
          <pre>{JSON.stringify({ refId: frame.refId, name: frame.name, fields: frame.fields.map(({ name, type, labels, config, values }) => ({ name, type, labels, unit: config.unit, values })) })}</pre>
        </div>
      ))}
    </>
  );
}

export const VIEWS: Record<string, () => Promise<React.ReactElement>> = { scene: sceneView, menu, configuration, page, options, source };
