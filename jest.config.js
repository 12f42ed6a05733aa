// Jest runs what the compiler wrote (`dist/test`), as plain ES modules: no transform stands between
// the code that is tested and the code that is shipped, and worker threads find real files.
const common = {
  testEnvironment: 'node',
  rootDir: 'dist/test',
  transform: {},
  globalSetup: '<rootDir>/support/setup.js',
  globalTeardown: '<rootDir>/support/teardown.js',
}
const LAB = ['stories', 'support', 'demo', 'docker', 'ops']
// Start programs, or end threads in the middle of their work, and wait for them: too long for `npm run test:unit`.
const WITH_PROGRAMS = [
  'asterisk/stop',
  'cli',
  'control/console-api',
  'fleet/shared-tables',
  'docs/flow-file-examples',
  'docs/hours-page',
  'flows/compile-in-worker',
  'flows/function-check',
  'flows/function-runner',
  'flows/revision-memory',
  'flows/type-check',
  'history/add-example',
  'history/command',
  'history/masked-call',
  'observability/log',
  'observability/tracing',
  'revisions/commands',
  'setup/command',
  'setup/interruption',
  'speech/renderer',
  'store/store',
  'tables/tables',
]
const files = (name) => `<rootDir>/${name}{/**/*,}.test.js`

const UNIT = {
  ...common,
  displayName: 'unit',
  testMatch: ['**/*.test.js'],
  testPathIgnorePatterns: [...LAB, ...WITH_PROGRAMS, 'debian'].map((name) => `<rootDir>/${name}[./]`),
}
/** Whole calls on real Asterisks, and what needs a built package. */
const WITH_LAB = { ...common, displayName: 'lab', testMatch: [...LAB, ...WITH_PROGRAMS].map(files) }
/** `npm run test:package`: installs the built Debian package on whole machines. */
const DEBIAN = { ...common, displayName: 'debian', testMatch: [files('debian')] }

export default {
  projects: process.env.DOORMAN_TEST_PACKAGE === '1' ? [DEBIAN] : [UNIT, WITH_LAB],
  testTimeout: 30_000,
  // Jest would use one on two cores; a whole-call story mostly waits.
  maxWorkers: 2,
  // Those marked so mostly wait, too.
  maxConcurrency: 20,
}
