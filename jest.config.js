// Jest runs what the compiler wrote (`dist/test`), as plain ES modules: no transform stands between
// the code that is tested and the code that is shipped, and worker threads find real files.
export default {
  testEnvironment: 'node',
  rootDir: 'dist/test',
  testMatch: ['**/*.test.js'],
  transform: {},
  testTimeout: 30_000,
  // Jest would use one on two cores; a whole-call story mostly waits.
  maxWorkers: 2,
}
