import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ownFolder } from '../helpers/folder.ts'
import { launch } from '../helpers/launch.ts'
import { serve, shop } from '../helpers/shell.ts'
import { place } from './binary.ts'

/* Somebody replaces or removes the package while a command of it runs. */

const root = join(import.meta.dirname, '../..')

/** A copy of the program that can be removed. */
function installed() {
  const folder = ownFolder('rollout-replaced-')
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true })
  return { dist: join(folder, 'dist'), program: join(folder, 'bin/rollout.cjs') }
}

// Nothing of the second phase was needed before: a command, and an application that is asked for its words.
const plan = (url: string, asked: string): string => `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web] }
  FEATURE_Y: { targets: [worker, api] }
targets:
  web: { use: env-file, path: web.env }
  worker: { use: command, set: [sh, -c, 'echo "$1" > worker', sh, '{{value}}'], get: [cat, worker] }
  api: { use: env-file, path: api.env, verify: ${asked}, timeout: 2s }
metrics:
  error_rate:
    use: openmetrics
    url: ${url}
    ratio: { bad: 'http_requests_total{status=~"5.."}', total: http_requests_total }
    critical: "> 5%"
interval: 1s
phases:
  - { phase: core, toggles: [FEATURE_X], steps: [100%], hold: 2s, metrics: [error_rate] }
  - { phase: more, toggles: [FEATURE_Y], steps: [100%], hold: 2s, metrics: [error_rate] }
`

it('a run goes on to its end although the package it was started from is removed', async () => {
  const traffic = { requests: 100, errors: 0 }
  const asked = await serve((_, response) => response.end('{"FEATURE_Y":"false"}'))
  const at = place({
    'rollout.yaml': plan(await shop(traffic), asked),
    'web.env': 'FEATURE_X=false\n',
    'api.env': 'FEATURE_Y=false\n',
    worker: 'false\n',
  })
  const { dist, program } = installed()
  expect(await launch(at.folder, ['start'], { program }).ended).toMatchObject({ code: 0 })
  const running = launch(at.folder, ['run'], { program })
  await running.printed('FEATURE_X 0% → 100%')
  rmSync(dist, { recursive: true })
  await running.printed('FEATURE_Y')
  const { code, out, err } = await running.ended
  // The application does not take the new word: what was begun is taken back.
  expect({ code, err }, out).toEqual({ code: 9, err: '' })
  expect(at.read('worker')).toBe('false\n')
})

it('a command that cannot load a part of the program says so', async () => {
  const { dist, program } = installed()
  const at = place()
  const { code, err } = await launch(at.folder, ['--help'], { program }).ended
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const loaded = (name: string): boolean => name.startsWith('chunk-carry-out')
  for (const name of readdirSync(dist).filter(loaded)) renameSync(join(dist, name), join(dist, `old-${name}`))
  const half = await launch(at.folder, ['status', '--json'], { program }).ended
  expect(half.err).toMatch(/^✗ a file of rollout itself cannot be read: Cannot find module '.*'\n/)
  expect({ ...half, out: JSON.parse(half.out) }).toMatchObject({ code: 69, out: { kind: 'error', code: 'unreachable' } })
  for (const name of readdirSync(dist).filter((each) => each.startsWith('chunk-print-error'))) rmSync(join(dist, name))
  const { err: brief } = await launch(at.folder, ['status'], { program }).ended
  expect(brief).toMatch(/^✗ a file of rollout itself cannot be read: Cannot find module '.*'\n$/)
  for (const name of readdirSync(dist).filter((each) => each !== 'main.cjs')) rmSync(join(dist, name), { recursive: true })
  const { code: last, err: said } = await launch(at.folder, ['status'], { program }).ended
  expect(said).toMatch(/^✗ rollout cannot be loaded: Cannot find module '.*'\n {2}.*\n$/)
  expect(last).toBe(69)
})
