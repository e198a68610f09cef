// One boolean toggle at 10 %, decided by the user's id, in every SDK. Each opens without a network and returns one evaluation.
import { randomUUID } from 'node:crypto'

const TOGGLE = 'FEATURE_SEARCH'

/** As a request brings them: flat texts, not the ropes that randomUUID makes. */
export const ids = JSON.parse(JSON.stringify(Array.from({ length: 10_000 }, () => randomUUID())))

export const candidates = {
  'reading the characters alone': async () => (id) => {
    let sum = 0
    for (let at = 0; at < id.length; at += 1) sum = (sum + id.charCodeAt(at)) | 0
    return sum % 10 === 0
  },
  'rollout, bound': async () => (await toggles()).bind(TOGGLE),
  'rollout, by name': async () => {
    const opened = await toggles()
    return (id) => opened.isEnabled(TOGGLE, id)
  },
  'rollout, measured without a meter': async () => {
    const opened = await toggles()
    return (id) => opened.measure(TOGGLE, id, same)
  },
  'rollout, by name with a meter': async () => {
    const opened = await toggles(undefined, await meter())
    return (id) => opened.isEnabled(TOGGLE, id)
  },
  'rollout, measured with a meter': async () => {
    const opened = await toggles(undefined, await meter())
    return (id) => opened.measure(TOGGLE, id, same)
  },
  'rollout, of 10,000 toggles': async () => {
    const names = Array.from({ length: 10_000 }, (_, nth) => `FEATURE_${nth}`)
    const opened = await toggles(Object.fromEntries(names.map((name) => [name, '10%'])))
    let nth = 0
    return (id) => opened.isEnabled(names[(nth = (nth + 7) % 10_000)], id)
  },
  'flagd-core': async () => {
    const { FlagdCore } = await import('@openfeature/flagd-core')
    const flagd = new FlagdCore()
    flagd.setConfigurations(JSON.stringify({ flags: { [TOGGLE]: flagdFlag } }))
    return (id) => flagd.resolveBooleanEvaluation(TOGGLE, false, { targetingKey: id }).value
  },
  'unleash-client': async () => {
    const { InMemStorageProvider, Unleash } = await import('unleash-client')
    const parameters = { rollout: '10', stickiness: 'userId', groupId: TOGGLE }
    const data = [{ name: TOGGLE, enabled: true, type: 'release', strategies: [{ name: 'flexibleRollout', parameters, constraints: [] }] }]
    const unleash = new Unleash({
      appName: 'bench',
      // Nobody listens there: the features are the ones it starts with.
      url: 'http://127.0.0.1:9/',
      refreshInterval: 0,
      disableMetrics: true,
      skipInstanceCountWarning: true,
      bootstrap: { data },
      storageProvider: new InMemStorageProvider(),
    })
    unleash.on('error', () => undefined)
    await new Promise((resolve) => unleash.once('ready', resolve))
    return (id) => unleash.isEnabled(TOGGLE, { userId: id })
  },
  GrowthBook: async () => {
    const { GrowthBookClient } = await import('@growthbook/growthbook')
    const rules = [{ force: true, coverage: 0.1, hashAttribute: 'id', hashVersion: 2, seed: TOGGLE }]
    const growthbook = new GrowthBookClient().initSync({ payload: { features: { [TOGGLE]: { defaultValue: false, rules } } } })
    return (id) => growthbook.isOn(TOGGLE, { attributes: { id } })
  },
  LaunchDarkly: async () => {
    const { init } = await import('@launchdarkly/node-server-sdk')
    const { TestData } = await import('@launchdarkly/node-server-sdk/integrations')
    const data = new TestData()
    const variations = [
      { variation: 0, weight: 10_000 },
      { variation: 1, weight: 90_000 },
    ]
    await data.usePreconfiguredFlag({
      key: TOGGLE,
      version: 1,
      on: true,
      variations: [true, false],
      offVariation: 1,
      fallthrough: { rollout: { variations } },
      salt: TOGGLE,
    })
    const options = { updateProcessor: data.getFactory(), sendEvents: false, diagnosticOptOut: true, logger: silent }
    const client = init('bench', options)
    await client.waitForInitialization({ timeout: 10 })
    return (id) => client.boolVariation(TOGGLE, { kind: 'user', key: id }, false)
  },
  'rollout, through the OpenFeature SDK': async () => {
    const { OpenFeature } = await import('@openfeature/server-sdk')
    const { RolloutProvider } = await import('../../dist/openfeature.mjs')
    await OpenFeature.setProviderAndWait(new RolloutProvider({ env: { [TOGGLE]: '10%' } }))
    const client = OpenFeature.getClient()
    return (id) => client.getBooleanValue(TOGGLE, false, { targetingKey: id })
  },
}

const flagdFlag = {
  state: 'ENABLED',
  variants: { on: true, off: false },
  defaultVariant: 'off',
  targeting: {
    fractional: [
      ['on', 10],
      ['off', 90],
    ],
  },
}

const nothing = () => undefined
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }

const same = (isOn) => isOn

async function toggles(env = { [TOGGLE]: '10%' }, meter) {
  const { openToggles } = await import('../../dist/sdk.mjs')
  return openToggles({ env, ...(meter && { meter }) })
}

async function meter() {
  const { openMeter } = await import('../../dist/metrics.mjs')
  return openMeter()
}
