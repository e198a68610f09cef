import { NOBODY, together, type GroupTraffic } from './pair-traffic.ts'

/** Shows a poll of a group as its counters do that are seen now and then: nothing, then all that was gained since. */
export type Glimpse = (gained: GroupTraffic, isSeen: boolean) => GroupTraffic

/** Opens the counters of a group. */
export function openGlimpse(): Glimpse {
  let held: GroupTraffic | undefined
  return (gained, isSeen) => {
    const all = held ? together(held, gained) : gained
    held = isSeen ? undefined : all
    return isSeen ? all : NOBODY
  }
}
