import { TOMBSTONE, type Identity, type Mark } from '../toggle/mark.ts'
import type { Fence } from '../ports.ts'
import { isSameIdentity } from './identity.ts'

type Self = Pick<Fence, 'identity' | 'epoch'>

/** One's own journal, as far as marks are compared with it. */
export interface Own extends Self {
  /** Marks of others that somebody decided to go on from. */
  readonly adopted?: readonly Mark[]
}

/** A mark that says something of one's own journal. */
export interface Notable {
  /**
   * `newer`: of an intent that the journal does not know: the journal is older than the world. `stranger`: of another
   * journal of the same name and environment: one of the two was lost, or begun twice. `tombstone`: of a break-glass.
   */
  readonly is: 'newer' | 'stranger' | 'tombstone'
  readonly mark: Mark
}

/** Returns the newest mark that is one's own: epoch 0 where there is none. */
export function ownMark(marks: readonly Mark[], self: Self): Mark {
  const none: Mark = { identity: self.identity, epoch: 0 }
  return marks.reduce((newest, mark) => (isOwn(mark, self) && mark.epoch >= newest.epoch ? mark : newest), none)
}

/**
 * Returns the mark a write must not replace, because it is one's own and newer; undefined where the write may go on.
 */
export function newerMark(marks: readonly Mark[], fence: Fence): Mark | undefined {
  const held = ownMark(marks, fence)
  return held.epoch > fence.epoch && !fence.over.includes(held.epoch) ? held : undefined
}

/**
 * Returns whether a write with the first mark takes the place of the second: its own, and that of an earlier journal of
 * its name.
 */
export function isReplaced(mark: Mark, by: Mark): boolean {
  if (!by.identity) return !mark.identity
  return isOwn(mark, { ...by, identity: by.identity }) || (mark.identity !== undefined && isNamesake(mark.identity, by.identity))
}

/**
 * Returns what marks say of the journal of `identity` whose newest intent is `epoch`; nothing of those of other
 * rollouts, and of those that were adopted only what is newer.
 */
export function notableMarks(marks: readonly Mark[], self: Own): readonly Notable[] {
  return marks.flatMap((mark): readonly Notable[] => {
    if (self.adopted?.some((each) => isCovered(each, mark))) return []
    if (isOwn(mark, self)) {
      if (mark.epoch === TOMBSTONE) return [{ is: 'tombstone', mark }]
      return mark.epoch > self.epoch ? [{ is: 'newer', mark }] : []
    }
    return mark.identity && isNamesake(mark.identity, self.identity) ? [{ is: 'stranger', mark }] : []
  })
}

/**
 * A break-glass has no journal to ask for its lineage, so its mark is that of every journal of the name. A mark without
 * an identity is taken for one's own where that refuses nothing, and where it is a break-glass.
 */
function isOwn({ identity, epoch }: Mark, self: Self): boolean {
  if (!identity) return epoch <= self.epoch || epoch === TOMBSTONE
  return epoch === TOMBSTONE ? isNamesake(identity, self.identity) : isSameIdentity(identity, self.identity)
}

/** Whether a mark says no more than the one that was adopted. */
function isCovered(adopted: Mark, { identity, epoch }: Mark): boolean {
  if (epoch > adopted.epoch) return false
  return identity && adopted.identity ? isSameIdentity(identity, adopted.identity) : identity === adopted.identity
}

function isNamesake(one: Identity, other: Identity): boolean {
  return one.name === other.name && one.environment === other.environment
}
