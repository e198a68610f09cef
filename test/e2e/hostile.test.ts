import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '../../src/adapters/state/digest.ts'
import { openFileStore } from '../../src/adapters/state/file.ts'
import type { Fact } from '../../src/core/journal/event.ts'
import { openWriter } from '../../src/engine/writer.ts'
import { metric, phase, plan, toggle, track, watch } from '../helpers/core.ts'
import { fakeClock } from '../helpers/memory.ts'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell, type FakeShell } from '../helpers/shell.ts'

/*
 * A shared journal is written by others, too: whatever text stands in it, none of it moves a cursor, colours a line,
 * begins one of its own, reads backwards, or commands the runner of a CI job.
 */

/** Escape sequences old and new, a title, line ends, right-to-left, and workflow commands. */
const EVIL = '\u001b[2J\u001b]0;owned\u0007\n::error::\u2028\u202e\u2066\u200f\u009b31m\u0085\r##[add-mask]x\u0001\u007f'
/** Where it begins a text, it could begin a line. */
const FIRST = `::set-output name=x::${EVIL}`

const hostile = plan({
  name: `shop${EVIL}`,
  environment: `live${EVIL}`,
  toggles: {
    [`A${EVIL}`]: toggle({
      variable: `A${EVIL}`,
      description: FIRST,
      owner: FIRST,
      removeBy: `2020-01-01${EVIL}`,
      targets: [`web${EVIL}`],
      words: { on: `on${EVIL}`, off: `off${EVIL}` },
    }),
  },
  targets: { [`web${EVIL}`]: { use: 'env-file', options: { path: `web${EVIL}.env` } } },
  metrics: { [`errors${EVIL}`]: metric({ use: 'openmetrics', options: { url: 'http://127.0.0.1:9/', value: 'x' } }) },
  phases: [
    phase({
      id: `core${EVIL}`,
      title: FIRST,
      toggles: [`A${EVIL}`],
      metrics: [`errors${EVIL}`],
      steps: [
        { to: 10, hold: 1, approval: { group: `boss${EVIL}`, count: 2 } },
        { to: 100, hold: 1, approval: { group: `boss${EVIL}`, count: 2 } },
      ],
      checklist: [
        { id: `item${EVIL}`, text: FIRST, owner: FIRST },
        { id: `other${EVIL}`, text: FIRST, owner: FIRST, evidence: true },
      ],
    }),
  ],
  approvers: { [`boss${EVIL}`]: [`ana${EVIL}`] },
  freezes: [{ name: `holidays${EVIL}`, from: 0, to: 9e12 }],
})

const why = { code: 'critical', text: FIRST, metric: `errors${EVIL}` } as const
const seen = watch({
  [`errors${EVIL}`]: track({ verdict: 'unknown', missing: { reason: 'malformed', detail: FIRST }, unknownFor: 1000 }),
})
const exposures = (to: number) => ({ [`A${EVIL}`]: to })
const FACTS: readonly Fact[] = [
  { type: 'started', plan: hostile, digest: digestOf(hostile), files: { [`x${EVIL}`]: '' }, baseline: exposures(0) },
  { type: 'attached', controller: { host: `host${EVIL}`, pid: 1, domain: 'd', began: '1' } },
  { type: 'approved', step: 0, digest: digestOf(hostile), group: `boss${EVIL}` },
  { type: 'checked', phase: `core${EVIL}`, item: `item${EVIL}` },
  { type: 'intended', move: 'advance', cursor: 0, exposures: exposures(10), why, overrides: [`hold${EVIL}`] },
  { type: 'refused', intent: 5, target: `web${EVIL}`, error: FIRST },
  { type: 'applied', intent: 5, target: `web${EVIL}` },
  { type: 'arrived', intent: 5, missing: [`web${EVIL}`], watch: seen },
  { type: 'observed', watch: seen },
  { type: 'paused', why },
  { type: 'resumed' },
  { type: 'checked', phase: `core${EVIL}`, item: `item${EVIL}`, evidence: FIRST },
  { type: 'unchecked', phase: `core${EVIL}`, item: `item${EVIL}` },
  { type: 'approved', step: 1, digest: digestOf(hostile), group: `boss${EVIL}`, signed: { at: 0, signature: FIRST } },
  { type: 'approved', step: 0, digest: digestOf(hostile), group: `boss${EVIL}` },
  { type: 'revoked', step: 0, digest: digestOf(hostile), group: `boss${EVIL}` },
]

