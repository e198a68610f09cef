import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { optionSchemas } from '../../src/adapters/registry.ts'
import { phaseJsonSchema, planJsonSchema } from '../../src/config/json-schema.ts'
import { sketchPlan, type SketchMetrics } from '../../src/config/sketch.ts'
import { sketch } from '../helpers/sketch.ts'
import { changed, loaded, PLAN, refusal } from './plan.ts'

// `uri` and `email` are left to the loader: an editor sees the reference, not what it stands for.
const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { uri: true, email: true } })
const plan = ajv.compile(planJsonSchema(await optionSchemas()))
const phase = ajv.compile(phaseJsonSchema())

describe('the schema editors use', () => {
  it('accepts the shipped plan and its phases', () => {
    const read = (name: string): unknown => parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'))
    const shipped = read('rollout.yaml')
    expect(plan(shipped), JSON.stringify(plan.errors)).toBe(true)
    const files = (shipped as { phases: string[] }).phases
    expect(files.length).toBe(5)
    for (const file of files) expect(phase(read(file)), `${file} ${JSON.stringify(phase.errors)}`).toBe(true)
  })

  it.each<Partial<SketchMetrics>>([
    {},
    { use: 'prometheus', url: '${PROM_URL:-http://localhost:9090}' },
    {
      groups: { label: 'toggle', on: 'on', off: 'off', toggle: 'FEATURE_X' },
      latency: { name: 'http_request_duration_seconds', unit: 's', isDivided: true, slow: [800, 1000, 2000], negligible: 0.01 },
      negligible: 0.0002,
    },
  ])('accepts what init writes: %j', (metrics) => {
    const { metrics: usual, ...rest } = sketch({ create: true })
    const written = sketchPlan({ ...rest, metrics: { ...usual, ...metrics } }, 'named')
    expect(plan(parse(written)), JSON.stringify(plan.errors)).toBe(true)
  })

  it.each<[string, [string, string]]>([
    ['nothing', ['name: shop', 'name: shop']],
    ['a reference for a URL', ['"http://localhost/metrics"', '"${URL}"']],
    ['spaces between days', ['phases:', 'windows: [{ days: "Mon, Wed-Fri", from: "09:00", to: "24:00", zone: UTC }]\nphases:']],
    ['a rule as a map', ['"> 5%"', '{ when: "> 5%", for: 1m }']],
    ['on for a default', ['[web] }', '[web], default: on }']],
    ['an override of one option', ['{ hold: 1m }', '{ targets: { web: { path: x.env } } }']],
    ['a criterion', ['metrics: [errors]', 'success: [{ metric: errors, below: 0.5 %, over: 24h }]']],
    ['a channel', ['phases:', 'notify: { ops: { use: slack, url: "${URL}", audience: on-call, message: "{{text}}" } }\nphases:']],
    ['a channel for some events', ['phases:', 'notify: { ops: { use: webhook, url: "${URL}", events: [paused, rolled-back] } }\nphases:']],
    ['an approval by two', ['100%]', '{ to: 100%, approval: { group: managers, count: 2 } }]']],
    ['several groups', ['100%]', '{ to: 100%, approval: [{ group: managers, by: others, expires: 24h, covers: phase }] }]']],
    ['a night', ['phases:', 'windows: [{ days: Fri, from: "22:00", to: "02:00", zone: UTC }]\nphases:']],
    ['days with a zone', ['phases:', 'freezes: [{ name: x, from: 2026-12-24, to: 2026-12-26, zone: Europe/Berlin }]\nphases:']],
    ['an item with everything', ['metrics: [errors]', 'checklist: [{ id: a, text: b, owner: c, kind: technical, evidence: true }]']],
  ])('accepts what the loader accepts: %s', async (_, edit) => {
    await expect(loaded(changed(edit), { env: { URL: 'http://127.0.0.1' } })).resolves.toBeDefined()
    expect(plan(parse(changed(edit))), JSON.stringify(plan.errors)).toBe(true)
  })

  it.each<[string, string]>([
    ['name: shop', 'nmae: shop'],
    ['version: 1', 'version: 2'],
    ['name: shop', 'name: My Shop'],
    ['name: shop', 'name: shop\nstate: mysql://host/db'],
    ['FEATURE_X: {', '9X: {'],
    ['[web] }', 'web }'],
    ['[web] }', '[web], kind: releese }'],
    ['[web] }', '[web], default: maybe }'],
    ['[web] }', '[web], removeBy: soon }'],
    ['path: web.env', 'path: web.env, relod: [x]'],
    ['use: env-file, path: web.env', 'use: env-file'],
    ['use: env-file', 'use: env-fil'],
    ['"> 5%"', '"5%"'],
    ['"> 5%"', '"> much"'],
    ['critical:', 'minSamples: -1, critical:'],
    ['[10%, 100%]', '[10]'],
    ['[10%, 100%]', '[101%]'],
    ['[10%, 100%]', '[]'],
    ['metrics: [errors]', 'hold: 5'],
    ['phases:', 'interval: 5\nphases:'],
    ['phases:', 'windows: [{ days: Moo, from: "09:00", to: "10:00", zone: UTC }]\nphases:'],
    ['phases:', 'windows: [{ days: Mon, from: "9:00", to: "10:00", zone: UTC }]\nphases:'],
    ['phases:', 'freezes: [{ name: x, from: 2026-12-24, to: "2026-12-27T00:00:00Z" }]\nphases:'],
    ['100%]', '{ to: 100%, approval: { group: managers, by: me } }]'],
    ['100%]', '{ to: 100%, approval: [] }]'],
    ['metrics: [errors]', 'checklist: [{ id: a, text: b, kind: legal }]'],
    ['metrics: [errors]', 'success: [{ metric: errors, below: 1, over: 1h }]'],
    ['{ hold: 1m }', '{ hold: 1m, targets: [] }'],
    ['phases:', 'notify: { ops: { use: slack } }\nphases:'],
    ['phases:', 'notify: { ops: { use: slack, url: "https://x", events: [pausd] } }\nphases:'],
    ['phases:', 'notify: { ops: { use: slak, url: "https://x" } }\nphases:'],
    ['phases:', 'notify: { ops: { use: slack, url: "https://x", audience: everybody } }\nphases:'],
  ])('refuses what the loader refuses: %s → %s', async (from, to) => {
    const text = changed([from, to])
    expect((await refusal(text)).code).toBe('config')
    expect(plan(parse(text))).toBe(false)
  })

  it('of a phase refuses a plan', () => {
    expect(phase(parse(PLAN))).toBe(false)
  })
})
