import type { Chance } from './chance.ts'
import { openGlimpse } from './glimpse.ts'
import type { Traffic } from './pair-traffic.ts'
import { spells } from './spells.ts'
import type { Spells } from './world.ts'

/** Shows traffic through a source that does not answer now and then; counters go on meanwhile. */
export function silenced(traffic: Traffic, outages: Spells, length: number, chance: Chance): Traffic {
  const silent = spells(outages, chance, length)
  const glimpse = openGlimpse()
  return (share) => {
    const { on, off, ...rest } = traffic(share)
    const isSilent = silent() > 0
    return { ...rest, ...glimpse({ on, off }, share, { on: !isSilent, off: !isSilent }), isSilent }
  }
}
