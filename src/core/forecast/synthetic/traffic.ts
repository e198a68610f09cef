import { bursts, normal, poisson, type Chance } from './chance.ts'
import type { Duration } from '../../values/units.ts'
import { latencies } from './latency.ts'
import type { World } from './world.ts'

/** What one group did between two polls. */
export interface GroupTraffic {
  readonly total: number
  readonly bad: number
  /** Requests by latency, cumulative; upper bounds in seconds, and '+Inf'. */
  readonly latency: { readonly [le: string]: number }
}

/** What both groups did between two polls. */
export interface PairTraffic {
  readonly on: GroupTraffic
  readonly off: GroupTraffic
  /** Failed requests that the release is to blame for, as expected. */
  readonly caused: number
}

/** The time until the next poll, with the toggle on for this share (0–1) of the users. */
export type Traffic = (share: number) => PairTraffic

const MINUTE: Duration = 60_000
const DAY = 24 * 60
const STILL = { errors: 0, latency: 0, memory: 0 }

/**
 * Yields the traffic of a world, poll by poll: `rate` requests a second on average. What happens in the world happens
 * in its own time, however often it is asked.
 */
export function simulate(world: World, rate: number, chance: Chance, interval: Duration = MINUTE): Traffic {
  const length = interval / MINUTE
  const { trend = { errors: 1, traffic: 1 }, noise = STILL, incident, release } = world
  const hour = chance() * DAY
  const began = incident ? between(incident.between, chance) : Infinity
  let wander = { errors: normal(chance), latency: normal(chance) }
  let polls = 0
  return (share) => {
    const minute = polls * length
    const wave = Math.sin((2 * Math.PI * (hour + minute)) / DAY)
    const hit = incident ? overlap(minute, minute + length, began, began + incident.lasts) / length : 0
    const slower = 1 + hit * ((incident?.latency ?? 1) - 1)
    const requests = rate * 60 * length * trend.traffic ** wave
    const common = trend.errors ** wave
    const { errors = world.errors, latency = 1 } = release && minute >= (release.from ?? 0) ? release : {}
    const off = group(requests * (1 - share), world.errors * common + hit * (incident?.off ?? 0), slower)
    const swing = common * Math.exp(noise.errors * wander.errors)
    const on = group(
      requests * share,
      errors * swing + hit * (incident?.on ?? 0),
      slower * latency * Math.exp(noise.latency * wander.latency),
    )
    wander = { errors: step(wander.errors), latency: step(wander.latency) }
    polls += 1
    return { on, off, caused: on.total * (errors - world.errors) * swing }
  }

  function step(before: number): number {
    const memory = noise.memory ** length
    return memory * before + Math.sqrt(1 - memory ** 2) * normal(chance)
  }

  function group(requests: number, rateOfErrors: number, slower: number): GroupTraffic {
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

/** How much of [begin, end) lies within [from, to). */
function overlap(begin: number, end: number, from: number, to: number): number {
  return Math.max(0, Math.min(end, to) - Math.max(begin, from))
}
