import { together, type GroupTraffic, type Traffic } from './pair-traffic.ts'
import type { Scraping } from './world.ts'

/** Shows traffic as counters show it that are read more often than they are scraped: nothing, then all at once. */
export function scraped(traffic: Traffic, { every, apart }: Scraping, length: number): Traffic {
  let minute = 0
  const held: { on?: GroupTraffic; off?: GroupTraffic } = {}
  return (share) => {
    const { on, off, ...rest } = traffic(share)
    const scrapes = (offset: number): number => Math.floor((minute - offset) / every)
    const before = { on: scrapes(0), off: scrapes(apart) }
    minute += length
    return { on: see('on', on, scrapes(0) > before.on), off: see('off', off, scrapes(apart) > before.off), ...rest }
  }

  function see(group: 'on' | 'off', gained: GroupTraffic, isScraped: boolean): GroupTraffic {
    const before = held[group]
    const all = before ? together(before, gained) : gained
    if (isScraped) delete held[group]
    else held[group] = all
    return isScraped ? all : nothing(gained)
  }
}

function nothing({ latency }: GroupTraffic): GroupTraffic {
  return { total: 0, bad: 0, latency: Object.fromEntries(Object.keys(latency).map((le) => [le, 0])) }
}
