import { describe, expect, it } from 'vitest'
import { place } from './binary.ts'

/* A file of the user's own is run in this process: what it does beside its contract must neither end a command nor look like success. */

const plan = `version: 1
name: shop
interval: 1s
patience: 1s
toggles: { FEATURE_X: { targets: [web, store] } }
targets: { web: { use: env-file, path: web.env }, store: { use: ./store.mjs } }
metrics: { errors: { use: ./errors.mjs, critical: "> 5", timeout: 1s } }
phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s, metrics: [errors] }]
`
const store = (more = '') => `import { existsSync, readFileSync, writeFileSync } from 'node:fs'
export default {
  options: () => ({}),
  read: async () => ({ FEATURE_X: existsSync('word') ? readFileSync('word', 'utf8') : 'false' }),
  write: async (_, { FEATURE_X }) => writeFileSync('word', FEATURE_X),
  byHand: () => ['edit word'],
  ${more}
}`
const errors = (read: string) => `export default { options: () => ({}), read: () => { ${read} } }`

function begun(read: string) {
  return place({ 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n', 'store.mjs': store(), 'errors.mjs': errors(read) })
}

describe("what a file of one's own does beside its contract", () => {
  it('a reading that never comes is missing after its deadline', async () => {
    const { rollout } = begun('return new Promise(() => undefined)')
    await rollout('start')
    const { code, out, err } = await rollout('run', '--exit-on-pause')
    expect(out + err).toContain('PAUSED  errors timeout: no answer within 1s')
    expect(code).toBe(8)
  })

  it('a throw that nobody waits for is told, and what was asked for goes on', async () => {
    const { rollout, read } = begun("void Promise.reject(new Error('aside')); return { is: 'value', value: 0 }")
    await rollout('start')
    const { code, err } = await rollout('run')
    expect(err).toMatch(/^! thrown where nobody waits for it: aside \(.*errors\.mjs:1:\d+\)+\n$/)
    expect(code).toBe(0)
    expect(read('web.env')).toContain('FEATURE_X=true')
  })

  it('what is left open keeps no command from its end', async () => {
    const { rollout } = begun("setInterval(() => undefined, 1000); return { is: 'value', value: 0 }")
    const { code, out } = await rollout('check', 'metrics')
    expect(out).toContain('metrics errors')
    expect(code).toBe(0)
  })

  it('what is thrown and says nothing is a missing reading', async () => {
    const { rollout } = begun('throw Object.create(null)')
    const { code, out } = await rollout('check', 'metrics')
    expect(out).toContain('it says nothing')
    expect(code).toBe(69)
  })

  it.each([0, 3])('an end in the middle with %i is no success, and says so', async (exit) => {
    const { rollout } = begun(`process.exit(${exit})`)
    await rollout('start')
    const { code, err } = await rollout('run')
    expect(err).toContain('ended in the middle')
    expect(code).toBe(1)
  })

  it.each([
    ['write: () => new Promise(() => undefined), deadline: () => 100,', 10, 'store: no answer within 600ms. By hand:\n      edit word'],
    ["effect: () => { throw new Error('x') }, settle: () => 'soon', lag: () => NaN, deadline: () => Infinity,", 0, 'store ✓'],
  ])('a rollback with %s', async (more, code, said) => {
    const { rollout, read, write } = begun("return { is: 'value', value: 0 }")
    await rollout('start')
    await rollout('advance')
    write('store.mjs', store(more))
    const back = await rollout('rollback')
    expect(back.out).toContain(said)
    expect(back.code).toBe(code)
    expect(read('web.env')).toContain('FEATURE_X=false')
  })
})
