import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { watch } from './asleep.ts'
import { examine, journalOf, type Entry } from './record.ts'
import { pooled, type Report } from './report.ts'
import { must, openSite, prepared, type Site } from './site.ts'
import { litter, wrongAtRest, wrongWith } from './verdict.ts'

export const CAN_FAKE = spawnSync('faketime', ['-f', '+1h', 'true']).status === 0

/** What faketime preloads; the monotonic clock stays as it is, as it does when somebody sets the time. */
const PRELOAD = CAN_FAKE ? spawnSync('faketime', ['-m', '-f', '+0s', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).stdout.trim() : ''
const FAKE = { LD_PRELOAD: PRELOAD, DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_NO_CACHE: '1' }

const HOUR = 3_600_000
const HOLD = 3000

/** The same step up and rollback, with the clock jumping before each command. */
const JUMPS: readonly (readonly [up: string, back: string])[] = [
  ['+0s', '-2h'],
  ['+1y', '-1h'],
  ['-1h', '+1h'],
  ['+1h', '-1y'],
  ['-1y', '+1y'],
]

/** Between commands: whatever the clock says, a step is taken, a rollback rolls back and the journal is whole. */
export async function jumpsBetween(atOnce: number, count: number): Promise<Report> {
  const { started } = await prepared()
  const found = await pooled(JUMPS.slice(0, count), atOnce, async ([up, back]) => {
    const site = started.copy()
    const wrong: string[] = []
    for (const [argv, clock] of [
      [['advance'], up],
      [['rollback'], back],
    ] as const) {
      const ended = await site.run([...argv, '--json'], { env: { ...FAKE, FAKETIME: clock } })
      const record = examine(site)
      wrong.push(...wrongWith(argv, ended, record), ...wrongAtRest(site, record))
      if (ended.code !== 0) wrong.push(`rollout ${argv.join(' ')} ended with ${ended.code} at ${clock}: ${ended.err}`)
      const off = (record.entries.at(-1)?.at ?? 0) - Date.now()
      if (clock !== '+0s' && Math.abs(off) < HOUR / 2) wrong.push(`the clock was not moved: ${off} ms`)
    }
    wrong.push(...litter(site, 0))
    site.remove()
    return wrong.map((text) => `advance at ${up}, rollback at ${back}: ${text}`)
  })
  return { name: 'clock jumps between commands', counts: { jumps: found.length }, violations: found.flat() }
}

const HELD = `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web] } }
targets: { web: { use: env-file, path: web.env } }
metrics: { errors: { use: command, run: [cat, errors], critical: "> 5", maxAge: 1m } }
interval: 1s
phases:
  - { phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: ${HOLD / 1000}s, metrics: [errors] }
`

/** While `run` watches: I13, a hold is never cut short, by any jump there and back. */
export async function jumpsWhileRunning(jumps: readonly string[]): Promise<Report> {
  const site = openSite(undefined, HELD)
  const clock = join(site.folder, 'clock')
  const env = { ...FAKE, FAKETIME_TIMESTAMP_FILE: clock }
  site.write('clock', '+0s\n')
  const wrong: string[] = []
  wrong.push(...wrongWith(['start'], await site.run(['start', '--json'], { env }), examine(site)))
  const running = site.launch(['run', '--json'], { env })
  const isOver = watch(running.ended)
  let changes = 0
  for (let nth = 0; !isOver(); nth += 1) {
    await Promise.race([sleep(500), running.ended])
    site.write('clock', `${jumps[nth % jumps.length] ?? '+0s'}\n`)
    changes += 1
  }
  const ended = await running.ended
  const record = examine(site)
  wrong.push(...wrongWith(['run'], ended, record), ...wrongAtRest(site, record))
  if (ended.code !== 0 || record.now.status !== 'complete') wrong.push(`run ended with ${ended.code}, ${record.now.status}: ${ended.err}`)
  wrong.push(...shortHolds(site, record.entries))
  const far = record.entries.filter(({ at }, nth) => Math.abs(at - (record.entries[nth - 1]?.at ?? at)) > HOUR / 2).length
  if (far === 0) wrong.push('the clock was never moved')
  site.remove()
  return { name: 'clock jumps while it runs', counts: { changes, 'jumps seen': far }, violations: wrong }
}

/**
 * The kernel's time of the files is the true one. Between the event before an arrival and the next move lies at
 * least the hold; on a slow machine more.
 */
function shortHolds(site: Site, entries: readonly Entry[]): readonly string[] {
  const writtenAt = ({ seq }: Entry): number => statSync(join(journalOf(site), `${String(seq).padStart(12, '0')}.json`)).mtimeMs
  const arrivals = entries.filter(({ type }) => type === 'arrived')
  if (arrivals.length !== 2) return [`${arrivals.length} arrivals instead of 2`]
  return arrivals.flatMap(({ seq }) => {
    const [applied, further] = [entries[seq - 2], entries.slice(seq).find(({ type }) => type === 'intended' || type === 'completed')]
    if (!applied || !further) return [`nothing follows the arrival #${seq}`]
    const held = writtenAt(further) - writtenAt(applied)
    return held < HOLD ? [`I13 #${further.seq} comes ${held} ms after #${applied.seq}, but the hold is ${HOLD} ms`] : []
  })
}

/** [clock, age of the sample in minutes by the true clock, what advance may end with]: only a clock that is right makes a sample fresh. */
const SAMPLES: readonly (readonly [clock: string, minutes: number, code: number])[] = [
  ['+0s', 0, 0],
  ['+0s', 10, 8],
  ['+1h', 0, 8],
  ['-1h', 0, 8],
  ['+1y', 0, 8],
  ['-1y', 0, 8],
  ['+1h', 10, 8],
  ['-1h', 10, 8],
  ['-1y', 10, 8],
]

/** I7: a sample that is old, or from the future, moves nothing up. */
export async function samples(atOnce: number, count: number): Promise<Report> {
  const started = openSite(undefined, HELD)
  await must(started, 'start')
  const found = await pooled(SAMPLES.slice(0, count), atOnce, async ([clock, minutes, code]) => {
    const site = started.copy()
    const timestamp = (Date.now() - minutes * 60_000) / 1000
    site.write('errors', JSON.stringify({ value: 0, timestamp }))
    const ended = await site.run(['advance', '--json'], { env: { ...FAKE, FAKETIME: clock } })
    const record = examine(site)
    const wrong = [...wrongWith(['advance'], ended, record), ...wrongAtRest(site, record)]
    if (ended.code !== code) wrong.push(`I7 it ended with ${ended.code} instead of ${code}: ${ended.out}${ended.err}`)
    site.remove()
    return wrong.map((text) => `clock ${clock}, a sample ${minutes}m old: ${text}`)
  })
  started.remove()
  return { name: 'samples under a wrong clock', counts: { samples: found.length }, violations: found.flat() }
}
