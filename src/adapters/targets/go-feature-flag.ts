import { z } from 'zod'
import type { Json } from '../../core/values/json.ts'
import type { Refusal } from '../../core/ports.ts'
import { formatExposure, type Exposure } from '../../core/values/units.ts'
import { shellWord } from '../../core/values/shell-word.ts'
import { target } from '../define.ts'
import { LARGEST_FLAGS } from '../file/flag-json.ts'
import { flagOf, foreign, strayKeys } from '../file/flags.ts'
import { exposureOf, refuseWord, wordOf } from '../flag-word.ts'
import { refuseShared, withFlags, withYamlMark, yamlIn, yamlMarksIn } from '../file/flag-yaml.ts'
import { checkInside } from '../file/inside.ts'
import { markLine } from '../file/env-document.ts'
import { rewriteByHand } from '../file/rewrite-by-hand.ts'
import { fileOptions, reloadByHand, wordFile } from '../file/word-file.ts'

const options = z.strictObject({
  path: z.string().min(1).describe('The flag file that the relay proxy or the SDK retrieves, in YAML, relative to the plan'),
  keys: z.record(z.string(), z.string().min(1)).default({}).describe('Variable → name of the flag, where they differ'),
  ...fileOptions,
})

/** https://gofeatureflag.org/docs/configure_flag/create-flags, as far as what is written here depends on it. */
const rule = z.looseObject({ variation: z.string().optional(), percentage: z.record(z.string(), z.number()).optional() })
const flag = z.looseObject({ variations: z.record(z.string(), z.unknown()), defaultRule: rule })
/** Keys of a flag that decide before its default rule, or instead of it. */
const DECIDING = ['targeting', 'scheduledRollout', 'experimentation', 'disable'] as const

/**
 * A flag file of GO Feature Flag. A step is the percentage of the flag's default rule: 100,000 buckets, which are
 * 0.001 % each, over its own hash (FNV-1a), so that others are in than by the env contract. A comment, `# rollout:42`,
 * holds the number of the newest intent.
 */
export default target({
  options,
  ...wordFile<z.infer<typeof options>>({
    read: (text, names, given) => {
      const flags = yamlIn(text)
      refuseShared(
        text,
        names.map((name) => flagOf(given, name)),
      )
      return Object.fromEntries(
        names.map((name) => {
          const key = flagOf(given, name)
          return [name, Object.hasOwn(flags, key) ? wordIn(key, flags[key]) : undefined]
        }),
      )
    },
    marks: yamlMarksIn,
    write: (text, words, mark, given) => {
      const written = withFlags(text, (flags) => {
        const made = Object.entries(words).map(([name, word]) => {
          const key = flagOf(given, name)
          return [key, flagFor(Object.hasOwn(flags, key) ? flags[key] : undefined, exposureOf(word))] as const
        })
        return new Map(made)
      })
      return withYamlMark(written, mark)
    },
    unmark: (mark) => `remove the line "${markLine(mark)}" from the file`,
    flagOf,
    largest: LARGEST_FLAGS,
  }),
  byHand: (given, words) => {
    const edits = Object.entries(words).map(([name, word]) => {
      const place = `.[${JSON.stringify(flagOf(given, name))}]`
      // Whatever else people have put there stays.
      const rest = `del(${DECIDING.map((key) => `.${key}`).join(', ')})`
      return `${place} = (${place} | ${rest}) + ${JSON.stringify(flagFor(undefined, exposureOf(word)))}`
    })
    return [rewriteByHand(`yq ${shellWord(edits.join(' | '))}`, given.path), ...reloadByHand(given)]
  },
  refuses: (_, __, word) => refuseWord(word) ?? refuseExposure(exposureOf(word)),
  check: (given, plan) => [...checkInside(given, plan), ...strayKeys(given, plan)],
  effect: () => 'live',
})

/** Both percentages of a step; together they are 100. */
function split(exposure: Exposure): readonly [on: number, off: number] {
  const thousandths = Math.round(exposure * 1000)
  return [thousandths / 1000, (100_000 - thousandths) / 1000]
}

