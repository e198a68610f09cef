import { z } from 'zod'
import type { Json } from '../../core/values/json.ts'
import { parseExposure, type Exposure } from '../../core/values/units.ts'
import { formatMark } from '../../core/toggle/mark.ts'
import { shellWord } from '../../core/values/shell-word.ts'
import { target } from '../define.ts'
import { markLine } from '../file/env-document.ts'
import { LARGEST_FLAGS, jsonMarksIn, parseAs, parseOnce, takenAs, withChanges, withJsonMark } from '../file/flag-json.ts'
import { refuseShared, withFlags, withYamlMark, yamlIn, yamlMarksIn } from '../file/flag-yaml.ts'
import { adviseIds } from '../file/flagd-ids.ts'
import { flagOf, foreign, strayKeys } from '../file/flags.ts'
import { exposureOf, refuseWord, wordOf } from '../flag-word.ts'
import { checkInside } from '../file/inside.ts'
import { rewriteByHand } from '../file/rewrite-by-hand.ts'
import { fileOptions, reloadByHand, wordFile } from '../file/word-file.ts'

const options = z.strictObject({
  path: z.string().min(1).describe('The flag file that flagd watches, in JSON, or in YAML as .yaml or .yml, relative to the plan'),
  keys: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe('Variable → flag key, where they differ. The key salts the bucket: as ;key= in the env contract'),
  ...fileOptions,
})

type Options = z.infer<typeof options>

const YAML = /\.ya?ml$/i

const EMPTY_YAML = 'flags:\n'
const EMPTY = '{\n  "$schema": "https://flagd.dev/schema/v0/flags.json",\n  "flags": {}\n}\n'

/** flagd.dev/schema/v0/flags.json, as far as what is written here depends on it: flagd turns the whole file away otherwise. */
const flag = z.looseObject({
  state: z.enum(['ENABLED', 'DISABLED']),
  variants: z.record(z.string(), z.json()).optional(),
  defaultVariant: z.string().nullish(),
  targeting: z.json().optional(),
})
const document = z.looseObject({
  flags: z.record(z.string().min(1), flag),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
})
/** A write, which may be a rollback, is stopped by as little as can be. */
const editable = z.looseObject({ flags: z.record(z.string(), z.unknown()), metadata: z.record(z.string(), z.unknown()).optional() })

/** A variant is chosen by weights, which are whole numbers: https://flagd.dev/reference/custom-operations/fractional-operation/ */
const fractional = z.strictObject({
  fractional: z.tuple([z.tuple([z.string(), z.int().min(1)]), z.tuple([z.string(), z.int().min(1)])]),
})

/**
 * The flags of flagd, in JSON or YAML: the file that it watches, or that an in-process provider reads. A step is the weights of
 * `fractional` over the flag key and the targeting key, which is the bucket of the env contract: the same users are in.
 * What else a flag holds stays; targeting that was not written here is refused where it is read. `metadata.rollout` holds the
 * marks of the rollouts that write there, in YAML a comment.
 */
export default target({
  options,
  ...wordFile<Options>({
    read: (text, names, given) => {
      const { flags } = documentIn(text, names, given)
      return Object.fromEntries(
        names.map((name) => {
          const key = flagOf(given, name)
          return [name, Object.hasOwn(flags, key) && flags[key] ? wordIn(key, flags[key]) : undefined]
        }),
      )
    },
    marks: (text, given) => (isYaml(text, given) ? yamlMarksIn(text) : jsonMarksIn(edit(text).metadata?.['rollout'])),
    write: (text, words, mark, given) => {
      const changesOf = (flags: { readonly [key: string]: unknown }) =>
        Object.entries(words).map(([name, word]) => {
          const key = flagOf(given, name)
          const held = Object.hasOwn(flags, key) ? flags[key] : undefined
          return { key, before: held, after: flagFor(held, exposureOf(word)) }
        })
      if (isYaml(text, given)) {
        const made = (flags: { readonly [key: string]: unknown }) => new Map(changesOf(flags).map(({ key, after }) => [key, after]))
        return withYamlMark(withFlags(text === '' ? EMPTY_YAML : text, made, 'flags'), mark)
      }
      const { flags, metadata = {} } = edit(text)
      const before = metadata['rollout']
      const changes = changesOf(flags)
      const written = withChanges(text === '' ? EMPTY : text, ['flags'], changes)
      return withChanges(written, ['metadata'], [{ key: 'rollout', before, after: withJsonMark(before, mark) }])
    },
    unmark: (mark, { path }) =>
      YAML.test(path)
        ? `remove the line "${markLine(mark)}" from the file`
        : `remove "${formatMark(mark)}" from "rollout" in the metadata of the file`,
    flagOf,
    largest: LARGEST_FLAGS,
  }),
  byHand: (given, words) => {
    const edits = Object.entries(words).map(([name, word]) => {
      const place = `.flags[${JSON.stringify(flagOf(given, name))}]`
      return `${place} = (${place} | del(.targeting)) + ${JSON.stringify(flagFor(undefined, exposureOf(word)))}`
    })
    return [rewriteByHand(`${YAML.test(given.path) ? 'yq' : 'jq'} ${shellWord(edits.join(' | '))}`, given.path), ...reloadByHand(given)]
  },
  refuses: (_, __, word) => refuseWord(word),
  check: (given, plan) => [...checkInside(given, plan), ...strayKeys(given, plan)],
  effect: () => 'live',
  advise: adviseIds,
})

