import { describe, expect, it } from 'vitest'
import { refusal, loaded } from '../../config/plan.ts'

const plan = (target: string, steps: string, toggle = '{ targets: [web], exposure: instances }') => `version: 1
name: shop
toggles:
  FEATURE_X: ${toggle}
targets:
  web: ${target}
phases:
  - phase: core
    toggles: [FEATURE_X]
    steps: ${steps}
`
const of = (instances: string) => `{ use: env-file, path: "{{instance}}.env", instances: ${instances} }`
const THREE = of('[a, b, c]')

describe('offline, at its place', () => {
  it.each([
    [THREE, '[10%, 100%]', '10% of 3 instances of web, rounded down, is none', '1 of 3 is 34%', 10, 13],
    [THREE, '[34%, 50%, 100%]', '50% of 3 instances of web, rounded down, is 1, as at the step before', '2 of 3 is 67%', 10, 18],
    [THREE, '[34%, 67%, 99%, 100%]', '99% of 3 instances of web, rounded down, is 2, as at the step before', '3 of 3 is 100%', 10, 23],
    [of('[a]'), '[50%, 100%]', '50% of 1 instance of web, rounded down, is none', '1 of 1 is 100%', 10, 13],
    [
      '{ use: env-file, path: web.env }',
      '[50%, 100%]',
      'FEATURE_X goes by instances, but web has none',
      'instances: [web-1, web-2] in the target, and {{instance}} in its options',
      4,
      26,
    ],
    [
      '{ use: env-file, path: web.env, instances: [a, b] }',
      '[50%, 100%]',
      'no option says which instance is meant',
      'path: deploy/{{instance}}.env',
      6,
      51,
    ],
    [
      '{ use: env-file, path: "{{instance}}.env" }',
      '[50%, 100%]',
      '{{instance}} stands for nothing: the target has no instances',
      'instances: [web-1, web-2]',
      6,
      31,
    ],
  ])('%s %s', async (target, steps, message, hint, line, column) => {
    const { code, problems } = await refusal(plan(target, steps))
    expect(code).toBe('config')
    expect(problems).toContainEqual({ message, hint, where: expect.objectContaining({ file: 'rollout.yaml', line, column }) })
  })

  it.each(['[]', '[a, a]', '[a, "b/c"]', 'a', '[1]'])('instances: %s is refused', async (instances) => {
    const { problems } = await refusal(plan(of(instances), '[100%]'))
    expect(problems[0]?.where).toMatchObject({ file: 'rollout.yaml', line: 6 })
  })

  it.each([
    [THREE, '[34%, 67%, 100%]'],
    [of('[a, b, c, d, e, f, g, h, i, j]'), '[10%, 20%, 55%, 100%]'],
  ])('but not %s %s', async (target, steps) => {
    await expect(loaded(plan(target, steps))).resolves.toMatchObject({ plan: { name: 'shop' } })
  })

  it('and not of a toggle that goes by users there', async () => {
    await expect(loaded(plan(THREE, '[0.1%, 0.2%]', '{ targets: [web] }'))).resolves.toMatchObject({ plan: { name: 'shop' } })
  })

  it('an environment has instances of its own, and an adapter of its own has none of the old ones', async () => {
    const text = (override: string) => `${plan(THREE, '[34%, 100%]')}environments: { staging: { targets: { web: ${override} } } }\n`
    const { problems } = await refusal(text('{ instances: [a] }'), { environment: 'staging' })
    expect(problems).toMatchObject([{ message: '34% of 1 instance of web, rounded down, is none' }])
    const other = await refusal(text('{ use: command, set: [a, "{{value}}"], get: [a] }'), { environment: 'staging' })
    expect(other.problems).toMatchObject([{ message: 'FEATURE_X goes by instances, but web has none' }])
  })
})
