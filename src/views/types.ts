import type { Plan } from '../core/plan/plan.ts'

/**
 * Renders a declaration file that names the toggles of a plan: with it `isEnabled('FEATURE_TYPO')` does not compile. It has
 * neither import nor export, so that every file of the project sees it.
 */
export function renderTypes({ name, toggles }: Pick<Plan, 'name' | 'toggles'>): string {
  const lines = Object.values(toggles).flatMap(({ variable, description, owner, shadows }) => {
    // Nobody asks for one.
    if (shadows !== undefined) return []
    const about = [description, owner === undefined ? undefined : `Owner: ${owner}`].filter((part) => part !== undefined).join(' · ')
    return [...(about === '' ? [] : [`  /** ${spoken(about)} */`]), `  ${variable}: boolean`]
  })
  return [`// The toggles of ${name}. Written by: rollout schema --types`, 'interface RolloutToggles {', ...lines, '}', ''].join('\n')
}

/** What people wrote must not end the comment it stands in. */
function spoken(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').replaceAll('*/', '*\\/')
}
