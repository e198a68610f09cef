// What one durable append costs, and how long a long journal takes to read: `npm run bench`.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileStore } from '../src/adapters/state/file.ts'
import { loadState } from '../src/engine/load-state.ts'
import { openWriter } from '../src/engine/writer.ts'
import { realClock } from '../test/helpers/shell.ts'
import type { Plan } from '../src/core/plan/plan.ts'

const EVENTS = 2000
const folder = mkdtempSync(join(tmpdir(), 'rollout-bench-'))
const plan: Plan = {
  version: 1,
  name: 'bench',
  toggles: {},
  targets: {},
  metrics: {},
  phases: [],
  interval: 1000,
  patience: 1000,
  maxUnavailable: 0,
  approvers: {},
  windows: [],
  freezes: [],
}

try {
  const journal = await openFileStore(folder, { clock: realClock() }).open('bench')
  const writer = await openWriter({ journal, clock: realClock(), uuid: randomUUID, version: 'bench' })
  await writer.append({ type: 'started', plan, digest: '', files: {}, baseline: {} }, { actor: 'bench' })
  const each: number[] = []
  for (let nth = 1; nth < EVENTS; nth += 1) {
    const began = performance.now()
    await writer.append(nth % 2 === 0 ? { type: 'resumed' } : { type: 'paused', why: { code: 'operator', text: 'bench' } }, {
      actor: 'bench',
    })
    each.push(performance.now() - began)
  }
  each.sort((a, b) => a - b)
  console.log(`journal of ${EVENTS} events, one file each`)
  console.log(`  append   median ${at(each, 0.5)} ms, 99 % ${at(each, 0.99)} ms`)
  console.log(`  read     ${await timed(async () => journal.read())} ms, every hash checked`)
  console.log(`  status   ${await timed(async () => loadState(journal))} ms, from the checkpoint on`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(2)
}

async function timed(work: () => Promise<unknown>): Promise<string> {
  const began = performance.now()
  await work()
  return (performance.now() - began).toFixed(1)
}
