import { NOBODY, together, type GroupTraffic, type PairTraffic } from './pair-traffic.ts'

type Groups = Pick<PairTraffic, 'on' | 'off'>

/** Shows the groups of a poll as their counters do that are seen now and then: nothing, then all that was gained since. */
export type Glimpse = (gained: Groups, share: number, isSeen: { readonly on: boolean; readonly off: boolean }) => Groups

/** Opens the counters of two groups. */
export function openGlimpse(): Glimpse {
  let held: Groups = { on: NOBODY, off: NOBODY }
  let before = 0
  return (gained, share, isSeen) => {
    // With fewer users another toggle begins, which nobody has had until now.
    if (share < before) held = { on: NOBODY, off: together(held.off, held.on) }
    before = share
    const all = { on: sum(held.on, gained.on), off: sum(held.off, gained.off) }
    held = { on: isSeen.on ? NOBODY : all.on, off: isSeen.off ? NOBODY : all.off }
    return { on: isSeen.on ? all.on : NOBODY, off: isSeen.off ? all.off : NOBODY }
  }
}

function sum(held: GroupTraffic, gained: GroupTraffic): GroupTraffic {
  return held.total === 0 ? gained : together(held, gained)
}