/** A journal of these facts and some more, beside a plan of the same name that is well. */
async function place(more: readonly Fact[]): Promise<FakeShell> {
  const clock = fakeClock()
  const shell = fakeShell({
    clock,
    files: { 'rollout.yaml': plainPlan('http://127.0.0.1:9/'), 'web.env': 'FEATURE_X=false\n' },
    env: { PATH: process.env['PATH'] },
  })
  const journal = await openFileStore(join(shell.cwd, '.rollout'), { clock }).open('shop')
  const writer = await openWriter({ journal, clock, uuid: shell.uuid, version: `1${EVIL}` })
  for (const fact of [...FACTS, ...more]) await writer.append(fact, { actor: `ana${EVIL}`, reason: FIRST })
  return shell
}

/** What is wrong with this as text for a terminal and for the log of a CI job. */
function complaints(text: string): string[] {
  const lines = text.split('\n')
  return [
    // oxlint-disable-next-line eslint/no-control-regex -- these are what is looked for
    ...lines.filter((line) => /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(line)),
    ...lines.filter((line) => /^\s*::|##\[/.test(line)),
  ]
}

const COMMANDS: readonly (readonly string[])[] = [
  ['status'],
  ['history', '--all'],
  ['explain'],
  ['explain', `errors${EVIL}`],
  ['explain', `A${EVIL}`],
  ...Array.from({ length: 17 }, (_, nth) => ['explain', String(nth + 1)]),
  ['explain', `nothing${EVIL}`],
  ['toggles'],
  ['plan'],
  ['check'],
  ['doctor'],
  ['advance', '--dry-run'],
  ['rollback', '--dry-run'],
  ['rollback', '--phase', `none${EVIL}`],
  ['history', '--verify'],
  ['approve', `none${EVIL}`],
  ['approve', `item${EVIL}`, '--evidence', `https://${EVIL}`],
  ['approve', '--sign', `none${EVIL}`],
  ['approve', '--revoke'],
  ['approve'],
  ['status', `--none${EVIL}`],
  [`none${EVIL}`],
  ['status', '--env', `../../x${EVIL}`],
  ['status', '--file', `none${EVIL}`],
  ['check', 'config', '--file', `none${EVIL}`],
  ['plan', '--timeout', `1${EVIL}`],
  ['rollback', '--to', `1${EVIL}`],
  ['advance', '--override', `x${EVIL}`, '--reason', 'r'],
  ['run', '--once'],
  ['advance'],
  ['pause'],
  ['resume'],
  ['rollback'],
  ['rollback', '--all'],
]

describe.each<readonly [string, readonly Fact[]]>([
  ['running', []],
  ['paused', [{ type: 'paused', why }]],
  ['with a move under way', [{ type: 'intended', move: 'advance', cursor: 1, exposures: exposures(100), why }]],
  [
    'rolled back in part',
    [
      { type: 'intended', move: 'rollback', cursor: -1, exposures: exposures(0), why },
      { type: 'refused', intent: 12, target: `web${EVIL}`, error: FIRST },
    ],
  ],
  ['complete', [{ type: 'completed', why }]],
])('%s', (_, more) => {
  let shell: FakeShell
  beforeAll(async () => {
    shell = await place(more)
  })

  // In order: some change the state for the next.
  test.each(COMMANDS)('%j %j', async (...argv) => {
    await shell.run(...argv)
    expect(complaints(shell.printed.out + shell.printed.err)).toEqual([])
    await shell.run(...argv, '--json')
    expect(complaints(shell.printed.out + shell.printed.err)).toEqual([])
    if (shell.printed.out !== '') expect(() => void JSON.parse(shell.printed.out)).not.toThrow()
  })
})
