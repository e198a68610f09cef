import { messageOf } from '../core/values/errors.ts'
import type { Message } from '../core/values/message.ts'
import { isMeasures } from '../core/values/is-measures.ts'
import type { Fence, Loan, MetricAdapter, NotifyAdapter, TargetAdapter } from '../core/ports.ts'
import { ownMark } from '../core/journal/fence.ts'
import { checkMeasured } from './measure/sound.ts'

/** The options and words an adapter is tried with, and where its faults go. */
export interface Trying {
  readonly options: unknown
  readonly words: readonly { readonly [variable: string]: string }[]
  readonly loan: Loan & Fence
  readonly complain: (message: string) => void
}

/** Tries a target: words come back as they were written, an older epoch is refused, and there is a line to type. */
export async function tryTarget(target: TargetAdapter<unknown>, { options, words, loan, complain }: Trying): Promise<void> {
  const attempt = attempting(complain)
  const variables = [...new Set(words.flatMap((each) => Object.keys(each)))]
  const before = await attempt('read', async () => target.read(options, variables, loan))
  if (before === undefined) return
  const newest = words.length + 1
  const rounds = [...words, ...words.slice(-1)]
  for (const [nth, wanted] of rounds.entries()) {
    const label = nth === words.length ? 'write, of what is there already' : 'write'
    await attempt(label, async () => target.write(options, wanted, { ...loan, epoch: nth + 1 }))
    const held = await attempt('read', async () => target.read(options, Object.keys(wanted), loan))
    for (const [variable, word] of Object.entries(wanted))
      if (held && (held[variable] ?? '') !== word)
        complain(`read: ${variable} is ${shown(held[variable])} after ${shown(word)} was written`)
  }
  if (target.marks && words.length > 0) {
    const other = { name: 'another', lineage: '' }
    await attempt('write, of another rollout', async () => target.write(options, words[0] ?? {}, { ...loan, identity: other, epoch: 1 }))
    const marks = await attempt('marks', async () => target.marks?.(options, loan))
    const held = ownMark(marks ?? [], { identity: loan.identity, epoch: newest }).epoch
    if (marks && held !== newest) complain(`marks hold ${held} after ${newest} was written, and one of another rollout`)
    const isRefused = await target.write(options, words[0] ?? {}, { ...loan, epoch: 0 }).then(
      () => false,
      () => true,
    )
    if (!isRefused) complain('write takes words with an older epoch than it holds')
  }
  const back = Object.fromEntries(Object.entries(before).flatMap(([name, word]) => (word === undefined ? [] : [[name, word] as const])))
  if (words.length > 0 && Object.keys(back).length > 0)
    await attempt('write', async () => target.write(options, back, { ...loan, epoch: newest + 1 }))
  const lines = await attempt('byHand', async () => target.byHand(options, words[0] ?? { FEATURE_X: 'false' }, { epoch: newest + 2 }))
  if (lines !== undefined && !isLines(lines)) complain('byHand must return a list of lines to type, at least one')
  await attempt('settle', async () => target.settle?.(options))
  await attempt('lag', async () => target.lag?.(options))
  await attempt('deadline', async () => target.deadline?.(options, variables.length))
  await attempt('effect', async () => target.effect?.(options))
  await attempt('refuses', async () => target.refuses?.(options, 'FEATURE_X', 'false'))
  await attempt('check', async () => target.check?.(options, { folder: loan.folder, variables }))
  await attempt('probe', async () => target.probe?.(options, loan))
  await attempt('advise', async () => target.advise?.(options, []))
}

/** Tries a metric: it reads what it says that it measures. */
export async function tryMetric(metric: MetricAdapter<unknown>, { options, loan, complain }: Trying): Promise<void> {
  const attempt = attempting(complain)
  const declared = await attempt('measures', async () => metric.measures?.(options))
  if (declared !== undefined && !isMeasures(declared))
    return complain('measures must return { what: "failures", groups }, { what: "latency", groups, quantile } or { what: "gauge" }')
  const looksBack = metric.looksBack?.(options) ?? 0
  if (!(Number.isFinite(looksBack) && looksBack >= 0)) complain(`looksBack must return milliseconds, not ${shown(looksBack)}`)
  await attempt('read', async () => checkMeasured(await metric.read(options, loan), declared))
  await attempt('check', async () => metric.check?.(options, { folder: loan.folder }))
  await attempt('asks', async () => metric.asks?.(options))
  await attempt('advise', async () => metric.advise?.(options))
}

/** Tries a channel: it is sent a message, twice, as after a crash. */
export async function tryChannel(channel: NotifyAdapter<unknown>, { options, loan, complain }: Trying): Promise<void> {
  const attempt = attempting(complain)
  const message = messageAt(loan.clock.now())
  for (const label of ['send', 'send, of what was sent already']) await attempt(label, async () => channel.send(options, message, loan))
  await attempt('check', async () => channel.check?.(options, { folder: loan.folder }))
  if (channel.probe) await attempt('probe', async () => channel.probe?.(options, loan))
}

/** Runs one call; a throw becomes a complaint that names the function. */
function attempting(complain: Trying['complain']) {
  return async <Result>(label: string, call: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await call()
    } catch (thrown) {
      const said = messageOf(thrown)
      // What is said of a function's answer begins with its name.
      complain(said.startsWith(`${label}() `) ? said : `${label}: ${said}`)
      return undefined
    }
  }
}

function isLines(lines: unknown): boolean {
  return Array.isArray(lines) && lines.length > 0 && lines.every((line) => typeof line === 'string' && line !== '')
}

function shown(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value)
}

function messageAt(at: number): Message {
  const where = { rollout: 'conformance', key: 'rollout/conformance/test', phase: '', step: 0, steps: 0, seq: 0 }
  const text = {
    title: 'conformance: a test',
    text: 'an adapter is tried; nothing has happened',
    next: 'rollout status',
    actor: 'conformance',
  }
  return { id: 'conformance/1', kind: 'test', severity: 'info', alert: 'none', changes: [], at, ...where, ...text }
}
