import { z } from 'zod'
import type { Json } from '../../core/values/json.ts'
import type { Refusal } from '../../core/ports.ts'
import { formatExposure, type Exposure } from '../../core/values/units.ts'
import { formatMark } from '../../core/toggle/mark.ts'
import { shellWord } from '../../core/values/shell-word.ts'
import { target } from '../define.ts'
import { LARGEST_FLAGS, jsonMarksIn, parseAs, parseOnce, withChanges, withJsonMark } from '../file/flag-json.ts'
import { flagOf, foreign, strayKeys } from '../file/flags.ts'
import { exposureOf, refuseWord, wordOf } from '../flag-word.ts'
import { checkInside } from '../file/inside.ts'
import { rewriteByHand } from '../file/rewrite-by-hand.ts'
import { fileOptions, reloadByHand, wordFile } from '../file/word-file.ts'

const options = z.strictObject({
  path: z.string().min(1).describe('The bootstrap file, relative to the plan'),
  keys: z.record(z.string(), z.string().min(1)).default({}).describe('Variable → name of the feature, where they differ'),
  stickiness: z
    .string()
    .min(1)
    .default('userId')
    .describe('The context field that is bucketed: userId, sessionId or one of your own. Without it a feature is off below 100%'),
  ...fileOptions,
})

type Options = z.infer<typeof options>

const EMPTY = '{\n  "version": 2,\n  "features": []\n}\n'

/** The answer of GET /api/client/features, which a bootstrap is: https://docs.getunleash.io/concepts/unleash-client-specification */
const strategy = z.looseObject({
  name: z.string(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  constraints: z.array(z.unknown()).optional(),
  segments: z.array(z.unknown()).optional(),
})
const feature = z.looseObject({ name: z.string(), enabled: z.boolean(), strategies: z.array(strategy).optional() })
const document = z.looseObject({ features: z.array(feature) })
const editable = z.looseObject({ features: z.array(z.unknown()), rollout: z.unknown().optional() })
/** An older version wrote the number in an object. */
const marked = z.object({ epoch: z.number() }).transform(({ epoch }) => epoch)

/**
 * The bootstrap JSON of an Unleash SDK, with the gradual rollout (`flexibleRollout`). That knows whole percents only:
 * every other step is refused, offline. Users are bucketed by Unleash's own hash, so others are in than by the env
 * contract. An SDK reads its bootstrap once, when it starts: `reload` restarts the application. `rollout` holds the
 * marks of the rollouts that write there.
 */
export default target({
  options,
  ...wordFile<Options>({
    read: (text, names, given) => {
      const { features } = parseOnce(document, text === '' ? EMPTY : text, 'Unleash')
      const last = new Map(features.map((each) => [each.name, each]))
      const first = new Map(features.toReversed().map((each) => [each.name, each]))
      return Object.fromEntries(
        names.map((name) => {
          const key = flagOf(given, name)
          const held = first.get(key)
          if (held !== last.get(key)) throw foreign(key, 'is there twice', 'remove one of them')
          return [name, held && wordIn(held, given)]
        }),
      )
    },
    marks: (text) => jsonMarksIn(markedIn(text)),
    write: (text, words, mark, given) => {
      const { features, rollout } = edit(text)
      const places = new Map(features.map((each, nth) => [feature.safeParse(each).data?.name, nth]))
      let next = features.length
      const changes = Object.entries(words).map(([name, word]) => {
        const flag = flagOf(given, name)
        const key = places.get(flag) ?? next++
        return { key, before: features[key], after: featureFor(features[key], flag, exposureOf(word), given) }
      })
      const written = withChanges(text === '' ? EMPTY : text, ['features'], changes)
      return withChanges(written, [], [{ key: 'rollout', before: rollout, after: withJsonMark(markedIn(text), mark) }])
    },
    unmark: (mark) => `remove "${formatMark(mark)}" from "rollout" in the file`,
    flagOf,
    largest: LARGEST_FLAGS,
  }),
  byHand: (given, words) => {
    const edits = Object.entries(words).map(([name, word]) => {
      const key = flagOf(given, name)
      const made = featureFor(undefined, key, exposureOf(word), given)
      const its = `.name == ${JSON.stringify(key)}`
      const changed = JSON.stringify({ enabled: made['enabled'], strategies: made['strategies'] })
      return `.features |= (if any(${its}) then map(if ${its} then . + ${changed} else . end) else . + [${JSON.stringify(made)}] end)`
    })
    return [rewriteByHand(`jq ${shellWord(edits.join(' | '))}`, given.path), ...reloadByHand(given)]
  },
  refuses: (_, __, word) => refuseWord(word) ?? refusePercent(exposureOf(word)),
  check: (given, plan) => [...checkInside(given, plan), ...strayKeys(given, plan)],
  effect: () => 'restart',
})

/** `flexibleRollout` puts users into 100 buckets: https://docs.getunleash.io/concepts/stickiness */
function refusePercent(exposure: Exposure): Refusal | undefined {
  if (Number.isInteger(exposure)) return undefined
  const near = exposure < 1 ? '1%' : `${Math.floor(exposure)}% or ${Math.ceil(exposure)}%`
  return {
    message: `${formatExposure(exposure)} cannot be held by Unleash: it has 100 buckets, and a step is a whole percent`,
    hint: `${near}, or a target that holds it: flagd, env-file`,
  }
}

function edit(text: string): z.infer<typeof editable> {
  return parseAs(editable, text === '' ? EMPTY : text, 'Unleash')
}

function markedIn(text: string): unknown {
  const { rollout } = edit(text)
  return marked.safeParse(rollout).data ?? rollout
}

function featureFor(held: unknown, name: string, exposure: Exposure, { stickiness }: Options): { readonly [key: string]: Json } {
  const before: { readonly [key: string]: Json } = JSON.parse(JSON.stringify(feature.safeParse(held).data ?? { name, type: 'release' }))
  const gradual = { name: 'flexibleRollout', parameters: { rollout: String(exposure), stickiness, groupId: name }, constraints: [] }
  // A feature without a strategy would be on for everybody: one that is off says so twice.
  const strategies = [exposure === 100 ? { name: 'default', parameters: {}, constraints: [] } : gradual]
  return { ...before, enabled: exposure > 0, strategies }
}

function wordIn({ name, enabled, strategies = [] }: z.infer<typeof feature>, { stickiness }: Options): string {
  if (!enabled) return wordOf(0)
  const [only] = strategies
  const others = foreign(name, 'has other strategies than one gradual rollout', 'move them to a feature of their own')
  if (strategies.length > 1) throw others
  if (!only) return wordOf(100)
  if ((only.constraints ?? []).length > 0 || (only.segments ?? []).length > 0) throw others
  if (only.name === 'default') return wordOf(100)
  const { rollout, stickiness: by, groupId } = only.parameters ?? {}
  const percent = Number(rollout)
  if (only.name !== 'flexibleRollout' || !Number.isInteger(percent) || percent < 0 || percent > 100) throw others
  // Another group or field would mean other users.
  if (percent < 100 && percent > 0 && (by !== stickiness || (groupId ?? name) !== name))
    throw foreign(name, `is bucketed by ${String(by)} in the group ${String(groupId)}`, `stickiness: ${stickiness}, groupId: ${name}`)
  return wordOf(percent)
}
