import { normal, type Chance } from './chance.ts'
import { spells } from './spells.ts'
import type { Wandering, World } from './world.ts'

/** What befalls one group between two polls, whatever the release does. */
export interface Disturbance {
  /** Factor on its requests. */
  readonly requests: number
  /** Factor on its share of failed requests; added to it then. */
  readonly swing: number
  readonly errors: number
  /** Factor on every latency. */
  readonly slower: number
  /** Part of the time, 0–1, in which what failed is tried again. */
  readonly storm: number
}

const HOURS = 60
const DAY = 24 * HOURS
const STILL: Wandering = { errors: 0, latency: 0, memory: 0 }
const UNDISTURBED: Disturbance = { requests: 1, swing: 1, errors: 0, slower: 1, storm: 0 }
const NOBODY_DISTURBED = { off: UNDISTURBED, on: UNDISTURBED }

/** Yields what befalls the groups from a minute on for `length` minutes, the toggle being on for a share (0–1). */
export function disturbances(
  world: World,
  chance: Chance,
  length: number,
): (minute: number, share: number) => { readonly off: Disturbance; readonly on: Disturbance } {
  const { trend, noise = STILL, incident, storms, coldStart } = world
  if (!trend && !world.noise && !incident && !storms && !coldStart) return () => NOBODY_DISTURBED
  const usual = meanOfDay(trend?.traffic)
  const hour = chance() * DAY
  const began = incident ? incident.between[0] + chance() * (incident.between[1] - incident.between[0]) : Infinity
  const lag = incident?.apart === undefined ? 0 : incident.apart * (2 * chance() - 1)
  const wander = {
    on: wandering(noise.memory ** length, chance),
    off: noise.arms === 'both' ? wandering(noise.memory ** length, chance) : still,
  }
  const stormy = storms && { on: spells(storms, chance, length), off: spells(storms, chance, length) }
  let step = { share: 0, since: 0 }

  return (minute, share) => {
    if (share > step.share) step = { share, since: minute }
    const isCold = coldStart ? overlap(minute, step.since, coldStart.lasts) : 0
    const off = arm('off', hour + minute, hit(minute, began))
    const on = arm('on', hour + minute + (trend?.ahead ?? 0) * HOURS, hit(minute, began + lag))
    return {
      off,
      on: { ...on, errors: on.errors + isCold * (coldStart?.errors ?? 0), slower: on.slower * factor(coldStart?.latency, isCold) },
    }
  }

  function arm(which: 'on' | 'off', time: number, hurt: number): Disturbance {
    const noisy = wander[which]()
    return {
      requests: daily(trend?.traffic, time) / usual,
      swing: daily(trend?.errors, time) * Math.exp(noise.errors * noisy.errors),
      errors: hurt * (incident?.[which] ?? 0),
      slower: factor(incident?.latency, hurt) * Math.exp(noise.latency * noisy.latency),
      storm: stormy?.[which]() ?? 0,
    }
  }

  function hit(minute: number, from: number): number {
    return incident ? overlap(minute, from, incident.lasts) : 0
  }

  /** How much of the time from `minute` on lies within `lasts` minutes from `from` on, 0–1. */
  function overlap(minute: number, from: number, lasts: number): number {
    return Math.max(0, Math.min(minute + length, from + lasts) - Math.max(minute, from)) / length
  }
}

function daily(most: number | undefined, time: number): number {
  return most === undefined ? 1 : most ** Math.sin((2 * Math.PI * time) / DAY)
}

/** Returns the mean over a day of `daily`, I₀(ln most): Abramowitz & Stegun 9.6.12 and 9.6.16. */
function meanOfDay(most = 1): number {
  const half = Math.log(most) / 2
  let [sum, term] = [1, 1]
  for (let k = 1; term > 1e-12; k += 1) {
    term *= (half / k) ** 2
    sum += term
  }
  return sum
}

function factor(whole: number | undefined, part: number): number {
  return 1 + part * ((whole ?? 1) - 1)
}

interface Wander {
  readonly errors: number
  readonly latency: number
}

/** Yields two standard normal numbers of their own that remember the last ones (an autoregressive process of order 1). */
function wandering(memory: number, chance: Chance): () => Wander {
  let last: Wander | undefined
  const next = (before: number | undefined): number =>
    before === undefined ? normal(chance) : memory * before + Math.sqrt(1 - memory ** 2) * normal(chance)
  return () => {
    last = { errors: next(last?.errors), latency: next(last?.latency) }
    return last
  }
}

function still(): Wander {
  return { errors: 0, latency: 0 }
}
