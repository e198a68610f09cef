/** A made-up application under a made-up release. Rates are 0–1, times are minutes since the start. */
export interface World {
  readonly name: string
  /** Share of failed requests with the toggle off. */
  readonly errors: number
  /** Factor on every latency of both groups. */
  readonly latency?: number
  /** What the toggle does to it from a minute on; nothing when absent. */
  readonly release?: Release
  /** Errors and traffic follow the day, from a random hour on. */
  readonly trend?: Trend
  readonly noise?: Wandering
  /** Something both groups depend on breaks: at a random minute, for some minutes. */
  readonly incident?: Incident
  /** Requests come in bursts of one user that fare alike: their mean number (geometric). */
  readonly burst?: number
  readonly storms?: Storms
  /** The share of all failed requests that one client makes, who has the toggle on from a random exposure on. */
  readonly client?: number
  /** What the toggle-on group does worse after each step, until it is warm. */
  readonly coldStart?: ColdStart
  readonly scrape?: Scraping
  /** Now and then the source of the metrics does not answer. */
  readonly outages?: Spells
}

export interface Release {
  /** Share of failed requests with the toggle on. */
  readonly errors?: number
  /** Factor on every latency. */
  readonly latency?: number
  /** Minute from which it does so; 0 by default. */
  readonly from?: number
}

/** Up and down by these factors within 24 hours; the mean of the traffic stays what it is. */
export interface Trend {
  readonly errors: number
  readonly traffic: number
  /** The day of the toggle-on group is so many hours ahead. */
  readonly ahead?: number
}

/** Rates wander although nothing is wrong: ln of errors, ln of latency; memory per minute, 0–1. */
export interface Wandering {
  readonly errors: number
  readonly latency: number
  readonly memory: number
  /** The toggle-on group alone, or each group by itself. */
  readonly arms?: 'on' | 'both'
}

export interface Incident {
  readonly between: readonly [earliest: number, latest: number]
  readonly lasts: number
  /** Added to the share of failed requests. */
  readonly off: number
  readonly on: number
  /** Factor on every latency, in both groups. */
  readonly latency: number
  /** The toggle-on group is hit up to so many minutes earlier or later than the other; together by default. */
  readonly apart?: number
}

/** What comes now and then, and goes. */
export interface Spells {
  /** Minutes between two, on average (exponential). */
  readonly every: number
  readonly lasts: number
}

/** In each group by itself: now and then its users try again what failed, again and again. */
export interface Storms extends Spells {
  /** Failed requests in place of one, on average (geometric). */
  readonly retries: number
}

export interface ColdStart {
  readonly lasts: number
  /** Added to the share of failed requests. */
  readonly errors: number
  /** Factor on every latency. */
  readonly latency: number
}

/** Counters are seen as they were at the last scrape. */
export interface Scraping {
  /** Minutes between two; before every poll by default. */
  readonly every?: number
  /** The toggle-off group is scraped so many minutes after the other. */
  readonly apart?: number
  /** The share of scrapes that fail, of each group by itself. */
  readonly missed?: number
}
