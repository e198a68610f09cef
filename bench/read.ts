// How long the whole of a long journal takes to read and to fold, beside the reading of its files alone: `npm run bench`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileStore } from '../src/adapters/state/file.ts'
import { seal, writeEvent } from '../src/adapters/state/seal.ts'
import { realClock } from '../test/helpers/shell.ts'
import type { Event } from '../src/core/journal/event.ts'
import { fold } from '../src/core/journal/fold.ts'
import { defaultsOf } from '../src/core/plan/plan.ts'
import { drawPlan } from '../test/simulation/plan.ts'
import { seeded } from '../test/simulation/random.ts'

const EVENTS = 100_000
const ROUNDS = 5
const NOBODY = { at: 1, actor: 'rollout', version: 'bench' } as const
const plan = drawPlan(seeded(1), seeded(1))
const folder = mkdtempSync(join(tmpdir(), 'rollout-bench-'))
const files = Array.from({ length: EVENTS }, (_, nth) => join(folder, 'bench', `${String(nth + 1).padStart(12, '0')}.json`))

try {
  mkdirSync(join(folder, 'bench'))
  let before: Event | undefined
  for (const file of files) {
    before = next(before)
    writeFileSync(file, `${writeEvent(before)}\n`)
  }
  const journal = await openFileStore(folder, { clock: realClock() }).open('bench')
  const alone: number[] = []
  const whole: number[] = []
  const folded: number[] = []
  // By turns, so that what else the machine does meanwhile is in both; of the processor's time, not of the wall's.
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(await timed(() => files.map((file) => readFileSync(file, 'utf8'))))
    let events: readonly Event[] = []
    whole.push(await timed(async () => (events = await journal.read())))
    folded.push(await timed(() => fold(events)))
  }
  const [floor, read, state] = [Math.min(...alone), Math.min(...whole), Math.min(...folded)]
  console.log(`journal of ${EVENTS} events, best of ${ROUNDS}`)
  console.log(
    `  read     ${read.toFixed(0)} ms of a core, every hash checked: ${(read / floor).toFixed(2)} times its files alone (${floor.toFixed(0)} ms)`,
  )
  console.log(`  fold     ${state.toFixed(0)} ms`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** What there is most of: a poll that was news. */
function next(before: Event | undefined): Event {
  if (!before)
    return seal({ type: 'started', plan, digest: '', files: {}, baseline: defaultsOf(plan), seq: 1, ...NOBODY, id: '', previous: '' })
  const seq = before.seq + 1
  const track = { verdict: 'healthy', met: true, value: 0.00123, bad: 12, total: 9756, samples: 9756 + seq, bins: [] } as const
  const watch = { monotonic: seq * 10_000, domain: 'boot pid:[4026531836]', credit: 60_000, tracks: { error_rate: track }, criteria: {} }
  const id = `3d7ac5f4-fc4e-4a4b-a6a5-${String(seq).padStart(12, '0')}`
  return seal({ type: 'observed', watch, seq, id, previous: before.hash, ...NOBODY })
}

async function timed(work: () => unknown): Promise<number> {
  const began = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}
