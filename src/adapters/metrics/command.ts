import type { JSONValue } from 'json-p3'
import { z } from 'zod'
import { RolloutError } from '../../core/values/errors.ts'
import { Unreadable } from '../../core/values/reading.ts'
import type { Duration } from '../../core/values/units.ts'
import { metric } from '../define.ts'
import { parseDocument } from '../measure/document.ts'
import { contradictions, figures, measuredBy, reachOf, readFigures, type Figures } from '../measure/figures.ts'
import { asksFrom, fillTimes } from '../measure/times.ts'
import { spawn } from '../spawn.ts'

const options = z.strictObject({
  run: z
    .tuple([z.string().min(1)], z.string())
    .describe('The command as a list of arguments, without a shell; {{from}} and {{to}} are the time it is asked about'),
  pass: z.array(z.string()).default([]).describe('Environment variables it may see besides PATH, HOME and the locale'),
  ...figures,
})

type Options = z.infer<typeof options>

/**
 * A command of the user's own that prints a number, or JSON: {"value": 0.01}, {"bad": 3, "total": 1000} or whatever the
 * options lead through.
 */
export default metric({
  options,
  read: async (given, { signal, env, folder, clock, timeout = 10_000 }) => {
    const [program, ...rest] = given.run
    const now = clock.now()
    const argv = rest.map((argument) => fillTimes(argument, now, lookBack(given)))
    const { stdout } = await spawn([program, ...argv], { cwd: folder, env, signal, pass: given.pass, timeout }).catch((thrown: unknown) => {
      if (thrown instanceof RolloutError)
        throw new Unreadable(thrown.code === 'timeout' ? 'timeout' : 'unreachable', thrown.message, { cause: thrown })
      throw thrown
    })
    const text = stdout.trim()
    if (text === '') throw new Unreadable('empty', 'the command printed nothing')
    if (/^[{[]/.test(text)) {
      const document = parseDocument(text)
      return readFigures(document, { ...printed(document, given), ...given })
    }
    if (measuredBy(given))
      throw new Unreadable('malformed', `the command prints no JSON that a path could lead through: ${text.slice(0, 60)}`)
    return readFigures({ value: text }, {})
  },
  // What it prints tells, where the options do not.
  measures: measuredBy,
  looksBack: lookBack,
  check: contradictions,
})

function lookBack(given: Options): Duration {
  return reachOf(given, asksFrom(given.run))
}

/** Returns the figures that a document has by itself: each stands under its own name. */
function printed(document: JSONValue, given: Options): Figures {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return {}
  const has = (key: string): boolean => Object.hasOwn(document, key)
  const named = (...keys: readonly (keyof Figures)[]): Figures => Object.fromEntries(keys.filter(has).map((key) => [key, key]))
  if (measuredBy(given)?.what === 'failures') return named('timestamp', 'began')
  if (isCounted(document['on']) && isCounted(document['off']))
    throw new Unreadable('malformed', 'the command prints the counts of two groups: on: on, off: off in the plan compares them')
  if (!has('value') && isCounted(document)) return { ratio: { bad: 'bad', total: 'total' }, ...named('timestamp', 'began') }
  return named('samples', 'timestamp')
}

function isCounted(part: JSONValue): boolean {
  return typeof part === 'object' && part !== null && !Array.isArray(part) && Object.hasOwn(part, 'bad') && Object.hasOwn(part, 'total')
}
