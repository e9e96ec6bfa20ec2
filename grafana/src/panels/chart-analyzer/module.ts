import { PanelPlugin } from '@grafana/data';
import { ANALYSES } from '../../explain/request';
import { texts } from '../../texts/texts';
import { ChartAnalyzerPanel } from './ChartAnalyzerPanel';
import { ModelEditor } from './ModelEditor';
import { DEFAULTS, type Options, SHORTEST_INTERVAL } from './options';

/** The panel, with its options. */
export const plugin = new PanelPlugin<Options>(ChartAnalyzerPanel).setPanelOptions((builder) => {
  const { options: words, analyses } = texts();
  return builder
    .addSelect({
      path: 'analysis',
      name: words.analysis,
      defaultValue: DEFAULTS.analysis,
      settings: { options: ANALYSES.map((value) => ({ value, label: analyses[value] })) },
    })
    .addTextInput({
      path: 'question',
      name: words.question,
      description: words.questionAbout,
      defaultValue: DEFAULTS.question,
      showIf: ({ analysis }) => analysis === 'question',
    })
    .addCustomEditor({
      id: 'model',
      path: 'model',
      name: words.model,
      description: words.modelAbout,
      editor: ModelEditor,
      defaultValue: DEFAULTS.model,
    })
    .addTextInput({
      path: 'context',
      name: words.context,
      description: words.contextAbout,
      defaultValue: DEFAULTS.context,
      settings: { useTextarea: true, rows: 4 },
    })
    .addTextInput({ path: 'language', name: words.language, description: words.languageAbout, defaultValue: DEFAULTS.language })
    .addBooleanSwitch({ path: 'strict', name: words.strict, description: words.strictAbout, defaultValue: DEFAULTS.strict })
    .addBooleanSwitch({ path: 'showFacts', name: words.showFacts, defaultValue: DEFAULTS.showFacts })
    .addBooleanSwitch({ path: 'autoRun', name: words.autoRun, description: words.autoRunAbout, defaultValue: DEFAULTS.autoRun })
    .addNumberInput({
      path: 'interval',
      name: words.interval,
      defaultValue: DEFAULTS.interval,
      settings: { min: SHORTEST_INTERVAL, integer: true },
      showIf: ({ autoRun }) => autoRun,
    });
});
