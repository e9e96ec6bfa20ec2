import React, { useMemo } from 'react';
import { LoadingState, type PanelProps } from '@grafana/data';
import { ScrollContainer } from '@grafana/ui';
import { chartOf, hasNumbers } from '../../explain/frames';
import { useExplanation } from '../../explain/useExplanation';
import { texts } from '../../texts/texts';
import { Explainer } from '../../views/Explainer';
import { type Options, tellingOf } from './options';
import { useAutoRun } from './useAutoRun';

/** Explains the data that this panel is given: that of another panel, or of its own query. */
export function ChartAnalyzerPanel({ data, options, title, timeZone, width, height }: PanelProps<Options>): React.ReactElement {
  const words = texts();
  const explanation = useExplanation();
  const telling = tellingOf(options);
  const chart = useMemo(() => chartOf(data, title, timeZone), [data, title, timeZone]);
  const why = data.series.length === 0 ? words.noData : hasNumbers(chart) ? undefined : words.noNumbers;
  const failed = data.state === LoadingState.Error ? words.panelFailed : why;
  const { run } = explanation;
  const request = data.request;
  useAutoRun({
    enabled: options.autoRun,
    interval: options.interval,
    signature: JSON.stringify([telling, request?.requestId, request?.startTime, chart.frames.length]),
    ready: failed === undefined && data.state === LoadingState.Done,
    run: () => run(chart, telling),
  });
  return (
    <div style={{ width, height }}>
      <ScrollContainer>
        <Explainer
          key={JSON.stringify(telling)}
          chart={failed ?? chart}
          telling={telling}
          explanation={explanation}
          showFacts={options.showFacts}
        />
      </ScrollContainer>
    </div>
  );
}
