import { describe, expect, it } from 'vitest'
import { loaded, refusal } from './plan.ts'

const plan = (use: string, more = '') => `version: 1
name: shop
toggles: { FEATURE_OLD: { kind: legacy, default: on, targets: [web] } }
targets: { web: { use: env-file, path: web.env } }
metrics: { errors: ${use} }
environments: { staging: { hold: 1m${more} } }
phases:
  - phase: gone
    toggles: [FEATURE_OLD]
    steps: [50%, { to: 100%, unused: 7d }]
`
const COUNTS = '{ use: openmetrics, url: "http://localhost/metrics", value: up }'

describe('a step that waits for its last users', () => {
  it('is an error where no source can tell of them, at its place', async () => {
    const { code, problems } = await refusal(plan('{ use: json, url: "http://localhost", path: $.x }'))
    expect(code).toBe('config')
    expect(problems).toMatchObject([
      {
        message: 'no metric of the plan has a source that tells when a toggle was last asked for',
        where: { file: 'rollout.yaml', line: 10, column: 38 },
        hint: 'a metric with use: prometheus or openmetrics, which reads what the SDK counts',
      },
    ])
  })

  it('is a gate of its step, but for an environment that waits for nobody', async () => {
    const steps = async (environment?: string, more?: string) =>
      (await loaded(plan(COUNTS, more), environment === undefined ? {} : { environment })).plan.phases[0]?.steps
    const week = 7 * 86_400_000
    expect(await steps()).toMatchObject([{ to: 50 }, { to: 100, unused: week }])
    expect(await steps('staging')).toMatchObject([{ to: 50 }, { to: 100, unused: week }])
    expect((await steps('staging', ', unused: none'))?.[1]).toEqual({ to: 100, hold: 60_000 })
  })
})
