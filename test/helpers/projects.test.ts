import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { ownFolder } from './folder.ts'
import { sortTests } from './projects.ts'

it('sorts a test by what it, and every file of the tests that it imports, needs', () => {
  const root = ownFolder('rollout-projects-')
  const files = {
    'core/pure.test.ts': `import { a } from '../helpers/pure.ts'`,
    'core/properties.test.ts': '',
    'adapters/reached.test.ts': `import { a } from '../helpers/near.ts'`,
    'session/built.test.ts': `import { a } from '../helpers/launch.ts'`,
    'helpers/pure.ts': '',
    'helpers/near.ts': `import { b } from './server.ts'`,
    'helpers/server.ts': `import { createServer } from 'node:http'`,
    'helpers/launch.ts': `const binary = '../../bin/rollout.cjs'`,
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'test', path)), { recursive: true })
    writeFileSync(join(root, 'test', path), text)
  }
  expect(sortTests(root)).toEqual({
    unit: ['test/core/pure.test.ts'],
    long: ['test/core/properties.test.ts'],
    real: ['test/adapters/reached.test.ts'],
    binary: ['test/session/built.test.ts'],
  })
})

it('leaves no test out', () => {
  const root = join(import.meta.dirname, '../..')
  const all = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.ts'))
  expect(Object.values(sortTests(root)).flat().toSorted()).toEqual(all.map((path) => `test/${path}`).toSorted())
})
