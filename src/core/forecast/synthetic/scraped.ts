import type { Chance } from './chance.ts'
import { openGlimpse } from './glimpse.ts'
import type { Traffic } from './pair-traffic.ts'
import type { Scraping } from './world.ts'

/** Shows traffic as counters show it at the last scrape of each group. */
export function scraped(traffic: Traffic, { every, apart = 0, missed = 0 }: Scraping, length: number, chance: Chance): Traffic {
  let minute = 0
  const glimpse = openGlimpse()
  return (share) => {
    const { on, off, ...rest } = traffic(share)
    const before = minute
    minute += length
    return { ...rest, ...glimpse({ on, off }, share, { on: isScraped(before, 0), off: isScraped(before, apart) }) }
  }

  /** Whether a scrape came, and was not missed, between a poll and the one of now. */
  function isScraped(before: number, offset: number): boolean {
    const isDue = every === undefined || Math.floor((minute - offset) / every) > Math.floor((before - offset) / every)
    return isDue && !(missed > 0 && chance() < missed)
  }
}
