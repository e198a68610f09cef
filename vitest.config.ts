import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/helpers/tidy.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Real servers and child processes on two cores: more files at once only make them slower.
    maxWorkers: 2,
    maxConcurrency: 2,
    env: { NO_COLOR: '1', CI: '' },
  },
})
