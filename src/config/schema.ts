import { z } from 'zod'
import { STORE, storeKindOf, STORES } from '../core/values/address.ts'
import { parseExposure } from '../core/values/units.ts'
import { early, segments, users } from './segments.ts'
import { CHANNEL_KEYS, channelSchema, specialChannel } from './notify.ts'
import { freeze, window } from './calendar.ts'
import type { CommonShape } from './own-options.ts'
import { approval, concern, item } from './people.ts'
import {
  id,
  variable,
  name,
  functionName,
  durationSchema,
  span,
  pause,
  exposure,
  AMOUNT,
  range,
  date,
  onOff,
  written,
  parseFinite,
} from './values.ts'
import { evidence, METRIC_KEYS } from './metric.ts'
import { contingency, risk } from './risk.ts'

/*
 * rollout.yaml and phase files as people write them. Values are turned into base units by
 * values.ts; defaults are filled in by assemble.ts. Descriptions end up in editors through the JSON Schema.
 */

const settle = durationSchema.describe(
  'For so long after a step is reached nothing that is read counts, and its hold has not begun: a cold start is no evidence (0s)',
)
const onWarning = z.enum(['pause', 'step-back', 'hold'])
const onCritical = z.enum(['rollback', 'step-back', 'pause'])
const order = z.enum(['one-by-one', 'together'])

/** A word that reads as an exposure must be the one it stands for: `50%` for off would be a trap. */
const word = (meant: 0 | 100) =>
  z
    .string()
    .regex(/^[^\s;]+$/, 'use a word without spaces and ;')
    .refine((text) => (parseExposure(text) ?? meant) === meant, { error: `reads as another exposure than ${meant}%` })

const toggle = z.strictObject({
  description: z.string().optional().describe('What it switches'),
  owner: name.optional().describe('Who answers for it'),
  kind: z
    .enum(['release', 'ops', 'experiment', 'permission', 'legacy'])
    .default('release')
    .describe('A legacy toggle runs downwards: a step to 25% takes it away from 25% of the users'),
  variable: variable.optional().describe('The env var, when it is not the key'),
  default: onOff.default(0).describe('What "revert to defaults" restores'),
  exposure: z
    .enum(['users', 'instances', 'all'])
    .default('users')
    .describe("users: a percentage of them. instances: of a target's instances, rounded down. all: everybody or nobody"),
  core: z.boolean().default(false).describe('A partial rollback keeps it'),
  targets: z.array(id).describe('Where it is written'),
  requires: z.array(z.string()).default([]).describe('Toggles that must be on at least as far'),
  words: z
    .strictObject({ on: word(100).default('true'), off: word(0).default('false') })
    .optional()
    .describe('What the application understands as on and off'),
  ...early,
  removeBy: date.optional().describe('When the toggle itself should be gone'),
})

const options = z.json()

const TARGET_KEYS = {
  use: z.string().min(1).describe('An adapter, or the path of your own: ./mine.mjs'),
  instances: z
    .array(id)
    .min(1)
    .max(1000)
    .refine((names) => new Set(names).size === names.length, { error: 'the same instance twice' })
    .optional()
    .describe('Names of its instances; {{instance}} in an option is each in turn: deploy/{{instance}}.env'),
} satisfies CommonShape<'targets'>

/** Adapters check the rest of their keys themselves. */
const target = z.object(TARGET_KEYS).catchall(options)

/** What the keys may hold that are not the adapter's own. */
export const COMMON_SHAPES = { targets: TARGET_KEYS, metrics: METRIC_KEYS, notify: CHANNEL_KEYS }

const metric = z.object(METRIC_KEYS).catchall(options)

const step = z.union([
  exposure.transform((to) => ({ to })),
  z.strictObject({
    to: exposure,
    hold: durationSchema.optional().describe('Time under watch before the next step'),
    approval: approval.optional().describe('Who must agree before this step is taken'),
    unused: span
      .optional()
      .describe('For how long nobody must have been answered by what goes, by what the SDK counts; of legacy toggles, with to: 100%'),
  }),
])

const threshold = written((text) => (parseFinite(`< ${text}`) ? text : undefined), 'a threshold', 'write 1%, 800ms or "3"', `^${AMOUNT}$`)

const criterion = z
  .strictObject({
    metric: id,
    below: threshold.optional(),
    above: threshold.optional(),
    over: durationSchema.describe('Watched time after the last step'),
    kind: concern.optional(),
  })
  .transform(({ metric: of, below, above, over, kind }, context) => {
    const parsed =
      below !== undefined && above === undefined
        ? parseFinite(`< ${below}`)
        : above !== undefined && below === undefined
          ? parseFinite(`> ${above}`)
          : undefined
    if (parsed) return { metric: of, rule: parsed, over, ...(kind && { kind }) }
    context.addIssue({
      code: 'custom',
      message: 'needs either below or above',
      params: { hint: '{ metric: error_rate, below: 1%, over: 24h }' },
    })
    return z.NEVER
  })

const share = exposure.refine((written) => written > 0, { error: '0% compares nothing' })
const shadow = z.union([
  share.transform((of) => ({ share: of })),
  z.strictObject({
    share: share.describe('Of the calls beside which the new way runs'),
    hold: durationSchema.optional().describe('Time under watch before the first step'),
    metric: id.optional().describe('Differences and errors of the compared calls, as a ratio (shadow)'),
  }),
])

