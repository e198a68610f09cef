import { defineConfig } from 'vitest/config'
import { LIMITS } from './test/helpers/limits.ts'
import { PROJECTS, sortTests, type Project } from './test/helpers/projects.ts'

const files = sortTests(import.meta.dirname)
const PURE = ['unit', 'long']

export default defineConfig({
  test: {
    // On two cores: servers and child processes wait for each other for a third of their time.
    maxWorkers: 3,
    maxConcurrency: 2,
    reporters: ['default', './test/helpers/progress.ts'],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary'] },
    projects: PROJECTS.map((name) => ({ extends: true, test: projectOf(name) })),
  },
})

function projectOf(name: Project) {
  const limit = name === 'unit' ? LIMITS.unit : LIMITS.test
  return {
    name,
    include: [...files[name]],
    setupFiles: ['test/helpers/tidy.ts'],
    testTimeout: limit,
    hookTimeout: limit,
    env: { NO_COLOR: '1', CI: '' },
    // What is pure leaves nothing behind that the next file could see: the modules are loaded once.
    ...(PURE.includes(name) && { isolate: false }),
  }
}
