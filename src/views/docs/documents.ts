import type { Document } from '../document/block.ts'
import { html } from '../document/html.ts'
import { communication } from './communication.ts'
import { darkLaunch } from './dark-launch.ts'
import { emergency } from './emergency.ts'
import { implementationGuide } from './implementation-guide.ts'
import { riskMatrix } from './risk-matrix.ts'
import { rolloutPlan } from './rollout-plan.ts'
import { inTheCode } from './in-the-code.ts'
import type { DocsSource } from './source.ts'
import { summary } from './summary.ts'
import { toggleInventory } from './toggles.ts'
import { askedToggles } from '../../core/plan/shadow.ts'

/** Returns every document of a plan, the summary first. */
export function documentsOf(source: DocsSource): readonly [Document, ...Document[]] {
  const pages = [rolloutPlan, darkLaunch, implementationGuide, emergency, communication, riskMatrix, toggleInventory]
  const others = [...pages.map((make) => make(source)), ...(source.code ? [inTheCode(source, source.code)] : [])]
  return [summary(source, others), ...others]
}

/** Returns all documents of a plan as one page. */
export function pageOf(source: DocsSource): string {
  const { plan } = source
  const [first, ...documents] = documentsOf(source)
  const facts: readonly (readonly [string, string])[] = [
    ...(plan.owner === undefined ? [] : [['Owner', plan.owner] as const]),
    ...(plan.environment === undefined ? [] : [['Environment', plan.environment] as const]),
    ['Toggles', String(askedToggles(plan).length)],
    ['Phases', String(plan.phases.length)],
    ['Targets', String(Object.keys(plan.targets).length)],
    ['Metrics', String(Object.keys(plan.metrics).length)],
  ]
  return html({ title: first.title, lead: first.lead, facts, documents })
}
