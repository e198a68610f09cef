/** Whose a journal, a mark or a lease is: numbers of two identities are never compared. */
export interface Identity {
  readonly name: string
  readonly environment?: string
  /**
   * The hash of the journal's first event, shortened: a journal that was lost and begun anew has another one. '' where
   * it is not known.
   */
  readonly lineage: string
}

/** A trace of a rollout in a target. */
export interface Mark {
  /** Whose it is; undefined in one of an older version, which wrote the number alone. */
  readonly identity?: Identity
  /** Sequence number of the newest intent that was written there. */
  readonly epoch: number
  /**
   * Digest of the words the application was told to read after the newest write; undefined while it has yet to be told.
   */
  readonly reloaded?: string
}

/** The epoch of a break-glass: newer than that of any intent. */
export const TOMBSTONE = 999_999_999_999_999

const MARK =
  /^(\d{1,15})(?: of:([a-z0-9][a-z0-9._-]{0,60})(?:@([a-z0-9][a-z0-9._-]{0,99}))?(?:\/([0-9a-f]{1,64}))?)?(?: reloaded:([0-9a-f]{1,64}))?$/i

/** Writes a mark: `42 of:shop@production/1a2b3c4d5e6f reloaded:00c0ffee`. */
export function formatMark({ identity, epoch, reloaded }: Mark): string {
  return `${epoch}${identity ? ` of:${formatIdentity(identity)}` : ''}${reloaded === undefined ? '' : ` reloaded:${reloaded}`}`
}

/** Reads a mark; undefined when the text is none. */
export function parseMark(text: string): Mark | undefined {
  const [whole, epoch, name, environment, lineage = '', reloaded] = MARK.exec(text) ?? []
  if (whole === undefined) return undefined
  const identity = name === undefined ? undefined : { name, ...(environment !== undefined && { environment }), lineage }
  return { ...(identity && { identity }), epoch: Number(epoch), ...(reloaded !== undefined && { reloaded }) }
}

/** Writes an identity: `shop@production/1a2b3c4d5e6f`. */
function formatIdentity({ name, environment, lineage }: Identity): string {
  return `${name}${environment === undefined ? '' : `@${environment}`}${lineage === '' ? '' : `/${lineage}`}`
}
