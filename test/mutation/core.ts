import { mutationsOf, type Mutation } from './mutation.ts'

const STATE = ['core/journal/state']
const POLICY = ['core/policy/decide', 'core/policy/situation']

export const CORE: readonly Mutation[] = [
  ...mutationsOf('core/journal/accept-plan.ts', ['core/journal/accept-plan'], {
    'a new plan keeps the approvals of the old one': ['approvals: [],', 'approvals: state.approvals,'],
    'another step goes on with the time of the one before': ['isSameStep ? carried : withoutProof(carried)', 'carried'],
  }),
  ...mutationsOf('core/journal/fold.ts', ['core/journal/fold', ...STATE, 'core/policy/concerned'], {
    'an approval of another plan counts': ['if (event.digest !== state.digest) return state', ''],
    'a retreat keeps the approvals': ['stopped: deed(event, event.why), approvals: [],', 'stopped: deed(event, event.why),'],
    'a late confirmation of an older intent counts': ['if (state.intent?.seq !== seq) return state', 'if (!state.intent) return state'],
    'a late arrival of an older intent counts': ['if (state.intent?.seq !== event.intent) return state', 'if (!state.intent) return state'],
    'an intent that was not confirmed leaves no request under way': [
      'unsettle(isSettled ? { ...before, unsettled: [] } : before, unconfirmed(open))',
      'unsettle(isSettled ? { ...before, unsettled: [] } : before, [])',
    ],
    'what may be under way is forgotten at the next intent': ['const isSettled = !open &&', 'const isSettled = open === undefined ||'],
    'what may be under way is never forgotten': ['(state.watch?.credit ?? 0) >= LONGEST_FLIGHT', '(state.watch?.credit ?? 0) < 0'],
    'an answer that was lost at first leaves no request under way': [
      "return 'unheard' in event && event.unheard ? unsettle(after, event.unheard) : after",
      'return after',
    ],
    'what the arrival goes without has no request under way': ['    event.missing,\n  )', '    [],\n  )'],
    'another process leaves no trace': ['return unsettle(state, event.targets)', 'return state'],
    'a pause hides that it was rolled back': [
      "return state.status === 'running' ? { ...state, status: 'paused'",
      "return state.status !== 'complete' ? { ...state, status: 'paused'",
    ],
    'a rollout that is complete is resumed': [
      "if (isEnded(state) || state.status === 'running') return state",
      "if (state.status === 'running') return state",
    ],
    'an event of a newer version is passed over': ['return { ...state, unknown: unknownKind(event satisfies never) }', 'return state'],
    'a rollout that begins again is of another lineage': ['lineage: before?.lineage ?? lineageOf(event)', 'lineage: lineageOf(event)'],
    'a rollout that begins again forgets the number that its targets hold': ['epoch: before?.epoch ?? 0', 'epoch: 0'],
    'a rollout that begins again forgets what may be under way': ['unsettled: before?.unsettled ?? []', 'unsettled: []'],
    'targets in doubt are forgotten at the next intent': ['targets.filter((target) => doubts.has(target))', '[]'],
  }),
  ...mutationsOf('core/judge/carry-watch.ts', ['core/judge/carry-watch', 'core/journal/fold', ...STATE], {
    'who used another variable uses this one': ['answers && isAskedAlike &&', 'answers &&'],
    'what a new plan does not know is proven all the same': ['credit: isProven ? watch.credit : 0', 'credit: watch.credit'],
    'the verdict on a metric that became another one stays': [
      'Object.entries(watch.tracks).filter(([name]) => same(name))',
      'Object.entries(watch.tracks)',
    ],
  }),
  ...mutationsOf('core/journal/state.ts', [...STATE, 'engine/tick'], {
    'a step up goes without one target too many': ['without.length <= plan.maxUnavailable', 'without.length <= plan.maxUnavailable + 1'],
    'a toggle that was written nowhere has moved': [' && moves.every(isWritten))', ')'],
    'what was refused is confirmed': ["(is === 'applied' ? [] : [target])", "(is !== 'pending' ? [] : [target])"],
    'what is under way is not in doubt': ['[...missing, ...Object.keys(intent?.targets ?? {})]', 'missing'],
  }),
  ...mutationsOf('core/journal/fence.ts', ['core/journal/fence'], {
    'an older number is newer': ['held.epoch > fence.epoch &&', 'held.epoch < fence.epoch &&'],
    'a newer number is passed over': [' && !fence.over.includes(held.epoch) ? held', ' && fence.over.length === 0 ? held'],
    'marks of two lineages are compared': [
      'isNamesake(identity, self.identity) : isSameIdentity(identity, self.identity)',
      'isNamesake(identity, self.identity) : isNamesake(identity, self.identity)',
    ],
    'the tombstone of another rollout is ours': ['epoch === TOMBSTONE ? isNamesake(identity, self.identity)', 'epoch === TOMBSTONE ? true'],
    'a mark without a name refuses': ['return epoch <= self.epoch || epoch === TOMBSTONE', 'return true'],
    'the mark of another rollout is replaced': [
      '(mark.identity !== undefined && isNamesake(mark.identity, by.identity))',
      'mark.identity !== undefined',
    ],
    'a lost journal is not recognised': ['return mark.epoch > self.epoch ? [{', 'return mark.epoch < self.epoch ? [{'],
    'another journal of the same name is not recognised': [
      "mark.identity && isNamesake(mark.identity, self.identity) ? [{ is: 'stranger'",
      "!mark.identity ? [{ is: 'stranger'",
    ],
    'two environments are one': [' && one.environment === other.environment\n', '\n'],
  }),
  ...mutationsOf('core/journal/identity.ts', ['core/journal/identity', 'core/journal/fence'], {
    'two journals of one name are one': [' && one.lineage === other.lineage', ''],
  }),
  ...mutationsOf('core/journal/lease.ts', ['core/journal/lease'], {
    'two boots of a machine hold one lease': [' && holder.domain === domain', ''],
    'a process that took over the number of another holds its lease': [' && holder.began === began', ''],
  }),
  ...mutationsOf('core/policy/decide.ts', POLICY, {
    'a critical metric is waited for until the move is finished': [
      "state.status === 'rolled back' ? undefined : findCritical(situation)",
      "state.status === 'rolled back' || state.intent ? undefined : findCritical(situation)",
    ],
    'a critical metric is not seen while paused': [
      "state.status === 'rolled back' ? undefined : findCritical(situation)",
      "state.status !== 'running' ? undefined : findCritical(situation)",
    ],
    'one open gate is enough': ['if (closed.length > 0) return', 'if (closed.length === gates.length && closed.length > 0) return'],
    'a warning never pauses': ["if (phase.onWarning === 'hold' || lasted < patience)", 'if (lasted >= 0)'],
    'silence never pauses': [
      "if (lost(state, track) && metric.onNoData !== 'ignore') return",
      "if (lost(state, track) && metric.onNoData === 'ignore') return",
    ],
    'silence rolls back at once': [
      "metric.onNoData === 'rollback' && lost(state, track)",
      "metric.onNoData === 'rollback' && track.verdict === 'unknown'",
    ],
    'a target that refuses a retreat is critical': ["if (intent?.move !== 'advance') return undefined", 'if (!intent) return undefined'],
    'a target that refuses a step up is not critical': ['return canDoWithout(plan, intent, names)', 'return names.length < 9'],
    'a metric that may be waited for hides one that may not': ["?? found.find((each) => each.do === 'pause') ?? found[0]", '?? found[0]'],
    'a contingency that has done what it can is the last word': [' || lasted >= plan.patience) return undefined', ') return undefined'],
    'the step is completed while an approval is missing': [
      "return to ? { do: 'advance', to, why } : { do: 'complete', why }",
      "return to && gates.length < 99 ? { do: 'advance', to, why } : { do: 'advance', to: to ?? { cursor: 0, exposures: {} }, why }",
    ],
  }),
  ...mutationsOf('core/policy/gates.ts', [...POLICY, 'core/journal/state', 'core/judge/comparison'], {
    'what a newer version wrote stops nothing': [
      "return [{ name: 'version', open: false, text }]",
      "return [{ name: 'version', open: true, text }]",
    ],
    'suspicion is evidence enough': ['(!isAwaited(weighed, next) && isUndecided(finding))', 'isUndecided(finding)'],
    'by the clock everybody is reached without proof': ["return pace === 'evidence' || next?.to === 100", "return pace === 'evidence'"],
    'a bake is not waited for': ['const bake = step.last ? (phase?.after ?? 0) : 0', 'const bake = 0'],
    'a hold ends a moment early': ['const open = credit >= needed', 'const open = credit + 1000 >= needed'],
    'a metric that was not measured yet is healthy': ['if (track?.met && !isPassed)', 'if ((!track || track.met) && !isPassed)'],
    'too few samples are enough': ['samples.push(passingGate(name, metric, track, credit))', 'healthy.push(name)'],
    'the checklist is not asked for': ['open: undone.length === 0,', 'open: true,'],
    'success need not last': ['const open = held >= criterion.over', 'const open = held >= 0'],
    'a drill that failed is one that was done': ['  if (last?.passed)\n', '  if (last)\n'],
    'a closed window is open': ['const open = isOpen(windows, now)', 'const open = true'],
  }),
  ...mutationsOf('core/judge/answers.ts', ['core/judge/answers'], {
    'a toggle is unused while a source is silent': ["const silent = told.find((each) => 'problem' in each)", 'const silent = undefined'],
    'counts of yesterday are enough': ['({ isCurrent }) => isCurrent !== true', '() => false'],
    'what nobody counts is unused for ever': [
      "if (own.length === 0) return { unknown: 'no application counts it' }",
      'if (own.length === 0) return { last: 0, isNever: true }',
    ],
    'one source that counts is enough': ['each.last > newest.last ? each : newest', 'each.last < newest.last ? each : newest'],
    'a source that saw none says nothing against another': ['since = Infinity }): {', 'since = -Infinity }): {'],
  }),
  ...mutationsOf('core/policy/unused.ts', ['core/policy/unused'], {
    'nobody is asked who uses it': ['if (!use) return { ...closed, text', "if (!use) return { name: 'unused', open: true, text"],
    'an old answer has become older since': ['Math.max(0, at - use.last)', 'Math.max(0, now - use.last)'],
    'a toggle that is off already is waited for': ['next.moves.filter((name) => then[name] !== exposures[name])', 'next.moves'],
  }),
  ...mutationsOf('core/policy/approval.ts', ['core/policy/approval', 'core/policy/situation', 'commands/approve/approve'], {
    'an approval of one step counts for every other': ['step === next.index ||', 'step <= next.index ||'],
    'who froze the plan agrees to it': ['...state.authors.map(froze), ', ''],
    'who types the step agrees to it': ['...(mover === undefined ? [] : [types(mover)])', ''],
    'one that is not signed counts where all must be': ['signed !== true || each.signed !== undefined', 'true'],
    'one person is two': ['return [...new Map(approvals.map((each) => [each.actor, each])).values()]', 'return approvals'],
    'an approval of another group counts': ['each.group === group && fits(each.step)', 'fits(each.step)'],
  }),
  ...mutationsOf('core/policy/statement.ts', ['core/policy/approval'], {
    'a signature counts at another place of the journal': [
      '    at: new Date(at).toISOString(),\n    upon,',
      '    at: new Date(at).toISOString(),',
    ],
    'a signature counts for another step': ['    step: step + 1,\n', ''],
  }),
  ...mutationsOf('core/plan/shadow.ts', ['core/plan/shadow'], {
    'a shadow is never over': [', ends: before.toggles }', ' }'],
    'a shadow needs no evidence': ["    evidence: phase.evidence ?? { pace: 'evidence', policy: DEFAULTS },\n", ''],
  }),
  ...mutationsOf('core/policy/destination.ts', ['core/policy/destination', 'core/plan/shadow'], {
    'what is tried again begins without its shadow': ['? phase - 1 : phase)', '? phase : phase)'],
    'the first user comes while the shadow runs': [
      'for (const name of step.ends ?? []) raised[name]',
      'for (const name of [] as string[]) raised[name]',
    ],
    'the phase before the one that was reduced is taken back': [
      'if (phase === -1) return phaseOf(state)',
      'if (phase < plan.phases.length) return phaseOf(state)',
    ],
    'what a partial rollback left of the phases before is taken back': [
      'exposuresAfter(plan, baseline, cursor)',
      'exposuresAfter(plan, baseline, to)',
    ],
    'a rollback raises what is further back': ['return [name, isForward(toggle, now, wanted) ? now : wanted]', 'return [name, wanted]'],
    'a rollback takes back what no step moves': ['const wanted = moved.has(name) ?', 'const wanted = moved.size > 0 ?'],
    'a reduction raises what is below': [
      'return isForward(toggle, limit, now[name] ?? toggle.default) ? [[name, limit] as const] : []',
      'return [[name, limit] as const]',
    ],
    'a partial rollback raises what is further back': [
      'return isForward(toggle, now[name] ?? toggle.default, wanted) ? [] : [[name, wanted] as const]',
      'return [[name, wanted] as const]',
    ],
    'a step up that is under way has nothing to take back': [" || state.intent?.move === 'advance' ? to", ' ? to'],
    'a step up lowers what is further on': [
      'if (isForward(toggle, exposures[name] ?? toggle.default, to)) raised[name] = to',
      'raised[name] = to',
    ],
    'a step up that is under way is not reached yet': [
      "return state.intent?.move === 'advance' ? Math.max(state.cursor, state.intent.cursor) : state.cursor",
      'return state.cursor',
    ],
    'a step up that is under way is held by nobody': [
      'return state.intent ? state.intent.exposures : state.exposures',
      'return state.exposures',
    ],
    'a phase is left without its last step': ['if (step.last || Object.keys(raised)', 'if (Object.keys(raised)'],
  }),
  ...mutationsOf('core/policy/concerned.ts', ['core/policy/concerned', 'engine/tick'], {
    'a target where no word moves is written': [' && isMoved(state, target, exposures))', ')'],
    'what was seen to differ is left alone': ['...doubted(state), ...others', '...doubted(state)'],
  }),
  ...mutationsOf('core/judge/watch.ts', ['core/judge/watch', 'engine/watch-tick'], {
    'clocks of two stores are compared': ['shared && shared.domain === tick.shared?.domain ?', 'shared && tick.shared ?'],
    'what an answer took on its way counts': ['now.at + (now.within ?? 0)', 'now.at'],
    'what a less exact answer cannot count is counted twice': ['Math.max(before.at + elapsed, now.at)', 'now.at'],
    'what the clock of a store jumped counts': ['Math.max(before.at + elapsed, now.at)', '(before.at + elapsed)'],
    'time that runs backwards counts': ['apart < 0 || isGap', 'isGap'],
    'time in which something was wrong proves something': ['(trusted ? (elapsed ?? 0) : 0)', '(elapsed ?? 0)'],
    'what was proven before a step counts for it': ['    credit: 0,\n    watched: 0,', '    credit: before?.credit ?? 0,\n    watched: 0,'],
    'a criterion that was broken waits': [
      'return [key, holds(criterion.rule, value) ? held + elapsed : 0]',
      'return [key, holds(criterion.rule, value) ? held + elapsed : held]',
    ],
    'what nobody read keeps its verdict': ['readings[name] ?? UNREAD', "readings[name] ?? { is: 'value', value: 0 }"],
  }),
  ...mutationsOf('core/judge/fresh.ts', ['core/judge/judge'], {
    'a sample of the future is fresh': ['if (age < -FUTURE) return', 'if (age < -Infinity) return'],
  }),
  ...mutationsOf('core/judge/judge.ts', ['core/judge/judge'], {
    'few samples are enough': ['!(fresh.samples >= metric.minSamples)', 'fresh.samples < 0'],
    'a streak outlasts a gap': [
      'before === undefined || elapsed === undefined ? 0 : before + elapsed',
      'before === undefined ? 0 : before + (elapsed ?? 60_000)',
    ],
    'more bad than there are in all is a share': ['if (bad > total) return', 'if (bad > total * 1e9) return'],
    'between success and warning everything is proven': ['(metric.success === undefined || holds(metric.success, value)) &&', ''],
    'a quantile beyond the last bucket acquits': ['if (!isBad && beyondLast', 'if (isBad && beyondLast'],
  }),
  ...mutationsOf('core/judge/watch.ts', ['core/judge/settle'], {
    'what a cold step gained counts': ['settleLeft(phase, before?.watched ?? 0) > 0', 'settleLeft(phase, watched) > 0'],
    'a step that settles holds already': ['    !isSettling &&\n', ''],
    'what looks back looks back to a cold step': ['watched - (phase.settle ?? 0)', 'watched'],
  }),
]
