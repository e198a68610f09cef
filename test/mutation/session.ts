import { mutationsOf, type Mutation } from './mutation.ts'

const RETREATS = ['engine/retreat', 'core/policy/destination', 'engine/rollback', 'commands/rollback/rollback', 'session/with-targets']

/** What adapters answer, and what is said and done after looking at the targets. */
export const SESSION: readonly Mutation[] = [
  ...mutationsOf('adapters/answers.ts', ['adapters/answers'], {
    'a deadline may never come': ['isTime(answer) && answer > 0 && answer <= DAY', 'isTime(answer) && answer > 0'],
    'a deadline may be over at once': ['isTime(answer) && answer > 0 && answer <= DAY', 'isTime(answer) && answer <= DAY'],
    'what is no number is a time': [
      "return typeof answer === 'number' && Number.isFinite(answer) && answer >= 0",
      "return typeof answer === 'number'",
    ],
    'a word may be no text': [
      "Object.values(answer).every((word) => word === undefined || typeof word === 'string')",
      'Object.values(answer).length >= 0',
    ],
    'what comes later is believed': ['    if (later.is(answer)) return answer\n', '    return answer\n'],
    'a list of anything is a list of rows': ['answer.every((each: unknown) => isObject(each) && is(each))', 'answer.length >= 0'],
    'a map of words is none': ['    !(answer instanceof Map) &&\n', ''],
    'a mark without its number is a mark': ["isListOf((mark) => isTime(Reflect.get(mark, 'epoch')))", 'isListOf(() => true)'],
    'what throws is a bug of the program': [
      "    throw new RolloutError('config', { message: `${name}() throws: ${messageOf(thrown)}` }, { cause: thrown })",
      '    throw thrown',
    ],
  }),
  ...mutationsOf('adapters/recall.ts', ['adapters/recall'], {
    'a past that stands still comes to an end': ['if (!(at > last)) throw', 'if (at < last) throw'],
    'a past that never comes hangs': ["  signal.addEventListener('abort', end)\n", ''],
    'what is no time is one': ['if (Number.isFinite(at) && typeof', 'if (typeof at === "number" && typeof'],
    'the past is not held to what a reading is': ['    return sound(reading)\n', '    return reading\n'],
    'one reading that is none ends the past': [
      "    return { is: 'missing', reason: thrown instanceof Unreadable ? thrown.reason : 'malformed', detail: messageOf(thrown) }",
      '    throw thrown',
    ],
    'a source that is left keeps what it holds open': ['    void steps.return?.().catch(() => undefined)\n', ''],
    'a listener stays on the signal of the command': ["    signal.removeEventListener('abort', end)\n", ''],
  }),
  ...mutationsOf('session/with-targets.ts', ['session/with-targets.edits', 'session/with-targets'], {
    'while a move is under way what it writes is an edit': [
      "if (state.intent || state.status === 'closed') return {",
      "if (state.status === 'closed') return {",
    ],
    'the words of a rollout that is complete are taken from its journal': [
      "if (state.intent || state.status === 'closed') return {",
      'if (state.intent || isEnded(state)) return {',
    ],
    'what another command has written since is an edit': ['drifts: now?.epoch === state.epoch ? drifts : []', 'drifts'],
    'a target that is elsewhere is said to be gone': ['isStoreBeside(session) ?', 'session ?'],
    'a target that is gone is passed over': [
      'unreadable: unreadableTargets(unreadable)',
      'unreadable: unreadableTargets(unreadable.slice(9))',
    ],
    'a place that shows a write late was edited': ['  return lag === 0\n', '  return lag >= 0\n'],
    'a target that the step went without was edited': ['!state.missing.includes(name) && togglesOf', 'togglesOf'],
    'what was never written was edited': ['.some((each) => moved.has(each))', '.length > 0'],
    'a rollout that is over waits for what its targets say': [
      'if (found.length === 0 || isEnded(state)) return',
      'if (found.length === 0) return',
    ],
    'since when it differs is now at every look': ['since: known.find((other) => isSameObstacle(each, other))?.since ?? now', 'since: now'],
    'what is known of a journal is not shown where a target cannot be opened': [
      '    if (thrown instanceof RolloutError) return { differing: [], unreadable: [] }\n',
      '',
    ],
    'it is not the first thing that is said': [
      'blocked: [...first, ...known.filter(',
      'blocked: [...known, ...first.slice(9), ...known.filter(',
    ],
  }),
  ...mutationsOf('engine/retreat.ts', RETREATS, {
    'a journal that is older raises what was taken back': [
      'const exposures: Exposures = { ...to.exposures, ...lowered }',
      'const exposures: Exposures = { ...lowered, ...to.exposures }',
    ],
    'a step up begins behind what was taken back': ['raisesAgain ? Math.min(to.cursor, raisesAgain.index - 1) : to.cursor', 'to.cursor'],
    'one phase goes over a break-glass': ["marked.filter(({ is }) => is !== 'tombstone' || isReset)", 'marked'],
    'what is further on there is further back': [
      'isForward(toggle, held, exposures[each] ?? toggle.default)',
      'isForward(toggle, exposures[each] ?? toggle.default, held)',
    ],
    'a rollback ends at a target that cannot be read': [
      '    signal.throwIfAborted()\n    return {}',
      '    signal.throwIfAborted()\n    throw new Error(name)',
    ],
  }),
  ...mutationsOf('engine/rollback.ts', RETREATS, {
    'a rollback said again goes further over one that is unfinished': ['  if (again && state.intent) return undefined\n', ''],
    'a plain rollback that follows a pause is said again': [
      "scope === undefined && state.status === 'rolled back'",
      "scope === undefined && state.status !== 'running'",
    ],
  }),
  ...mutationsOf('core/policy/destination.ts', ['core/policy/destination', 'engine/rollback'], {
    'a retreat from the phase that was taken back takes back the one before': [
      "return status !== 'running' || isLeft(state, phase) ? phase : phaseOf(state)",
      'return phaseOf(state)',
    ],
    'after a resume nothing of it is left': ["return status !== 'running' || isLeft(state, phase) ?", "return status !== 'running' ?"],
    'a phase that was taken back and resumed is taken back for ever': [
      "return status !== 'running' || isLeft(state, phase) ? phase : phaseOf(state)",
      'return phase',
    ],
    'a step back leaves the phase': ['before >= firstOf(plan, phase) ? before : beginningOfPhase(plan, phase) - 1', 'before'],
    'a toggle that is for everybody or nobody has something between': ["toggle.exposure === 'all' && to < 100 ? 0 : to", 'to'],
    'a reduction goes on where it was': ['step.index <= reached(state) && step.to <= to', 'step.index <= reached(state)'],
    'a rollback of some toggles begins again at the end': [
      'first ? Math.min(reached(state), first.index - 1) : reached(state)',
      'reached(state)',
    ],
    'all goes back to what was before and not to the defaults': ['[name, toggle.default]))', '[name, baseline[name] ?? toggle.default]))'],
  }),
  ...mutationsOf('core/policy/scope-toggles.ts', ['core/policy/scope-toggles'], {
    'a retreat after a retreat is about the phase before': [
      "    case 'step':\n    case 'to':\n      return plan.phases[phaseToRetreat(state)]",
      "    case 'step':\n    case 'to':\n      return plan.phases[phaseToRetreat({ ...state, retreated: '' })]",
    ],
  }),
  ...mutationsOf('core/journal/as-understood.ts', ['core/journal/as-understood'], {
    'what says it in another way is understood': ['return isWhole ? event :', 'return isWhole || needed.length > 0 ? event :'],
    'a target that is no name is one': ['(!hasTargets || listOf(isText)(event.targets))', 'true'],
    'what is nothing is there': ['return value !== undefined && value !== null', 'return value !== undefined'],
    'exposures may be words': ['  exposures: valuesOf(isNumber),\n', ''],
    'a retreat without a place is one': ["intended: 'move cursor exposures why'", "intended: 'move exposures why'"],
    'a rehearsal has targets that are names': ["event.type !== 'drilled' && 'targets' in event", "'targets' in event"],
  }),
  ...mutationsOf('adapters/measure/in-unit.ts', ['adapters/measure/in-unit'], {
    'a histogram is of whatever unit': ['if (isWithin(read) || !isWithin(other)) return', 'if (rules.length >= 0) return'],
    'a percentage is a share': ["unit === 'percent' ? fractionOf", "unit === 'percents' ? fractionOf"],
    'milliseconds are seconds': ["unit === 'ms' ? measured.value / 1000", "unit === 'mss' ? measured.value / 1000"],
    'a share may be above one': ["if (isAbout('%') && value > 1 &&", "if (isAbout('%') && value > 1e9 &&"],
    'no load is above one': [' && value > 1 && rules.every((rule) => rule.threshold <= 1))', ' && value > 1)'],
    'nothing measured is the best of all': ["if (value < 0 && (isAbout('%')", "if (value < -1e9 && (isAbout('%')"],
    'no difference is below zero': [
      "(isAbout('%') || isAbout('s')) && rules.every((rule) => rule.threshold >= 0))",
      "(isAbout('%') || isAbout('s')))",
    ],
    'counts are held against rules that are no share': [
      '    if (stray) throw new Unreadable(',
      '    if (stray && stray.threshold < 0) throw new Unreadable(',
    ],
    'the buckets of both groups stay in milliseconds': ['...(groups && { groups: both(groups) })', '...(groups && { groups })'],
    'the buckets stay in milliseconds': ['buckets: scaled(buckets)', 'buckets'],
    'what is beyond all bounds has one': ["le === '+Inf' ? le : String", "le === 'Inf' ? le : String"],
  }),
  ...mutationsOf('adapters/measure/sound.ts', ['adapters/measure/sound'], {
    'what is no number is a value': [
      "if (!Number.isFinite(measured.value)) throw new Unreadable('not-finite'",
      "if (measured.value === 0.123) throw new Unreadable('not-finite'",
    ],
    'a time that is none is never stale': [
      'if (measured.at !== undefined && !Number.isFinite(measured.at)) throw',
      'if (measured.at === 0.123) throw',
    ],
    'a counter below zero is a count': [
      "if (count < 0) throw new Unreadable('impossible'",
      "if (count < -1e99) throw new Unreadable('impossible'",
    ],
    'a counter that is no number is a count': ['if (!Number.isFinite(count)) throw', 'if (count === 0.123) throw'],
    'groups that nobody was told of are not compared': [
      "(declared === undefined || declared.what === 'gauge' || declared.groups === 1)",
      'declared === undefined',
    ],
    'failures are a time': ['if (declared && declared.what !== what)', "if (declared && declared.what === 'none')"],
  }),
  ...mutationsOf('adapters/measure/groups.ts', ['adapters/measure/groups', 'adapters/metrics/prometheus', 'adapters/metrics/openmetrics'], {
    'a request may be of both groups': ['if (isOn(labels) && isOff(labels))\n', "if (isOn(labels) && isOff(labels) && on === '')\n"],
    'a group may be compared with itself': ['return on === undefined || on.trim() !== off?.trim()', 'return true'],
    'a group that selects nothing is one that nobody is in': [
      "    if (!series.some((labels) => isOn?.(labels) === true)) checkWord('on', on, strays)\n",
      '',
    ],
    'one group alone is compared': ['return (on === undefined) === (off === undefined)', 'return true'],
  }),
  ...mutationsOf('core/check/units.ts', ['core/check/check', 'config/broken'], {
    'a ratio against a bare number': [
      "if (measures.what === 'failures' && !units.has('%') && units.size > 0)",
      "if (measures.what === 'failures' && units.size > 9)",
    ],
    'a time against a percentage': [
      "if (measures.what === 'latency' && units.has('%'))",
      "if (measures.what === 'latency' && units.size > 9)",
    ],
    'rules of two units': ['if (units.size > 1) return', 'if (units.size > 9) return'],
    'milliseconds under rules of no time': [
      "if (unit === 'ms' && units.size > 0 && !units.has('s'))",
      "if (unit === 'ms' && units.size > 9)",
    ],
    'a percentage under rules of none': ["if (unit !== 'ms' && units.size > 0 && !units.has('%'))", "if (unit !== 'ms' && units.size > 9)"],
    'counts in milliseconds': [
      "if (measures.what === 'failures' || (measures.what === 'latency' && unit !== 'ms'))",
      "if (measures.what === 'latency' && unit !== 'ms')",
    ],
  }),
  ...mutationsOf('adapters/http/cached.ts', ['adapters/targets/http', 'adapters/targets/env-file'], {
    'the answer of a cache is the word of the place': ['if (age > 0) throw', 'if (age < 0) throw'],
    'an answer that is new is of a cache': ['if (age > 0) throw', 'if (age >= 0) throw'],
  }),
  ...mutationsOf('adapters/http/age.ts', ['adapters/targets/http', 'adapters/measure/freshness'], {
    'of two caches none has an age': ['\\s*(?:,|$)/', '\\s*$/'],
  }),
  ...mutationsOf('adapters/file/running.ts', ['adapters/targets/env-file'], {
    'what is not named runs as it should': [
      'if (answer === undefined && word !== undefined && !isBeside(name))',
      'if (answer === undefined && word === name)',
    ],
    'any answer is one of the application': ['if (status !== 200) throw', 'if (status === 0) throw'],
    'the answer of a cache is that of the application': ['  refuseCached(answer, shown)\n', ''],
    'it is not asked anew': ['{ ...ASKED_ANEW, ...admit', '{ ...admit'],
  }),
  ...mutationsOf('session/replan-places.ts', ['session/replan-places'], {
    'a place where a toggle is on may be left': ['if (left === undefined) continue', 'if (left !== undefined) continue'],
    'a place is left by its name and not by where it is': ['(place) => !kept.includes(place)', '(place) => place !== kept[0]'],
    'nothing may be edited': ['if (exposure === baseline[name]) continue', 'if (exposure !== exposure) continue'],
  }),
  ...mutationsOf('adapters/places.ts', ['session/standing', 'session/replan-places'], {
    'any target of the plan file stands for one of the journal': [
      'if (isAlike && isSame(await placesBy(each), wanted)) return each',
      'if (isAlike) return each',
    ],
    'other instances are the same places': ['&& isSame(each.instances ?? [], target.instances ?? [])', ''],
    'what names no place is the same place': ['if (wanted.some(', 'if (wanted.length === 0 && wanted.some('],
  }),
  ...mutationsOf('session/other-rollouts.ts', ['session/other-rollouts'], {
    'where a journal is lost nothing was started yet': ['if (lost.length > 0) return', 'if (lost.length > 99) return'],
  }),
  ...mutationsOf('session/every.ts', ['session/tell'], {
    'of what one command has done to many nobody is told': [
      'await Promise.all(begun.map(tell))',
      'await Promise.all(begun.slice(9).map(tell))',
    ],
  }),
  ...mutationsOf('commands/start.ts', ['session/tell'], {
    'start tells of the rollout that the next command would mean': [
      'tell(session.reopen({}, {}, { journal: journalName(state.plan), environment }))',
      'tell(session)',
    ],
  }),
  ...mutationsOf('session/moved-twice.ts', ['session/moved-twice'], {
    'what was taken further back than it had been is half the way': ['isForward(toggle, before, exposure)', 'exposure !== before'],
    'two rollouts may move one toggle': [
      "if ('problem' in other || isEnded(other.state)) continue",
      "if ('problem' in other || !isEnded(other.state)) continue",
    ],
    'a toggle elsewhere is the same': ['if (each.variable !== variable) continue', 'if (each.variable === variable) continue'],
    'one place by other options is another': [
      '.some((place) => places.includes(place))',
      '.some((place) => places.includes(place) && a.options === b.options)',
    ],
    'what a reference stood for is known': [".includes('${')", ".includes('nothing')"],
  }),
]
