import { bursts, normal, poisson, type Chance } from './chance.ts'
import { latencies } from './latency.ts'
import type { World } from './world.ts'

/** What one group did in one minute. */
export interface Minute {
  readonly total: number
  readonly bad: number
  /** Requests by latency, cumulative; upper bounds in seconds, and '+Inf'. */
  readonly latency: { readonly [le: string]: number }
}

/** The next minute, with the toggle on for this share (0–1) of the users. */
export type Traffic = (share: number) => { readonly on: Minute; readonly off: Minute }

const DAY = 24 * 60
const STILL = { errors: 0, latency: 0, memory: 0 }

/** Yields the traffic of a world, minute by minute: `rate` requests a second on average. */
export function simulate(world: World, rate: number, chance: Chance): Traffic {
  const { trend = { errors: 1, traffic: 1 }, noise = STILL, incident, release } = world
  const hour = chance() * DAY
  const began = incident ? between(incident.between, chance) : Infinity
  let wander = { errors: normal(chance), latency: normal(chance) }
  let minute = 0
  return (share) => {
    const wave = Math.sin((2 * Math.PI * (hour + minute)) / DAY)
    const hit = incident ? overlap(minute, began, began + incident.lasts) : 0
    const slower = 1 + hit * ((incident?.latency ?? 1) - 1)
    const requests = rate * 60 * trend.traffic ** wave
    const common = trend.errors ** wave
    const { errors = world.errors, latency = 1 } = release && minute >= (release.from ?? 0) ? release : {}
    const off = group(requests * (1 - share), world.errors * common + hit * (incident?.off ?? 0), slower)
    const on = group(
      requests * share,
      errors * common * Math.exp(noise.errors * wander.errors) + hit * (incident?.on ?? 0),
      slower * latency * Math.exp(noise.latency * wander.latency),
    )
    wander = { errors: step(wander.errors), latency: step(wander.latency) }
    minute += 1
    return { on, off }
  }

  function step(before: number): number {
    return noise.memory * before + Math.sqrt(1 - noise.memory ** 2) * normal(chance)
  }

  function group(requests: number, rateOfErrors: number, slower: number): Minute {
    const bad = count(requests * Math.min(1, rateOfErrors))
    const total = bad + count(requests * (1 - Math.min(1, rateOfErrors)))
    return { total, bad, latency: latencies(total, slower, world.burst, chance) }
  }

  function count(mean: number): number {
    return world.burst === undefined ? poisson(mean, chance) : bursts(mean, world.burst, chance)
  }
}

function between([from, to]: readonly [number, number], chance: Chance): number {
  return from + chance() * (to - from)
}

/** How much of the minute from `minute` on lies within [from, to). */
function overlap(minute: number, from: number, to: number): number {
  return Math.max(0, Math.min(minute + 1, to) - Math.max(minute, from))
}
