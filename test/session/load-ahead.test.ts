import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const src = join(import.meta.dirname, '../../src')
const loadsIn = (file: string): readonly string[] =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/import\('(?:[^']*\/)?([^'/]+)'\)/g)].map(([, name = '']) => name)

/** What a run loads as it begins, or never. */
const BEFORE = [
  'named.ts',
  'standing.ts',
  'project.ts',
  'other-rollouts.ts',
  'unheard-beside.ts',
  'nothing-started.ts',
  'several.ts',
  'git.ts',
  'glass.ts',
  'break-glass.ts',
  'noted.ts',
  'writer.ts',
  'load.ts',
  'registry.ts',
  'open.ts',
]
const AT_ONCE = ['channels.ts', 'postgres.ts', 'etcd.ts', 'file.ts', 'asked.ts']
const BUILT_IN = ['node:child_process']

it('whatever a run may load later is loaded ahead', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  const rooms = files.filter((file) => /^(?:adapters|config|engine|session)\/.*\.ts$/.test(file))
  const loaders = ['session/load-ahead.ts', 'adapters/load-ahead.ts']
  const later = rooms.filter((file) => !loaders.includes(file)).flatMap(loadsIn)
  const ahead = new Set([...loaders.flatMap(loadsIn), ...BEFORE, ...AT_ONCE, ...BUILT_IN])
  expect(later.length).toBeGreaterThan(10)
  expect(later.filter((name) => !ahead.has(name))).toEqual([])
})