/**
 * Whether GO Feature Flag makes 100,000 buckets of these, of which as many are on as the exposure says. It multiplies
 * by 1,000 in floating point and cuts off the rest (modules/core/flag/rule.go), so that 1.001 % would be 1 %, and the
 * sum of other pairs would be 99,999 buckets: everybody in another one.
 */
function holds(exposure: Exposure): boolean {
  const [on, off] = split(exposure)
  const end = on * 1000
  return (
    on === exposure && Math.trunc(end) === Math.round(end) && Math.trunc((on + off) * 1000) === 1e5 && Math.trunc(end + off * 1000) === 1e5
  )
}

function refuseExposure(exposure: Exposure): Refusal | undefined {
  if (exposure === 0 || exposure === 100 || holds(exposure)) return undefined
  const near = [1, -1, 2, -2, 3, -3].map((thousandths) => Math.round(exposure * 1000 + thousandths) / 1000)
  const fits = near.find((each) => each > 0 && each < 100 && holds(each))
  const message = `${formatExposure(exposure)} cannot be held by GO Feature Flag: ${
    Math.round(exposure * 1000) / 1000 === exposure ? 'it loses a bucket to rounding' : 'its buckets are 0.001%'
  }`
  return { message, hint: `${fits === undefined ? '' : `${formatExposure(fits)}, or `}a target that holds it: flagd, env-file` }
}

function flagFor(held: unknown, exposure: Exposure): { readonly [key: string]: Json } {
  const before = flag.safeParse(held).data
  const variations = before && variationsOf(before.variations)
  const { on, off } = variations ?? { on: 'enabled', off: 'disabled' }
  const [more, less] = split(exposure)
  const kept = Object.entries(before ?? {}).filter(([key]) => !DECIDING.some((each) => each === key))
  return {
    ...JSON.parse(JSON.stringify(Object.fromEntries(kept))),
    variations: variations ? JSON.parse(JSON.stringify(before?.variations)) : { enabled: true, disabled: false },
    defaultRule: exposure === 0 ? { variation: off } : exposure === 100 ? { variation: on } : { percentage: { [on]: more, [off]: less } },
  }
}

/** The buckets begin with the name that comes last in the alphabet: the one that is on, or rounding would be another. */
function variationsOf(variations: Readonly<Record<string, unknown>>): { readonly on: string; readonly off: string } | undefined {
  const named = (value: boolean): string | undefined => Object.keys(variations).find((name) => variations[name] === value)
  const [on, off] = [named(true), named(false)]
  return on === undefined || off === undefined || on < off ? undefined : { on, off }
}

function wordIn(key: string, held: unknown): string {
  const found = flag.safeParse(held).data
  const variations = found && variationsOf(found.variations)
  if (!found || !variations)
    throw foreign(
      key,
      'is no boolean flag with a default rule',
      'variations: { enabled: true, disabled: false }, the true one last by name',
    )
  const deciding = DECIDING.find((each) => found[each] !== undefined && found[each] !== false)
  if (deciding !== undefined) throw foreign(key, `is decided by ${deciding} as well`, 'move it to a flag of its own')
  const { variation, percentage } = found.defaultRule
  const { on, off } = variations
  if (found.defaultRule['progressiveRollout'] !== undefined) throw foreign(key, 'rolls out by itself', 'remove its progressiveRollout')
  if (!percentage && variation === on) return wordOf(100)
  if (!percentage && variation === off) return wordOf(0)
  const { [on]: more = 0, [off]: less = 0, ...others } = percentage ?? {}
  const exposure = Math.round(more * 1000) / 1000
  if (Object.keys(others).length > 0 || exposure !== more || split(exposure)[1] !== less || !(more > 0 && less > 0))
    throw foreign(key, 'has another rule than a percentage of two variations', 'the two are to be 100 together')
  return wordOf(exposure)
}
