import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';

/** How tables of the pages look: text left, figures of equal width. */
export const tableStyles = (theme: GrafanaTheme2) => ({
  frame: css({ overflowX: 'auto' }),
  quiet: css({ color: theme.colors.text.secondary }),
  table: css({
    width: '100%',
    fontVariantNumeric: 'tabular-nums',
    'th, td': { padding: theme.spacing(0.75, 1), textAlign: 'left', borderBottom: `1px solid ${theme.colors.border.weak}` },
    th: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightMedium, whiteSpace: 'nowrap' },
    'tbody tr:hover': { background: theme.colors.action.hover },
    a: { color: theme.colors.text.link },
  }),
});
