import type { Result } from './pool.ts'
import type { Outcome } from './rollout.ts'

const RATE = 100
const INTERVAL = 60_000

/** What a newcomer asks, and the world that answers; ends as shares, minutes and requests as medians. */
const QUESTIONS: readonly (readonly [question: string, world: string, answer: (outcome: Outcome) => string])[] = [
  ['good: rolled back', 'good', rolledBack],
  ['… while errors follow the day', 'daily trend', rolledBack],
  ['… while errors wander by 20 %', 'correlated noise', rolledBack],
  ['… while the whole site fails for 15 min', 'incident', rolledBack],
  ['good: minutes until everybody has it', 'good', ({ completeAfter }) => (completeAfter === undefined ? '–' : String(completeAfter))],
  ['twice the errors (1 %): caught', '1 %', caught],
  ['four times (2 %): caught', '2 %', caught],
  ['… requests failed until then', '2 %', ({ failed }) => (failed === undefined ? '–' : String(failed))],
  ['from no errors to 1 %: caught', '0 → 1 %', caught],
  ['latency +50 %: caught', 'latency +50 %', caught],
]

/** Renders the few numbers that README.md shows; empty where not all of their worlds were played. */
export function renderSummary(results: readonly Result[], deciders: readonly string[]): string {
  const rows = QUESTIONS.flatMap(([question, world, answer]) => {
    const found = results.find(({ cell }) => cell.world === world && cell.rate === RATE && cell.interval === INTERVAL)
    return found ? [[question, ...deciders.map((name) => (found.outcomes[name] ? answer(found.outcomes[name]) : '–'))]] : []
  })
  if (rows.length < QUESTIONS.length) return ''
  const head = [`a release at ${RATE} requests/s, 0.5 % of them failing`, ...deciders]
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function rolledBack(outcome: Outcome): string {
  return share(outcome.rolledBack, outcome.rollouts)
}

function caught(outcome: Outcome): string {
  const after = outcome.rolledBackAfter === undefined ? '' : `, ${outcome.rolledBackAfter} min`
  return `${share(outcome.rolledBack, outcome.rollouts)}${after}`
}

function share(count: number, of: number): string {
  return `${Number(((100 * count) / of).toFixed(1))} %`
}
