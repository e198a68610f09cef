/** A made-up application under a made-up release. Rates are 0–1, times are minutes since the start. */
export interface World {
  readonly name: string
  /** Share of failed requests with the toggle off. */
  readonly errors: number
  /** What the toggle does to it from a minute on; nothing when absent. */
  readonly release?: Release
  /** Errors and traffic follow the day, from a random hour on: up and down by these factors within 24 hours. */
  readonly trend?: { readonly errors: number; readonly traffic: number }
  /**
   * The toggle-on group's rates wander although nothing is wrong: ln of errors, ln of latency; memory per minute, 0–1.
   */
  readonly noise?: { readonly errors: number; readonly latency: number; readonly memory: number }
  /** Something both groups depend on breaks: at a random minute, for some minutes. */
  readonly incident?: Incident
  /** Requests come in bursts of one user that fare alike: their mean number (geometric). */
  readonly burst?: number
}

export interface Release {
  /** Share of failed requests with the toggle on. */
  readonly errors?: number
  /** Factor on every latency. */
  readonly latency?: number
  /** Minute from which it does so; 0 by default. */
  readonly from?: number
}

export interface Incident {
  readonly between: readonly [earliest: number, latest: number]
  readonly lasts: number
  /** Added to the share of failed requests. */
  readonly off: number
  readonly on: number
  /** Factor on every latency, in both groups. */
  readonly latency: number
}
