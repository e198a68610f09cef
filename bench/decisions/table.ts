import Table from 'cli-table3'
import type { Result } from './pool.ts'
import type { Outcome } from './rollout.ts'
import { worldsFor } from './worlds.ts'

/** Renders what became of the rollouts of every decider. */
export function renderOutcomes(results: readonly Result[], deciders: readonly string[]): string {
  const table = new Table({ head: ['world', 'req/s', 'poll', ...deciders], style: { head: [], border: [], compact: true } })
  for (const { cell, outcomes } of results)
    table.push([...settingOf(cell), ...deciders.map((each) => (outcomes[each] ? outcomeIn(outcomes[each], isBad(cell.world)) : ''))])
  return table.toString()
}

/** Renders why the ledger ever stopped, and what of it no poll settles. */
export function renderPauses(results: readonly Result[]): string {
  const whys = [...new Set(results.flatMap(({ outcomes }) => Object.keys(outcomes['ledger']?.paused ?? {})))]
  const table = new Table({
    head: ['ledger ever paused', 'req/s', 'poll', 'asks', ...whys],
    style: { head: [], border: [], compact: true },
  })
  for (const { cell, outcomes } of results) {
    const { paused = {}, asked = 0, rollouts = 1 } = outcomes['ledger'] ?? {}
    table.push([...settingOf(cell), percent(asked, rollouts), ...whys.map((why) => percent(paused[why] ?? 0, rollouts))])
  }
  return table.toString()
}

function settingOf({ world, rate, interval }: Result['cell']): readonly string[] {
  return [world, String(rate), `${interval / 1000} s`]
}

function isBad(name: string): boolean {
  return worldsFor(10).some((world) => world.name === name && world.release !== undefined)
}

function outcomeIn(
  { rollouts, rolledBack, rolledBackAfter, complete, completeAfter, asked, failed, exposed }: Outcome,
  bad: boolean,
): string {
  const part = (what: string, count: number, after?: number): string =>
    `${what} ${percent(count, rollouts)}${after === undefined ? '' : ` @${minutes(after)}`}`.padEnd(15)
  const harm = bad && failed !== undefined ? `  ${failed}/${exposed}` : ''
  return `${part('rb', rolledBack, rolledBackAfter)}${part('ok', complete, completeAfter)}ask ${percent(asked, rollouts)}${harm}`
}

function percent(count: number, of: number): string {
  return ((100 * count) / of).toFixed(1).padStart(5)
}

function minutes(count: number): string {
  return String(Number(count.toFixed(1)))
}
