import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LIMITS } from '../helpers/limits.ts'

/** One change of the source, as JSON in the environment; none where the tests are played on the source as it is. */
const { file, find, replace }: { file?: string; find: string; replace: string } = JSON.parse(process.env['MUTATION'] ?? '{}')
const root = join(import.meta.dirname, '../..')

export default defineConfig({
  root,
  plugins: [
    {
      name: 'mutation',
      enforce: 'pre',
      transform: (code, id) => (file !== undefined && id === join(root, 'src', file) ? code.replace(find, () => replace) : undefined),
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/helpers/tidy.ts'],
    testTimeout: LIMITS.unit,
    hookTimeout: LIMITS.unit,
    maxWorkers: 1,
    maxConcurrency: 2,
    bail: 1,
    env: { NO_COLOR: '1', CI: '' },
  },
})
