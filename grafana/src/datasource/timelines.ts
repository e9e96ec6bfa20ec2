import { createDataFrame, type DataFrame, FieldType } from '@grafana/data';
import { number, records, text } from '../service/json';
import { FIGURES } from './query';

/** Figures of intervals as one frame; `labels` tell it from its siblings. */
export function timelineOf(
  intervals: unknown,
  figures: string[],
  refId: string,
  labels?: Record<string, string>
): DataFrame {
  const rows = records(intervals);
  const one = figures.length === 1;
  const group = labels && Object.values(labels)[0];
  return createDataFrame({
    refId,
    name: group ?? 'Sereno',
    fields: [
      { name: 'time', type: FieldType.time, values: rows.map((row) => Date.parse(text(row.time))), config: {} },
      ...figures.map((figure) => ({
        name: figure,
        type: FieldType.number,
        values: rows.map((row) => number(row[figure]) ?? null),
        labels,
        config: { unit: FIGURES[figure], displayNameFromDS: group === undefined ? figure : one ? group : `${group} ${figure}` },
      })),
    ],
  });
}
