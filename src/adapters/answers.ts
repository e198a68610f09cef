import { messageOf, RolloutError } from '../core/values/errors.ts'
import type { Kind } from '../core/ports.ts'
import { showAnswer } from './show-answer.ts'

/** What a function of an adapter must answer, in words, and whether something is that. */
interface Answer {
  readonly must: string
  readonly is: (answer: unknown) => boolean
}

const DAY = 86_400_000

const time: Answer = { must: 'milliseconds', is: (answer) => isTime(answer) }
const texts = (value: object, ...names: readonly string[]): boolean =>
  names.every((name) => ['string', 'undefined'].includes(typeof Reflect.get(value, name)))
const isRefusal = (value: unknown): boolean => isObject(value) && typeof Reflect.get(value, 'message') === 'string' && texts(value, 'hint')
const rows: Answer = {
  must: 'a list of { level: "ok" or "warning", text, hint }',
  is: isListOf((row) => ['ok', 'warning'].includes(String(Reflect.get(row, 'level'))) && typeof Reflect.get(row, 'text') === 'string'),
}

/** Answered at once, from the options alone. `measures` and `looksBack` are held to theirs where they are asked. */
const AT_ONCE: Readonly<Record<string, Answer>> = {
  settle: time,
  lag: time,
  deadline: { must: 'milliseconds, above 0 and at most a day', is: (answer) => isTime(answer) && answer > 0 && answer <= DAY },
  effect: { must: 'live, restart or redeploy', is: (answer) => ['live', 'restart', 'redeploy'].some((each) => each === answer) },
  refuses: { must: '{ message, hint } or nothing', is: (answer) => answer === undefined || isRefusal(answer) },
  check: {
    must: 'a list of { path, message, hint }',
    is: isListOf((fault) => isRefusal(fault) && Array.isArray(Reflect.get(fault, 'path'))),
  },
  advise: rows,
  asks: {
    must: '{ url } or nothing',
    is: (answer) => answer === undefined || (isObject(answer) && URL.canParse(String(Reflect.get(answer, 'url')))),
  },
}

const words: Answer = {
  must: 'an object: variable → word, which is a text, and undefined where it is not set',
  is: (answer) => isWords(answer),
}

/** Answered when the world has been asked, by kind of adapter. */
const LATER: { readonly [kind in Kind]: Readonly<Record<string, Answer>> } = {
  targets: {
    read: words,
    holds: words,
    place: { must: 'a text or nothing', is: (answer) => answer === undefined || typeof answer === 'string' },
    marks: { must: 'a list of { identity, epoch }', is: isListOf((mark) => isTime(Reflect.get(mark, 'epoch'))) },
    probe: { must: `${rows.must}, or nothing`, is: (answer) => answer === undefined || rows.is(answer) },
  },
  metrics: {
    lastAnswered: { must: 'a list of { toggle, on, off }', is: isListOf((each) => typeof Reflect.get(each, 'toggle') === 'string') },
  },
  notify: { probe: { must: 'a text', is: (answer) => typeof answer === 'string' } },
}

type Call = (...given: readonly unknown[]) => unknown

/**
 * Returns a function of somebody else's adapter that throws where it answers beside its contract, and names itself:
 * `config` for what its author has to mend before anything starts.
 */
export function heldTo(kind: Kind, name: string, call: Call): Call {
  const [atOnce, later] = [AT_ONCE[name], LATER[kind][name]]
  if (atOnce) return (...given) => askedAtOnce(atOnce, name, () => call(...given))
  if (!later) return call
  return async (...given) => {
    const answer = await call(...given)
    if (later.is(answer)) return answer
    throw new Error(beside(later, name, answer))
  }
}

function askedAtOnce(asked: Answer, name: string, call: () => unknown): unknown {
  let answer: unknown
  try {
    answer = call()
  } catch (thrown) {
    throw new RolloutError('config', { message: `${name}() throws: ${messageOf(thrown)}` }, { cause: thrown })
  }
  if (asked.is(answer)) return answer
  throw new RolloutError('config', { message: beside(asked, name, answer) })
}

function beside({ must }: Answer, name: string, answer: unknown): string {
  return `${name}() must return ${must}, not ${showAnswer(answer)}`
}

function isTime(answer: unknown): answer is number {
  return typeof answer === 'number' && Number.isFinite(answer) && answer >= 0
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isListOf(is: (each: object) => boolean): (answer: unknown) => boolean {
  return (answer) => Array.isArray(answer) && answer.every((each: unknown) => isObject(each) && is(each))
}

function isWords(answer: unknown): boolean {
  return (
    isObject(answer) &&
    !Array.isArray(answer) &&
    !(answer instanceof Map) &&
    Object.values(answer).every((word) => word === undefined || typeof word === 'string')
  )
}
