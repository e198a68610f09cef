// How long the whole of a long journal takes to read, beside the reading of its files alone: `npm run bench`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../src/adapters/state/file.ts'
import { seal, writeEvent } from '../src/adapters/state/seal.ts'
import { realClock } from '../test/helpers/shell.ts'
import type { Event } from '../src/core/event.ts'

const EVENTS = 100_000
const ROUNDS = 5
const folder = mkdtempSync(join(tmpdir(), 'rollout-bench-'))
const files = Array.from({ length: EVENTS }, (_, nth) => join(folder, 'bench', `${String(nth + 1).padStart(12, '0')}.json`))

try {
  mkdirSync(join(folder, 'bench'))
  let before: Event | undefined
  for (const file of files) {
    before = next(before)
    writeFileSync(file, `${writeEvent(before)}\n`)
  }
  const journal = await openStore(folder, { clock: realClock() }).open('bench')
  const alone: number[] = []
  const whole: number[] = []
  // By turns, so that what else the machine does meanwhile is in both; of the processor's time, not of the wall's.
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(await timed(() => files.map((file) => readFileSync(file, 'utf8'))))
    whole.push(await timed(async () => journal.read()))
  }
  const [floor, read] = [Math.min(...alone), Math.min(...whole)]
  console.log(`journal of ${EVENTS} events, best of ${ROUNDS}`)
  console.log(
    `  read     ${read.toFixed(0)} ms of a core, every hash checked: ${(read / floor).toFixed(2)} times its files alone (${floor.toFixed(0)} ms)`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** What there is most of: a poll that was news. */
function next(before: Event | undefined): Event {
  const seq = (before?.seq ?? 0) + 1
  const track = { verdict: 'healthy', met: true, value: 0.00123, bad: 12, total: 9756, samples: 9756 + seq, bins: [] } as const
  const watch = { monotonic: seq * 10_000, domain: 'boot pid:[4026531836]', credit: 60_000, tracks: { error_rate: track }, criteria: {} }
  const id = `3d7ac5f4-fc4e-4a4b-a6a5-${String(seq).padStart(12, '0')}`
  return seal({ type: 'observed', watch, seq, id, previous: before?.hash ?? '', at: seq, actor: 'rollout', version: 'bench' })
}

async function timed(work: () => unknown): Promise<number> {
  const began = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}
