import React, { useState } from 'react';
import { dateTimeFormat } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { Badge, Button, Input, Stack, useStyles2 } from '@grafana/ui';
import { isRecord, number, records, text } from '../service/json';
import { texts } from '../texts/texts';
import { Choice } from '../views/Choice';
import { ProblemNotice } from '../views/ProblemNotice';
import { dollars, seconds } from './amounts';
import { type Reach } from './reach';
import { ReachPicker } from './ReachPicker';
import { tableStyles } from './tableStyles';
import { useAnswer } from './useAnswer';

const PAGE = 50;
const STATUSES = ['success', 'error', 'aborted'];
const COLOURS: Record<string, 'green' | 'red' | 'orange'> = { success: 'green', error: 'red', aborted: 'orange' };

interface Props {
  reach: Reach;
  query: Record<string, string>;
}

/** Every call, newest first, with words, model and status to narrow them. */
export function Calls({ reach, query }: Props): React.ReactElement {
  const words = texts().pages;
  const offset = Math.max(0, Number.parseInt(query.offset ?? '', 10) || 0);
  const asked = { start_time: reach.age, model: query.model, status: query.status, search: query.search };
  const calls = useAnswer('analytics/messages', { ...asked, limit: PAGE, offset });
  const known = useAnswer('analytics/models', { start_time: reach.age });
  const [typed, setTyped] = useState(query.search ?? '');
  const models = records(isRecord(known.answer) ? known.answer.models : []).map(({ model }) => text(model));
  const chosen = query.model ?? '';
  const names = [...new Set(['', ...models, chosen])];
  const rows = records(calls.answer);
  const narrow = (changed: Record<string, string>): void => locationService.partial({ ...changed, offset: null });
  return (
    <Stack direction="column" gap={2}>
      <Stack direction="row" gap={1} wrap="wrap" alignItems="center">
        <ReachPicker reach={reach} />
        <Choice
          label={words.model}
          width={28}
          options={names.map((value) => ({ value, label: value || words.anyModel }))}
          value={chosen}
          onChange={(value) => narrow({ model: value })}
        />
        <Choice
          label={words.status}
          width={20}
          options={['', ...STATUSES].map((value) => ({ value, label: value ? (words.statuses[value] ?? value) : words.anyStatus }))}
          value={query.status ?? ''}
          onChange={(value) => narrow({ status: value })}
        />
        <Input
          aria-label={words.search}
          placeholder={words.search}
          width={36}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && narrow({ search: typed })}
        />
      </Stack>
      {calls.problem && <ProblemNotice problem={calls.problem} onAgain={calls.again} />}
      {calls.loading && calls.answer === undefined && <p>{words.loading}</p>}
      {calls.answer !== undefined && <Table rows={rows} />}
      {rows.length === PAGE && (
        <div>
          <Button variant="secondary" onClick={() => locationService.partial({ offset: String(offset + PAGE) })}>
            {words.more}
          </Button>
        </div>
      )}
    </Stack>
  );
}

function Table({ rows }: { rows: Record<string, unknown>[] }): React.ReactElement {
  const styles = useStyles2(tableStyles);
  const words = texts().pages;
  if (rows.length === 0) {
    return <p className={styles.quiet}>{words.none}</p>;
  }
  return (
    <div className={styles.frame}>
      <table className={styles.table} data-testid="calls">
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.model}</th>
            <th scope="col">{words.user}</th>
            <th scope="col">{words.status}</th>
            <th scope="col">{words.took}</th>
            <th scope="col">{words.cost}</th>
            <th scope="col">{words.prompt}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const status = text(row.status);
            return (
              <tr key={text(row.id)}>
                <td style={{ whiteSpace: 'nowrap' }}>{dateTimeFormat(text(row.timestamp))}</td>
                <td>{text(row.model) || '–'}</td>
                <td>{text(row.user) || '–'}</td>
                <td>
                  <Badge text={words.statuses[status] ?? status} color={COLOURS[status] ?? 'orange'} />
                </td>
                <td style={{ whiteSpace: 'nowrap' }}>{seconds(number(row.latency))}</td>
                <td>{dollars(number(row.cost_usd))}</td>
                <td style={{ overflowWrap: 'anywhere' }}>{text(row.prompt).slice(0, 120)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
