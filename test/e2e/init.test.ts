import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { openHttpMeter } from '../helpers/http-meter.ts'
import { openToggles, type Toggles } from '../../src/sdk/index.ts'
import { openMeter } from '../../src/sdk/metrics.ts'
import { place } from './binary.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** An application of a newcomer: it reads its toggle from the env file, counts by it, and every n-th request of its new path fails. */
async function application(at: ReturnType<typeof place>, failing: number) {
  const toggles = openToggles({ env: {}, file: join(at.folder, '.env'), every: 50 })
  const meter = openHttpMeter()
  let served = 0
  const server = createServer(({ url = '' }, response) => {
    if (url === '/metrics') return response.end(meter.render())
    const isOn = toggles.isEnabled('FEATURE_X', new URL(url, 'http://app').searchParams.get('user') ?? '')
    if (isOn) served += 1
    response.statusCode = isOn && served % failing === 0 ? 500 : 200
    meter.count({ status: response.statusCode, toggle: isOn ? 'on' : 'off', seconds: 0.004 })
    return response.end()
  })
  return listen(server, toggles)
}

/** The same, measured by the SDK; a second toggle is not measured. */
async function measuredApplication(at: ReturnType<typeof place>, failing: number) {
  const meter = openMeter()
  const toggles = openToggles({ env: {}, file: join(at.folder, '.env'), every: 50, meter })
  let served = 0
  const server = createServer(({ url = '' }, response) => {
    if (url === '/metrics') return response.end(meter.text())
    const user = new URL(url, 'http://app').searchParams.get('user') ?? ''
    response.statusCode = toggles.measure('FEATURE_X', user, (isOn, fail) => {
      if (isOn) served += 1
      if (!isOn || served % failing !== 0) return 200
      fail()
      return 500
    })
    return response.end()
  })
  return listen(server, toggles)
}

async function listen(server: Server, toggles: Toggles) {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const visiting = new AbortController()
  for (let visitor = 0; visitor < VISITORS; visitor += 1) void visit(`http://127.0.0.1:${port}`, visitor, visiting.signal)
  closing.push(() => (visiting.abort(), toggles.close(), server.closeAllConnections(), server.close()))
  return port
}

const VISITORS = 8

/** Up to 25 requests a second, each after the answer before: on a slow machine fewer, and no queue that the application drowns in. */
async function visit(url: string, visitor: number, signal: AbortSignal) {
  for (let user = visitor; !signal.aborted; user += VISITORS)
    await Promise.all([fetch(`${url}/?user=user-${user % 5000}`, { signal }).then((answer) => answer.text()), sleep(40)]).catch(
      () => undefined,
    )
}

/** Everything as a newcomer types it, with shorter holds. */
async function rolledOut(failing: number, open = application, groups = 'toggle="on" is compared with toggle="off"') {
  const at = place({ '.env': 'FEATURE_X=false\n' })
  const port = await open(at, failing)
  at.write('.env', `PORT=${port}\nFEATURE_X=false\n`)
  const said = await at.rollout('init')
  expect(said).toMatchObject({ code: 0, err: '' })
  expect(said.out).toContain(`groups: ${groups}`)
  expect(await at.rollout('check', 'config')).toMatchObject({ code: 0 })
  const doctor = await at.rollout('doctor')
  expect(doctor, doctor.out).toMatchObject({ code: 0 })
  const plan = at.read('rollout.yaml')
  at.write(
    'rollout.yaml',
    plan
      .replace(/steps: .*/, 'steps: [10%, 50%, 100%]')
      .replace(/hold: .*/, 'hold: 2s')
      // Of a minute's requests, none failed, nobody can know less than this.
      .replace('phases:', 'interval: 1s\ndefaults: { evidence: { negligible: 0.1% } }\nphases:'),
  )
  expect(await at.rollout('start')).toMatchObject({ code: 0 })
  return { at, ended: await at.rollout('run') }
}

describe('the plan that init writes', () => {
  it('takes back a release that fails a fifth of its new path', async () => {
    const { at, ended } = await rolledOut(5)
    expect(ended, ended.out).toMatchObject({ code: 9 })
    expect(at.read('.env')).toContain('FEATURE_X=false')
    expect(ended.out).toContain('error_rate')
    expect(ended.out).not.toContain('50% → 100%')
  })

  it('and brings one that does not fail to everybody', async () => {
    const { at, ended } = await rolledOut(Infinity)
    expect(ended, ended.out).toMatchObject({ code: 0 })
    expect(at.read('.env')).toContain('FEATURE_X=true')
  })

  it('reads what the SDK measures', async () => {
    const groups = 'answer="on" is compared with answer="off"'
    const { at, ended } = await rolledOut(5, measuredApplication, groups)
    expect(at.read('rollout.yaml')).toContain(
      `ratio: { bad: 'rollout_toggle_calls_total{toggle="FEATURE_X",outcome!="ok"}', total: 'rollout_toggle_calls_total{toggle="FEATURE_X"}' }`,
    )
    expect(ended, ended.out).toMatchObject({ code: 9 })
    expect(at.read('.env')).toContain('FEATURE_X=false')
  })
})