/** Whether flagd takes it for YAML: by its name. What begins with a brace is edited as the JSON that it is as well. */
function isYaml(text: string, { path }: Options): boolean {
  return YAML.test(path) && !text.trimStart().startsWith('{')
}

function documentIn(text: string, names: readonly string[], given: Options): z.infer<typeof document> {
  if (text === '' || !isYaml(text, given)) return parseOnce(document, text === '' ? EMPTY : text, 'flagd')
  const found = takenAs(document, yamlIn(text), 'flagd')
  const own = names.map((name) => flagOf(given, name))
  refuseShared(text, own, 'flags')
  return found
}

function edit(text: string): z.infer<typeof editable> {
  return parseAs(editable, text === '' ? EMPTY : text, 'flagd')
}

type Flag = z.infer<typeof flag>

/** The flag with this exposure; its variants stay when one of them is true and one is false. */
function flagFor(held: unknown, exposure: Exposure): { readonly [key: string]: Json } {
  const before = flag.safeParse(held).data
  const { targeting: _, ...rest } = before ?? {}
  const variants = before && variantsOf(before)
  const { on, off } = variants ?? { on: 'on', off: 'off' }
  return {
    ...copy(rest),
    state: 'ENABLED',
    variants: variants ? copy(before?.variants) : { on: true, off: false },
    defaultVariant: exposure === 100 ? on : off,
    ...(exposure > 0 && exposure < 100 && { targeting: { fractional: weigh(exposure, on, off) } }),
  }
}

function copy(value: unknown): { readonly [key: string]: Json } {
  return JSON.parse(JSON.stringify(value))
}

function variantsOf({ variants = {} }: Flag): { readonly on: string; readonly off: string } | undefined {
  const named = (value: boolean): string | undefined => Object.keys(variants).find((name) => variants[name] === value)
  const [on, off] = [named(true), named(false)]
  return on === undefined || off === undefined ? undefined : { on, off }
}

/** 0.1 % is 1 of 1,000: a percentage of five decimals is a whole number of a power of ten, and its sum fits into 31 bits. */
function weigh(exposure: Exposure, on: string, off: string): Json {
  const whole = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7].find((sum) => Math.round(exposure * 1e5) % (1e7 / sum) === 0) ?? 1e7
  const weight = Math.round((exposure * whole) / 100)
  return [
    [on, weight],
    [off, whole - weight],
  ]
}

function wordIn(key: string, held: Flag): string {
  if (held.state === 'DISABLED') throw foreign(key, 'is disabled: every application goes by the default in its code', 'state: ENABLED')
  const variants = variantsOf(held)
  if (!variants) throw foreign(key, 'is no boolean flag', 'variants: { on: true, off: false }')
  const { targeting } = held
  const isFixed = targeting === undefined || JSON.stringify(targeting) === '{}'
  if (isFixed && held.defaultVariant === variants.on) return wordOf(100)
  if (isFixed && held.defaultVariant === variants.off) return wordOf(0)
  const exposure = exposureIn(targeting, variants)
  if (exposure === undefined || held.defaultVariant !== variants.off)
    throw foreign(key, 'decides by other rules than a percentage of its users', 'move them to a flag of their own')
  return wordOf(exposure)
}

function exposureIn(targeting: unknown, { on, off }: { readonly on: string; readonly off: string }): Exposure | undefined {
  const found = fractional.safeParse(targeting).data?.fractional
  if (!found) return undefined
  const [[first, weight], [second, rest]] = found
  if (first !== on || second !== off) return undefined
  // Weights that are no percentage of five decimals were not written here.
  return parseExposure(`${Number(((weight / (weight + rest)) * 100).toFixed(10))}%`)
}
