import { env } from './env.ts'
import { journal } from './journal.ts'
import { metrics } from './metrics.ts'
import { plan } from './plan.ts'
import type { Property } from './property.ts'
import { words } from './words.ts'

export const PROPERTIES: readonly Property[] = [...plan, ...env, ...words, ...metrics, ...journal]
