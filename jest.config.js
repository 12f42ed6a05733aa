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

export default {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['**/*.test.js'],
      testPathIgnorePatterns: LAB.map((name) => `<rootDir>/${name}[./]`),
    },
    // Whole calls on real Asterisks, and what needs a built package.
    { ...common, displayName: 'lab', testMatch: LAB.map((name) => `<rootDir>/${name}{/**/*,}.test.js`) },
  ],
  testTimeout: 30_000,
  // Jest would use one on two cores; a whole-call story mostly waits.
  maxWorkers: 2,
}
