import type { Duration } from '../../values/units.ts'
import { bursts, poisson, type Chance } from './chance.ts'
import { disturbances, type Disturbance } from './disturbance.ts'
import { latencies } from './latency.ts'
import { scraped } from './scraped.ts'
import { silenced } from './silenced.ts'
import { NOBODY, type GroupTraffic, type Traffic } from './pair-traffic.ts'
import type { World } from './world.ts'

const MINUTE: Duration = 60_000

/**
 * Yields the traffic of a world, poll by poll: `rate` requests a second on average. What happens in the world happens
 * in its own time, however often it is asked.
 */
export function simulate(world: World, rate: number, chance: Chance, interval: Duration = MINUTE): Traffic {
  const length = interval / MINUTE
  const traffic = simulateAll(world, rate * 60 * length, chance, length)
  const seen = world.scrape ? scraped(traffic, world.scrape, length, chance) : traffic
  return world.outages ? silenced(seen, world.outages, length, chance) : seen
}

/** Every request, as it comes: `requests` between two polls, which are `length` minutes apart. */
function simulateAll(world: World, requests: number, chance: Chance, length: number): Traffic {
  const disturb = disturbances(world, chance, length)
  const { release, client = 0, latency: usual = 1 } = world
  const rest = 1 - client
  // Where the client stands among the users: those below the share have the toggle on.
  const place = client > 0 ? chance() : 1
  let polls = 0
  return (share) => {
    const { off, on } = disturb(polls * length, share)
    const { errors = world.errors, latency = 1 } = release && polls * length >= (release.from ?? 0) ? release : {}
    polls += 1
    const own = client > 0 ? poisson(requests * world.errors * client, chance) : 0
    const without = group(requests * (1 - share), world.errors * rest, 1, off, place < share ? 0 : own)
    const having = group(requests * share, errors * rest, latency, on, place < share ? own : 0)
    return { on: having, off: without, caused: having.total * (errors - world.errors) * rest * on.swing, broken: off.errors > 0 }
  }

  function group(mean: number, errors: number, latency: number, disturbance: Disturbance, more: number): GroupTraffic {
    if (mean === 0 && more === 0) return NOBODY
    const failing = Math.min(1, errors * disturbance.swing + disturbance.errors)
    const all = mean * disturbance.requests
    const bad = count(all * failing) + stormy(all * failing, disturbance) + more
    const total = bad + count(all * (1 - failing))
    return { total, bad, latency: latencies(total, latency * usual * disturbance.slower, world.burst, chance) }
  }

  function count(mean: number): number {
    return world.burst === undefined ? poisson(mean, chance) : bursts(mean, world.burst, chance)
  }

  /** Draws what is tried again and fails again. */
  function stormy(failed: number, { storm }: Disturbance): number {
    const retries = world.storms?.retries ?? 1
    return storm > 0 ? bursts(failed * storm * (retries - 1), retries, chance) : 0
  }
}
