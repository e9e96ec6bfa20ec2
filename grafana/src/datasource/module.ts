import { DataSourcePlugin } from '@grafana/data';
import { ConfigEditor } from './ConfigEditor';
import type { SerenoQuery, SerenoSettings } from './query';
import { QueryEditor } from './QueryEditor';
import { SerenoDataSource } from './SerenoDataSource';

/** The data source, with its editors. */
export const plugin = new DataSourcePlugin<SerenoDataSource, SerenoQuery, SerenoSettings>(SerenoDataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
