// Packages that ship only modules of the newer kind; jest must translate them.
const translated = ['@grafana', '@react-hookz', '@ver0', '@wojtekmaj', 'd3', 'd3-color', 'd3-force', 'd3-interpolate',
  'd3-scale-chromatic', 'delaunator', 'get-user-locale', 'internmap', 'marked', 'memoize', 'mimic-function', 'monaco-promql',
  'ol', 'pkce-challenge', 'rbush', 'robust-predicates', 'react-calendar', 'uuid', 'lodash-es', 'react-hook-form'];

module.exports = {
  testEnvironment: 'jsdom',
  roots: ['<rootDir>/src'],
  setupFiles: ['<rootDir>/jest.setup.cjs'],
  moduleNameMapper: { '\\.(css|svg|png)$': 'identity-obj-proxy' },
  transform: {
    '^.+\\.(m?[tj]s|[tj]sx)$': ['@swc/jest', {
      jsc: { parser: { syntax: 'typescript', tsx: true }, target: 'es2022', transform: { react: { runtime: 'classic' } } },
    }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${translated.join('|')})/)`],
};
