import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startLoad } from '../../src/demo/load.ts'
import { openMeter } from '../../src/demo/meter.ts'
import { openToggles } from '../../src/sdk/index.ts'
import { place } from './binary.ts'

const closing: (() => void)[] = []
afterAll(() => {
  for (const close of closing) close()
})

/** An application of a newcomer: it reads its toggle from the env file, counts by it, and every n-th request of its new path fails. */
async function application(at: ReturnType<typeof place>, failing: number) {
  const toggles = openToggles({ env: {}, file: join(at.folder, '.env'), every: 50 })
  const meter = openMeter()
  let served = 0
  const server = createServer(({ url = '' }, response) => {
    if (url === '/metrics') return response.end(meter.render())
    const isOn = toggles.isEnabled('FEATURE_X', new URL(url, 'http://app').searchParams.get('user') ?? '')
    if (isOn) served += 1
    response.statusCode = isOn && served % failing === 0 ? 500 : 200
    meter.count({ status: response.statusCode, toggle: isOn ? 'on' : 'off', seconds: 0.004 })
    return response.end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const load = startLoad({ url: `http://127.0.0.1:${port}`, rate: 200, users: 5000 })
  closing.push(() => (load.close(), toggles.close(), server.closeAllConnections(), server.close()))
  return port
}

/** Everything as a newcomer types it, with shorter holds. */
async function rolledOut(failing: number) {
  const at = place({ '.env': 'FEATURE_X=false\n' })
  const port = await application(at, failing)
  at.write('.env', `PORT=${port}\nFEATURE_X=false\n`)
  const said = await at.rollout('init')
  expect(said).toMatchObject({ code: 0, err: '' })
  expect(said.out).toContain('groups: toggle="on" is compared with toggle="off"')
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
})
