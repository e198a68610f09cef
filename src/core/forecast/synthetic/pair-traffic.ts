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
  /** Something both groups depend on is broken. */
  readonly broken: boolean
}

/** The time until the next poll, with the toggle on for this share (0–1) of the users. */
export type Traffic = (share: number) => PairTraffic
