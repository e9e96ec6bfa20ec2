// One AMD file per plugin: the app, its panel, its data source. Grafana serves a nested plugin's files under the nested
// plugin's own id, where a chunk of the app would not be found; so nothing is split and nothing is loaded later.
import { readFileSync } from 'node:fs';
import CopyPlugin from 'copy-webpack-plugin';

const root = import.meta.dirname;
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
// The day of the build, so that two builds of a day are equal; SOURCE_DATE_EPOCH fixes it for a release.
const epoch = process.env.SOURCE_DATE_EPOCH;
const updated = (epoch ? new Date(Number(epoch) * 1000) : new Date()).toISOString().slice(0, 10);

const filled = (content) => content.toString().replaceAll('%VERSION%', version).replaceAll('%TODAY%', updated);

// What Grafana itself hands to plugins; no other package may be left out of the bundle.
export const SHARED = ['react', 'react-dom', 'rxjs', '@emotion/css', '@grafana/data', '@grafana/runtime', '@grafana/ui'];

export default (_env, { mode }) => ({
  mode,
  context: `${root}/src`,
  target: ["web", "es2022"],
  devtool: 'source-map',
  entry: {
    module: './module.tsx',
    'panels/chart-analyzer/module': './panels/chart-analyzer/module.ts',
    'datasource/module': './datasource/module.ts',
  },
  output: {
    path: `${root}/dist`,
    filename: '[name].js',
    library: { type: 'amd' },
    publicPath: 'public/plugins/sereno-app/',
    uniqueName: 'sereno-app',
    clean: true,
  },
  externals: SHARED,
  optimization: { splitChunks: false, runtimeChunk: false },
  performance: { hints: 'error', maxAssetSize: 400_000, maxEntrypointSize: 400_000 },
  resolve: { extensions: ['.ts', '.tsx', '.js'] },
  module: {
    parser: { javascript: { dynamicImportMode: 'eager' } },
    rules: [
      {
        test: /\.tsx?$/,
        exclude: /node_modules/,
        loader: 'swc-loader',
        options: {
          jsc: {
            target: 'es2022',
            parser: { syntax: 'typescript', tsx: true },
            transform: { react: { runtime: 'classic' } },
          },
        },
      },
    ],
  },
  plugins: [
    new CopyPlugin({
      patterns: [
        { from: '**/plugin.json', transform: filled },
        { from: '**/img/*' },
        { from: '../README.md' },
        { from: '../CHANGELOG.md', transform: filled },
        { from: '../../LICENSE', to: '[name]' },
      ],
    }),
  ],
});
