import React from 'react';
import type { QueryEditorProps } from '@grafana/data';
import { Combobox, InlineField, InlineFieldRow, Input, MultiCombobox } from '@grafana/ui';
import { texts } from '../texts/texts';
import { DEFAULT_QUERY, DIMENSIONS, FIGURES, type Filter, FILTERS, INTERVALS, KINDS, type SerenoQuery, type SerenoSettings } from './query';
import type { SerenoDataSource } from './SerenoDataSource';

type Props = QueryEditorProps<SerenoDataSource, SerenoQuery, SerenoSettings>;

/** What to ask Sereno; only what matters for the kind of query is shown. */
export function QueryEditor({ query: given, onChange, onRunQuery }: Props): React.ReactElement {
  const words = texts().query;
  const query = { ...DEFAULT_QUERY, ...given };
  const change = (changed: Partial<SerenoQuery>): void => {
    onChange({ ...query, ...changed });
    onRunQuery();
  };
  const { kind } = query;
  const figures = kind === 'aggregations' || kind === 'totals';
  const ofCalls = figures || kind === 'calls' || kind === 'sessions';
  return (
    <>
      <InlineFieldRow>
        <InlineField label={words.kind}>
          <Combobox
            width={28}
            options={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
            value={kind}
            onChange={({ value }) => change({ kind: value })}
          />
        </InlineField>
        {figures && (
          <InlineField label={words.by}>
            <Combobox
              width={28}
              options={[
                ...(kind === 'aggregations' ? [{ value: '' as const, label: words.byNothing }] : []),
                ...DIMENSIONS.map((value) => ({ value, label: value })),
              ]}
              value={query.by || (kind === 'totals' ? 'model' : '')}
              onChange={({ value }) => change({ by: value })}
            />
          </InlineField>
        )}
        {kind === 'aggregations' && (
          <InlineField label={words.interval}>
            <Combobox
              width={16}
              options={INTERVALS.map((value) => ({ value: value as string, label: value || words.automatic }))}
              value={query.interval ?? ''}
              onChange={({ value }) => change({ interval: value })}
            />
          </InlineField>
        )}
        {ofCalls && !(kind === 'aggregations' && !query.by) && (
          <InlineField label={kind === 'aggregations' ? words.series : words.limit}>
            <Input
              type="number"
              width={10}
              min={1}
              max={figures ? 100 : 1000}
              defaultValue={query.limit}
              onBlur={(event) => change({ limit: Number.parseInt(event.currentTarget.value, 10) || DEFAULT_QUERY.limit })}
            />
          </InlineField>
        )}
      </InlineFieldRow>
      {kind === 'aggregations' && (
        <InlineField label={words.figures} grow>
          <MultiCombobox
            options={Object.keys(FIGURES).map((value) => ({ value, label: value }))}
            value={query.figures ?? []}
            onChange={(chosen) => change({ figures: chosen.map(({ value }) => value) })}
          />
        </InlineField>
      )}
      {ofCalls && (
        <InlineFieldRow>
          {FILTERS.map((filter) => (
            <FilterField key={filter} filter={filter} query={query} change={change} />
          ))}
        </InlineFieldRow>
      )}
    </>
  );
}

interface FilterProps {
  filter: Filter;
  query: SerenoQuery;
  change: (changed: Partial<SerenoQuery>) => void;
}

function FilterField({ filter, query, change }: FilterProps): React.ReactElement {
  return (
    <InlineField label={filter === 'search' ? texts().query.search : filter}>
      <Input
        width={20}
        defaultValue={query.filters?.[filter] ?? ''}
        onBlur={(event) => change({ filters: { ...query.filters, [filter]: event.currentTarget.value } })}
      />
    </InlineField>
  );
}
