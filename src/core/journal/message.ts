import { defined } from '../values/defined.ts'
import type { NoticeKind } from '../values/notice-kind.ts'
import type { Changed } from '../values/message.ts'
import type { Notice } from './notice.ts'
import type { Plan } from '../plan/plan.ts'
import { fillTemplate } from '../values/template.ts'
import { formatExposure, formatInstant, type Instant } from '../values/units.ts'
import type { Message } from '../values/message.ts'

/** What a `message:` may hold between `{{` and `}}`. */
export const PLACEHOLDERS = [
  'text',
  'title',
  'event',
  'rollout',
  'environment',
  'phase',
  'step',
  'steps',
  'changes',
  'about',
  'actor',
  'reason',
  'at',
  'next',
] as const

const WORDS: { readonly [kind in NoticeKind]: string } = {
  started: 'started',
  replanned: 'accepted the edited plan',
  advanced: 'advanced',
  'approval-needed': 'needs an approval',
  approved: 'approved',
  checked: 'checked',
  'in-use': 'waits for the last users of a toggle',
  drifted: 'was changed by somebody else',
  paused: 'paused',
  resumed: 'resumed',
  'stepped-back': 'stepped back',
  'rolled-back': 'rolled back',
  refused: 'is not confirmed',
  confirmed: 'was taken back',
  completed: 'is complete',
  closed: 'is closed',
  stale: 'has toggles that are due',
}

const NEXT: { readonly [kind in NoticeKind]: string } = {
  started: 'run',
  replanned: 'plan',
  advanced: 'status',
  'approval-needed': 'approve',
  approved: 'status',
  checked: 'status',
  'in-use': 'status',
  drifted: 'check',
  paused: 'resume',
  resumed: 'status',
  'stepped-back': 'explain',
  'rolled-back': 'explain',
  refused: 'rollback',
  confirmed: 'explain',
  completed: 'history',
  closed: 'history',
  stale: 'toggles',
}

const SEVERITY: { readonly [kind in NoticeKind]?: Message['severity'] } = {
  drifted: 'warning',
  paused: 'warning',
  refused: 'error',
  'stepped-back': 'critical',
  'rolled-back': 'critical',
}
const CLOSES: ReadonlySet<NoticeKind> = new Set(['started', 'resumed', 'completed', 'closed'])
const MOST_CHANGES = 3

/** Returns a notice as it is sent: the facts and one text, or the channel's own template filled with them. */
export function compose({ name, environment }: Pick<Plan, 'name' | 'environment'>, notice: Notice, template?: string): Message {
  const { kind, code, ...rest } = notice
  const severity = kind === 'paused' && code === 'operator' ? 'info' : (SEVERITY[kind] ?? 'info')
  const where = environment === undefined ? name : `${name}@${environment}`
  const message: Message = defined({
    ...rest,
    kind,
    severity,
    alert: alertOf(kind, severity),
    key: `rollout/${where}`,
    title: `${where} ${WORDS[kind]}`,
    text: textOf(notice),
    next: `rollout ${NEXT[kind]}${environment === undefined ? '' : ` --env ${environment}`}`,
    rollout: name,
    environment,
  })
  return template === undefined ? message : { ...message, text: fillTemplate(template, valuesOf(message)) }
}

/** What opens an alert must be closed by something: a drift may go as it came, and pauses before the next step. */
function alertOf(kind: NoticeKind, severity: Message['severity']): Message['alert'] {
  if (severity !== 'info' && kind !== 'drifted') return 'opens'
  return CLOSES.has(kind) ? 'closes' : 'none'
}

/** Returns the message `doctor --notify` sends: nothing is wrong, and nothing is over. */
export function testMessage({ name, environment }: Pick<Plan, 'name' | 'environment'>, at: Instant, actor: string, id: string): Message {
  const where = environment === undefined ? name : `${name}@${environment}`
  const at0 = { changes: [], phase: '', step: 0, steps: 0, seq: 0 }
  const said = { title: `${where}: a test`, text: 'rollout doctor --notify sends this; nothing has happened', next: 'rollout status' }
  const which = defined({ rollout: name, key: `rollout/${where}/test`, environment })
  return { id, kind: 'test', severity: 'info', alert: 'none', ...which, ...said, ...at0, at, actor }
}

/** Formats changes: `FEATURE_A 10% → 25%, FEATURE_B 0% → 10%`; beyond three toggles only how many. */
export function changesText(changes: readonly Changed[]): string {
  const shown = changes.slice(0, MOST_CHANGES).map(({ toggle, from, to }) => `${toggle} ${formatExposure(from)} → ${formatExposure(to)}`)
  return changes.length > MOST_CHANGES ? `${shown.join(', ')} and ${changes.length - MOST_CHANGES} more` : shown.join(', ')
}

/**
 * `FEATURE_X 25% → 0%: error_rate 7.8% > 5% for 1m (94 of 1204) · step 2 of 8, phase core · ana "soaked overnight"`.
 */
function textOf({ changes, about, phase, step, steps, actor, reason }: Notice): string {
  const what = [changesText(changes), about ?? ''].filter((part) => part !== '').join(': ')
  const place = steps === 0 ? '' : step === 0 ? `before step 1 of ${steps}, phase ${phase}` : `step ${step} of ${steps}, phase ${phase}`
  const said = reason === undefined || about === reason ? '' : ` "${reason}"`
  const who = actor === 'auto' ? 'by itself' : `by ${actor}`
  return [what, place, `${who}${said}`].filter((part) => part !== '').join(' · ')
}

function valuesOf(message: Message): Readonly<Record<(typeof PLACEHOLDERS)[number], string>> {
  const { text, title, kind, rollout, environment = '', phase, step, steps, changes, about = '', actor, reason = '', at, next } = message
  const where = { rollout, environment, phase, step: String(step), steps: String(steps) }
  return { text, title, event: kind, ...where, changes: changesText(changes), about, actor, reason, at: formatInstant(at), next }
}