export const phaseSchema = z
  .strictObject({
    phase: id.describe('Its name in commands and messages'),
    title: z.string().optional(),
    planned: range.optional().describe('How long it is meant to take: 3d..5d'),
    toggles: z.array(z.string()).min(1),
    order: order.optional(),
    shadow: shadow.optional().describe('Before the first step the new way runs beside the old one for so many of the calls: 5%'),
    steps: z.array(step).min(1).describe('Exposures to reach, rising'),
    hold: durationSchema.optional(),
    settle: settle.optional(),
    approval: approval.optional().describe('Needed before every step of this phase'),
    metrics: z.array(id).optional(),
    onWarning: onWarning.optional(),
    onCritical: onCritical.optional(),
    after: durationSchema.optional().describe('Bake: how long to watch after the last step'),
    evidence: evidence.optional().describe('How the toggle-on group is compared with the toggle-off group'),
    checklist: z.array(item).default([]).describe('Ticked by people before the phase is complete'),
    success: z.array(criterion).default([]).describe('What must have held before the phase is complete'),
    drill: id.optional().describe('A contingency that must have been rehearsed for real before the phase is complete'),
  })
  .meta({ title: 'A phase of a rollout plan' })

/** An override names only what differs. */
const override = z.object({ use: z.string().min(1).optional(), instances: TARGET_KEYS.instances }).catchall(options)

const environment = z.strictObject({
  targets: z.record(id, override).optional(),
  hold: durationSchema.optional().describe('Replaces every hold'),
  approval: z.literal('none').optional().describe('No step needs an approval here'),
  unused: z.literal('none').optional().describe('No step waits for its last users here'),
  interval: pause.optional(),
  windows: z.array(window).optional(),
  freezes: z.array(freeze).optional(),
  drill: z.boolean().optional().describe('A contingency may be rehearsed for real here: rollout drill ID --apply'),
  notify: z.record(id, specialChannel).optional().describe('What differs of a channel; events: [] silences it'),
})

export const planSchema = z
  .strictObject({
    version: z.literal(1),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,60}$/, 'use small letters, digits, dot, dash and underscore')
      .describe('Names the journal'),
    owner: name.optional(),
    state: z
      .string()
      .refine((written) => storeKindOf(written) !== undefined, { error: `is not ${STORES}` })
      .meta({ override: { type: 'string', pattern: STORE } })
      .optional()
      .describe('Where the journal is: a folder (.rollout), postgres://… or etcd://…; ${NAME} for passwords'),
    toggles: z.record(variable, toggle).describe('The inventory'),
    segments,
    users,
    targets: z.record(id, target).describe('Where toggles are written'),
    metrics: z.record(id, metric).default({}).describe('What a step is judged by'),
    defaults: z
      .strictObject({
        hold: durationSchema.optional(),
        settle: settle.optional(),
        after: durationSchema.optional(),
        metrics: z.array(id).optional(),
        onWarning: onWarning.optional(),
        onCritical: onCritical.optional(),
        order: order.optional(),
        approval: approval.optional(),
        evidence: evidence.optional(),
      })
      .default({})
      .describe('For every phase that does not say otherwise'),
    interval: pause.optional().describe('Between two polls (30s)'),
    patience: durationSchema.optional().describe('How long a warning or missing data may hold before it pauses (5m)'),
    stale: span.optional().describe('How long a toggle may be at its end before it is said to be stale (14d)'),
    maxUnavailable: z.int().min(0).default(0).describe('Targets that may stay unconfirmed'),
    risks: z.record(id, risk).default({}).describe('What may go wrong: probability × impact'),
    contingencies: z.record(id, contingency).default({}).describe('What is done then, as something that can be carried out'),
    approvers: z.record(id, z.array(name)).default({}).describe('Groups of people who may approve'),
    signers: z.string().min(1).optional().describe('Allowed-signers file of ssh-keygen(1): whose signed approvals count'),
    windows: z.array(window).default([]).describe('Steps up only then'),
    freezes: z.array(freeze).default([]).describe('No steps up then'),
    notify: z.record(id, channelSchema).default({}).describe('Who is told of what'),
    cleanup: z
      .strictObject({
        check: z.array(z.string()).min(1).optional().describe('Run before and after a toggle is removed from the code: [npm, test]'),
        timeout: span.optional().describe('How long that may take (10m)'),
        unused: span.optional().describe('How long the side that goes must not have been answered, by what the SDK counts (7d)'),
        asks: z.array(functionName).optional().describe('Functions of your own that answer whether a toggle is on: [useFlag]'),
      })
      .optional()
      .describe('How toggles are removed from the code: rollout toggles remove'),
    environments: z.record(id, environment).default({}).describe('What differs in staging, production, …'),
    phases: z
      .array(z.union([z.string().min(1), phaseSchema]))
      .min(1)
      .describe('Files, or phases themselves'),
  })
  .meta({ title: 'A rollout plan' })

export type PlanFile = z.output<typeof planSchema>
export type PhaseFile = z.output<typeof phaseSchema>
