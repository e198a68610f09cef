import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openMetrics, openTargets } from '../adapters/open.ts'
import { messageOf, RolloutError, type Outcome, type Problem } from '../core/errors.ts'
import type { Reading } from '../core/judge.ts'
import { togglesOf, type Plan } from '../core/plan.ts'
import { formatDuration } from '../core/units.ts'
import { longestGap } from '../core/watch.ts'
import { increments } from '../core/counters.ts'
import type { Shell } from '../shell.ts'
import { renderDoctor, type Finding } from '../views/doctor.ts'
import { writeJson } from '../views/json.ts'
import { deadline, flag, type Input } from './input.ts'
import { loadPlan, locate, openJournal } from './project.ts'

const BETWEEN = 2000

/** Looks for what will hurt later. Writes nothing, to no target and to no journal. */
export default async function doctor(shell: Shell, input: Input): Promise<Outcome> {
  const rows: Finding[] = []
  const plan = await examinePlan(shell, input, rows)
  rows.push(...examineFolder(shell, input))
  rows.push(await examineJournal(shell, input))
  if (plan) {
    rows.push(...(await examineTargets(shell, input, plan)))
    rows.push(...(await examineMetrics(shell, input, plan)))
  }
  if (flag(input, 'json')) writeJson(rows, shell.out)
  else shell.out.write(renderDoctor(rows, shell.out))
  if (!plan) return 'config'
  return rows.some(({ level }) => level === 'failed') ? 'unreachable' : 'done'
}

async function examinePlan(shell: Shell, input: Input, rows: Finding[]): Promise<Plan | undefined> {
  const row = (level: Finding['level'], { message, hint, where }: Problem): Finding => ({ what: 'plan', level, text: message, ...(hint !== undefined && { hint }), ...(where && { where }) })
  try {
    const { plan, warnings } = await loadPlan(shell, input)
    rows.push({ what: 'plan', level: 'ok', text: `${Object.keys(plan.toggles).length} toggles, ${plan.phases.length} phases` }, ...warnings.map((each) => row('warning', each)))
    rows.push({ what: 'cron', level: 'ok', text: `run --once proves hold time when it runs at least every ${formatDuration(longestGap(plan))}` })
    return plan
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    rows.push(...thrown.problems.map((each) => row('failed', each)))
    return undefined
  }
}

function examineFolder(shell: Shell, input: Input): readonly Finding[] {
  const { folder } = locate(shell, input)
  const state = join(folder, '.rollout')
  const rows: Finding[] = []
  if (existsSync(state) && (statSync(state).mode & 0o077) !== 0) rows.push({ what: 'journal', level: 'warning', text: 'others may read .rollout', hint: `chmod 700 ${state}` })
  if (existsSync(join(folder, '.git')) && !ignores(folder)) rows.push({ what: 'git', level: 'warning', text: '.rollout is not ignored', hint: "echo '.rollout/' >> .gitignore" })
  return rows
}

function ignores(folder: string): boolean {
  try {
    return readFileSync(join(folder, '.gitignore'), 'utf8').split(/\r?\n/).some((line) => /^\/?\.rollout\/?$/.test(line.trim()))
  } catch {
    return false
  }
}

async function examineJournal(shell: Shell, input: Input): Promise<Finding> {
  try {
    const journal = await openJournal(shell, input)
    const events = await journal.read()
    return { what: 'journal', level: 'ok', text: events.length === 0 ? 'nothing was started yet' : `${events.length} events, every hash holds` }
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    const [first] = thrown.problems
    return { what: 'journal', level: 'failed', text: first?.message ?? '', ...(first?.hint !== undefined && { hint: first.hint }) }
  }
}

async function examineTargets(shell: Shell, input: Input, plan: Plan): Promise<readonly Finding[]> {
  const lender = { clock: shell.clock, env: shell.env, folder: locate(shell, input).folder }
  const targets = await openTargets(plan, lender)
  return Promise.all(
    targets.map(async (target): Promise<Finding> => {
      const variables = togglesOf(plan, target.name).flatMap((name) => plan.toggles[name]?.variable ?? [])
      try {
        const found = await target.read(variables, deadline(shell, input))
        const unset = variables.filter((variable) => found[variable] === undefined)
        return { what: `target ${target.name}`, level: 'ok', text: unset.length === 0 ? 'holds every toggle' : `does not hold ${unset.join(', ')} yet: the default counts` }
      } catch (thrown) {
        const hint = thrown instanceof RolloutError ? thrown.problems[0]?.hint : undefined
        return { what: `target ${target.name}`, level: 'failed', text: messageOf(thrown), ...(hint !== undefined && { hint }) }
      }
    }),
  )
}

async function examineMetrics(shell: Shell, input: Input, plan: Plan): Promise<readonly Finding[]> {
  const lender = { clock: shell.clock, env: shell.env, folder: locate(shell, input).folder }
  const signal = deadline(shell, input)
  const metrics = await openMetrics(plan, Object.keys(plan.metrics), lender)
  const first = await Promise.all(metrics.map(async (metric) => metric.read(signal)))
  if (first.some(({ is }) => is === 'ratio' || is === 'quantile')) await shell.clock.sleep(BETWEEN, signal)
  const second = await Promise.all(metrics.map(async (metric) => metric.read(signal)))
  return metrics.flatMap(({ name }, nth) => examineMetric(plan, name, first[nth], second[nth], shell.clock.now()))
}

function examineMetric(plan: Plan, name: string, before: Reading | undefined, now: Reading | undefined, wall: number): readonly Finding[] {
  const what = `metric ${name}`
  const rows: Finding[] = []
  const metric = plan.metrics[name]
  const query = metric?.options['query']
  if (typeof query === 'string' && /\/[^/]*(?:rate|increase|sum)\b/.test(query) && !query.includes('vector(0)')) {
    rows.push({ what, level: 'warning', text: 'the query is empty, not zero, while there are no errors', hint: 'ratio: { bad, total } reads both sides; or (sum(rate(bad[1m])) or vector(0)) / sum(rate(total[1m]))' })
  }
  if (!now || now.is === 'missing') return [...rows, { what, level: 'failed', text: now ? `${now.reason}: ${now.detail}` : 'not read' }]
  if (now.at !== undefined && Math.abs(wall - now.at) > 30_000) {
    const text = `the newest sample is ${formatDuration(Math.abs(wall - now.at))} ${now.at > wall ? "ahead of this machine's clock" : 'old'}`
    rows.push({ what, level: 'warning', text, hint: 'compare the clocks of both machines' })
  }
  if (now.is === 'value') return [...rows, { what, level: 'ok', text: `is ${now.value}` }]
  const [old, fresh] = [countersOf(before), countersOf(now)]
  const rate = (increments(old ?? fresh, fresh)[now.is === 'ratio' ? 'total' : '+Inf'] ?? 0) / (BETWEEN / 1000)
  if (rate === 0) return [...rows, { what, level: 'warning', text: 'no request was counted for two seconds', hint: 'a step waits for samples, and pauses when none come' }]
  const needed = formatDuration(((metric?.minSamples ?? 0) / rate) * 1000)
  return [...rows, { what, level: 'ok', text: `counts ${Math.round(rate * 10) / 10} requests/s: ${metric?.minSamples ?? 0} samples take about ${needed}` }]
}

function countersOf(reading: Reading | undefined) {
  if (reading?.is === 'ratio') return { bad: reading.bad, total: reading.total }
  return reading?.is === 'quantile' ? reading.buckets : {}
}
