import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { messageOf } from '../../core/values/errors.ts'
import type { Loan } from '../../core/ports.ts'
import { Unreadable, type Failures, type Measured } from '../../core/values/reading.ts'
import { parseDuration, type Duration } from '../../core/values/units.ts'
import { access, serverOf } from '../http/access.ts'
import { metric } from '../define.ts'
import { placeThatAnswers } from '../file/answers.ts'
import { checkInside } from '../file/inside.ts'
import { divide, groups, isDivided, isWhole, measuresOf } from '../measure/groups.ts'
import { ageOf } from '../http/age.ts'
import { askSource } from '../http/ask-source.ts'
import { parseRatings, type Rating } from '../measure/ratings.ts'
import { parseSelector } from '../measure/selector.ts'

/** A rating from further ahead has a wrong clock behind it. */
const FUTURE = 60_000
const DAY = 86_400_000

const matchers = z
  .string()
  .refine((text) => matcherOf(text) !== undefined, { message: 'is not a list of label matchers such as toggle="FEATURE_X"' })

const options = z
  .strictObject({
    url: z.url().optional().describe('Where the ratings are: JSON lines or a JSON list of {rating, at, …}'),
    path: z.string().min(1).optional().describe('A file of them, relative to the plan'),
    allowOutside: z.boolean().default(false).describe("Allow a path outside the plan's folder"),
    ratio: z.strictObject({ below: z.number() }).optional().describe('Counts ratings below this among all that come in during a step'),
    mean: z
      .strictObject({
        over: z
          .string()
          .refine((text) => (parseDuration(text) ?? 0) > 0, 'must be a time above 0 with its unit: 6h or 2d')
          .default('1d'),
      })
      .optional()
      .describe('The mean of the ratings of this long (1d)'),
    scale: z
      .strictObject({ from: z.number(), to: z.number() })
      .refine(({ from, to }) => from < to, { message: 'from is not below to' })
      .default({ from: 1, to: 5 })
      .describe('The worst and the best rating (1 to 5)'),
    only: matchers.optional().describe('Ratings that count, by the texts beside them: toggle="FEATURE_X"'),
    maxBytes: z
      .int()
      .min(1024)
      .max(64 << 20)
      .default(8 << 20)
      .describe('Largest document in bytes'),
    ...groups,
    ...access,
  })
  .refine(({ url, path }) => (url === undefined) !== (path === undefined), { message: 'needs either url or path' })
  .refine(({ ratio, mean }) => (ratio === undefined) !== (mean === undefined), { message: 'needs either ratio or mean' })
  .refine(isWhole, { message: 'on: and off: go together' })
  .refine(isDivided, { message: 'on: and off: select the same, and a group is not compared with itself' })
  .refine(({ on, mean }) => on === undefined || mean === undefined, { message: 'on: and off: divide a ratio, not a mean' })

type Options = z.infer<typeof options>

/**
 * Reads ratings that users gave. A ratio counts them, so the source must keep those of a step: a file that is
 * appended to, or an answer that leaves none out. One that is no rating makes the whole reading missing.
 */
export default metric({
  options,
  read: async (given, loan): Promise<Measured> => {
    const now = loan.clock.now()
    const { text, age } =
      given.url === undefined ? { text: await readRatings(given, loan), age: 0 } : await fetchRatings(given.url, given, loan)
    const at = age > 0 && { at: now - age }
    const matches = given.only === undefined ? undefined : matcherOf(given.only)
    const all = parseRatings(text, given.scale).filter(({ labels }) => !matches || matches(labels))
    const ahead = all.find(({ at }) => at !== undefined && at > now + FUTURE)
    if (ahead) throw new Unreadable('future', "a rating is ahead of this machine's clock")
    if (given.ratio) {
      const { below } = given.ratio
      const count = (ratings: readonly Rating[]): Failures => ({
        bad: { ratings: ratings.filter(({ rating }) => rating < below).length },
        total: { ratings: ratings.length },
      })
      return {
        is: 'ratio',
        ...at,
        ...count(all),
        ...divide<Rating, Failures>(
          given,
          ({ labels }) => labels,
          (pick) => count(pick(all)),
        ),
      }
    }
    return { ...at, ...meanOf(all, now - lookBack(given)) }
  },
  measures: measuresOf,
  check: ({ path, allowOutside }, plan) => (path === undefined ? [] : checkInside({ path, allowOutside }, plan)),
  looksBack: (given) => (given.mean ? lookBack(given) : 0),
  asks: ({ url, ...given }) => (url === undefined ? undefined : serverOf({ url, ...given })),
})

function lookBack({ mean }: Options): Duration {
  return parseDuration(mean?.over ?? '') ?? DAY
}

function meanOf(all: readonly Rating[], since: number): Measured {
  if (all.some(({ at }) => at === undefined))
    throw new Unreadable('malformed', 'a rating has no time (at): which ones a mean is of is not known')
  const late = all.filter(({ at = 0 }) => at >= since)
  if (late.length === 0) throw new Unreadable('empty', 'nobody has rated it lately')
  return { is: 'value', value: late.reduce((sum, { rating }) => sum + rating, 0) / late.length, samples: late.length }
}

/** Resolves to the answer, and how long a cache has kept it. */
async function fetchRatings(url: string, given: Options, loan: Loan) {
  const { status, body, headers } = await askSource({ ...given, url }, url, { accept: 'application/json', maxBytes: given.maxBytes }, loan)
  if (status !== 200) throw new Unreadable('unreachable', `the ratings answered ${status}`)
  return { text: body, age: ageOf(headers) }
}

async function readRatings({ path = '', allowOutside, maxBytes }: Options, loan: Loan): Promise<string> {
  const file = await placeThatAnswers({ path, allowOutside }, loan)
  try {
    const stat = statSync(file)
    if (!stat.isFile()) throw new Unreadable('unreachable', `${path} is not a regular file`)
    if (stat.size > maxBytes) throw new Unreadable('too-large', `${path} has ${stat.size} bytes, more than ${maxBytes}`)
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (thrown) {
    if (thrown instanceof Unreadable) throw thrown
    if (thrown instanceof TypeError) throw new Unreadable('malformed', `${path} is not UTF-8 text`, { cause: thrown })
    throw new Unreadable('unreachable', messageOf(thrown), { cause: thrown })
  }
}

function matcherOf(text: string): ((labels: Readonly<Record<string, string>>) => boolean) | undefined {
  return parseSelector(`any{${text}}`)?.matches
}
