import { type DataFrame, type Field as DataField, FieldType, getFieldDisplayName, type PanelData } from '@grafana/data';
import { ianaZone } from './zone';
import type { Chart, Field, Frame, Happening, Line } from './request';

/** A panel's data as the service takes it. Hidden fields stay out; names are those that the panel shows. */
export function chartOf(data: PanelData, title: string, zone: string): Chart {
  const range = data.timeRange;
  return {
    frames: data.series.map((frame) => frameOf(frame, data.series)).filter((frame) => frame.fields.length > 0),
    title,
    start: range.from.valueOf(),
    end: range.to.valueOf(),
    tz: ianaZone(zone),
    thresholds: linesOf(data.series),
    events: happeningsOf(data.annotations ?? []),
  };
}

/** Whether there is a number to tell anything of. */
export const hasNumbers = (chart: Chart): boolean =>
  chart.frames.some((frame) =>
    frame.fields.some((field) => field.type === 'number' && field.values.some((value) => value !== null))
  );

function frameOf(frame: DataFrame, all: DataFrame[]): Frame {
  const fields = frame.fields.filter((field) => !field.config.custom?.hideFrom?.viz && kindOf(field.type));
  return { name: frame.name ?? frame.refId ?? '', fields: fields.map((field) => fieldOf(field, frame, all)) };
}

function fieldOf(field: DataField, frame: DataFrame, all: DataFrame[]): Field {
  const type = kindOf(field.type) ?? 'string';
  const values = Array.from(field.values as ArrayLike<unknown>, (value) => valueOf(value, type));
  return {
    name: type === 'time' ? field.name : getFieldDisplayName(field, frame, all),
    type,
    ...(field.config.unit ? { unit: field.config.unit } : {}),
    ...(field.labels ? { labels: field.labels } : {}),
    values,
  };
}

function kindOf(type: FieldType): Field['type'] | undefined {
  switch (type) {
    case FieldType.time:
      return 'time';
    case FieldType.number:
      return 'number';
    case FieldType.string:
    case FieldType.enum:
      return 'string';
    default:
      return undefined; // booleans, geometry, nested frames: nothing that facts are made of
  }
}

function valueOf(value: unknown, type: Field['type']): number | string | null {
  if (value === null || value === undefined) {
    return null;
  }
  if (type === 'string') {
    return String(value);
  }
  const known = typeof value === 'number' ? value : type === 'time' ? new Date(value as string).valueOf() : Number(value);
  return Number.isFinite(known) ? known : null; // JSON knows no NaN
}

/** Lines that the panel draws: every panel has thresholds, most without anybody having meant them. */
function linesOf(frames: DataFrame[]): Line[] {
  const lines = new Map<number, Line>();
  for (const { config } of frames.flatMap((frame) => frame.fields)) {
    const style: unknown = config.custom?.thresholdsStyle?.mode;
    if (typeof style !== 'string' || style === 'off' || config.thresholds?.mode !== 'absolute') {
      continue;
    }
    for (const { value, color } of config.thresholds.steps) {
      if (Number.isFinite(value)) {
        lines.set(value, { value, name: color, above: true });
      }
    }
  }
  return [...lines.values()];
}

function happeningsOf(frames: DataFrame[]): Happening[] {
  return frames.flatMap((frame) => {
    const column = (name: string): unknown[] => Array.from(frame.fields.find((field) => field.name === name)?.values ?? []);
    const [titles, texts, tags] = [column('title'), column('text'), column('tags')];
    return column('time').flatMap((at, row) => {
      const title = String(titles[row] || texts[row] || '').replace(/<[^>]*>/g, ' ').trim().slice(0, 200);
      return typeof at === 'number' && title ? [{ at, kind: happeningKind(tags[row]), title }] : [];
    });
  });
}

function happeningKind(tags: unknown): Happening['kind'] {
  const words = Array.isArray(tags) ? tags.map((tag) => String(tag).toLowerCase()) : [];
  return (['deploy', 'alert', 'model', 'drift'] as const).find((kind) => words.some((word) => word.includes(kind))) ?? 'other';
}
