import { MINUTE } from '../../core/evidence/minute.ts'
import type { ForecastSetting, Trouble } from '../../core/forecast/forecast.ts'
import type { Usual, UsualOfMetric } from '../../core/forecast/usual.ts'
import type { Scraping } from '../../core/forecast/synthetic/world.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { formatDuration } from '../../core/values/units.ts'
import type { ValuesOf } from '../table.ts'

/** How long the noise of a minute is remembered: half of it after seven. */
const MEMORY = 0.9
/** Latencies wander less than errors. */
const CALMER = 3
/** So much rarer than a missed scrape is an outage of the source, which lasts for some polls. */
const RARER = 10
const SILENT_POLLS = 3

/** Returns the world of what was typed, else of what was recorded, else of the defaults. */
export function settingOf(options: ValuesOf<'simulate'>, { interval }: Plan, recorded: readonly UsualOfMetric[]): ForecastSetting {
  const known = recorded.flatMap((each) => ('usual' in each ? [each.usual] : []))
  const [failures, slow] = [known.find(({ rate }) => rate !== undefined), known.find(({ latency }) => latency !== undefined)]
  const { traffic = (failures ?? slow)?.perSecond ?? 100, baseline = (failures?.rate ?? 0.005) * 100 } = options
  const { noise = (failures?.noise ?? 0) * 100, clusters = 1, coldStart = 0, scrapeGaps = 0 } = options
  const [wander, missed, minutes] = [noise / 100, scrapeGaps / 100, interval / MINUTE]
  const scrape = { ...scrapingOf(options), ...(missed > 0 && { missed }) }
  return {
    traffic,
    baseline: baseline / 100,
    trouble: {
      ...dayOf(failures ?? slow),
      ...(slow?.latency !== undefined && { latency: slow.latency }),
      ...(wander > 0 && { noise: { errors: wander, latency: wander / CALMER, memory: MEMORY, arms: 'both' } }),
      ...(clusters > 1 && { burst: clusters }),
      ...(coldStart > 0 && { coldStart: { lasts: coldStart / MINUTE, errors: 0.02, latency: 3 } }),
      ...(Object.keys(scrape).length > 0 && { scrape }),
      ...(missed > 0 && { outages: { every: (minutes * RARER) / missed, lasts: minutes * SILENT_POLLS } }),
    },
  }
}

/** When each group is scraped; throws where one is so much later that it is the next scrape. */
function scrapingOf({ scrapeInterval, scrapeOffset }: ValuesOf<'simulate'>): Scraping {
  if (scrapeInterval === undefined) return {}
  const apart = scrapeOffset ?? 0
  if (apart >= scrapeInterval) {
    const message = `--scrape-offset ${formatDuration(apart)} is not within --scrape-interval ${formatDuration(scrapeInterval)}`
    throw new RolloutError('usage', {
      message,
      hint: 'a group is scraped once in every interval: --scrape-interval 1m --scrape-offset 20s',
    })
  }
  return { every: scrapeInterval / MINUTE, ...(apart > 0 && { apart: apart / MINUTE }) }
}

/** Traffic goes up and down by the same factor. */
function dayOf({ daily = 1 }: Partial<Usual> = {}): Trouble {
  return daily > 1 ? { trend: { errors: 1, traffic: Math.sqrt(daily) } } : {}
}
