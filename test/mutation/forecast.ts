import { mutationsOf, type Mutation } from './mutation.ts'

/** What is foretold of a plan. */
export const FORECAST: readonly Mutation[] = [
  ...mutationsOf('core/forecast/advice.ts', ['core/forecast/advice'], {
    'good releases may be rolled back now and then': ['back.share > alpha &&', 'back.share > 0.5 &&'],
    'a plan that lets bad releases through is fine': ['missed.share > MISSED_AT_MOST', 'missed.share > 1'],
    'one of few is often': [' && back.share * good.runs > 1)', ')'],
    'what never ends is fine': ['if (!done || (planned', 'if (done && (planned'],
  }),
  ...mutationsOf('core/forecast/bad-release.ts', ['core/forecast/bad-release'], {
    'a bad release is a good one': ['playRamp({ ...ramp, interval }, flows, times, ', 'playRamp({ ...ramp, interval }, flows, 1, '],
    'one that asks is rolled back': ["run.end === 'rolled back' ? [run.lasted] : []", "run.end === 'through' ? [] : [run.lasted]"],
    'what is negligible is not allowed': ['Math.max(policy.critical, 1 + ', 'Math.min(policy.critical, 1 + '],
  }),
  ...mutationsOf('core/forecast/bad-release.ts', ['core/forecast/bad-release'], {
    'the median is of those alone that are rolled back': [
      'lasted[Math.ceil(RUNS * part) - 1]',
      'lasted[Math.ceil(lasted.length * part) - 1]',
    ],
    'more than all fail': ['...(bound.off * least < 1 ?', '...(bound.off * least < 1e9 ?'],
    'what is critical is told where it is less than the least': ['...(critical > least ?', '...(critical > 0 ?'],
    'what is critical is polled as what takes long': [
      "forecastAs('critical', critical, plan.interval)",
      "forecastAs('critical', critical, ramp.interval)",
    ],
    'a rule of a time is a share of failures': ["measures?.what === 'failures' && op.startsWith('>')", "op.startsWith('>')"],
  }),
  ...mutationsOf('core/forecast/comparing.ts', ['core/forecast/cruise'], {
    'what is rolled back is waited for': ["weighed.finding.do === 'rollback' || ", ''],
    'nothing is waited for but time': ["'because' in finding ? finding.because : finding.do", 'undefined'],
  }),
  ...mutationsOf('core/forecast/counterfactual.ts', ['core/forecast/counterfactual'], {
    'what a journal lacks is followed all the same': [
      "if ('watch' in event && !other.watch) return",
      "if ('watch' in event && other.watch && other.isForeign) return",
    ],
    'a decision for another reason is the same': ['said.do === decision.do && isSame(event.why, decision.why)', 'said.do === decision.do'],
    'a move to another place is the same': [' && isAsFar(said, decision, before)', ''],
    'a watch that came out otherwise is the same': [
      'return isSame(one, other)\n}',
      'return isSame(Object.keys(one), Object.keys(other))\n}',
    ],
  }),
  ...mutationsOf('core/forecast/cruise.ts', ['core/forecast/cruise'], {
    'the poll at which a gate opens is passed over': ['timerAfter(polls + 1)', 'timerAfter(polls)'],
    'a poll that was half taken counts': ['windows.slice(0, taken)', 'windows.slice(0, 0)'],
    'a step that settles holds': [' || settleLeft(phase, watch.watched ?? 0) > 0', ''],
    'where two groups are compared everybody is looked at': ["window.side === 'on' ? on : all", 'all'],
  }),
  ...mutationsOf('core/forecast/forecast.ts', ['core/forecast/forecast'], {
    'harm is all that fails': ['Math.round(failed - exposed * baseline)', 'Math.round(failed)'],
    'a step back is no end': ['if (isRetreating(decision)) return', "if (decision.do === 'rollback') return"],
    'what no traffic makes is good': ["return (metrics[name]?.measures.what ?? 'gauge') !== 'gauge'", 'return metrics[name] !== undefined'],
  }),
  ...mutationsOf('core/forecast/guarantee.ts', ['core/forecast/guarantee', 'core/report/plan-report'], {
    'what is compared is judged by its readings': [' && !compared.has(name) && ', ' && '],
  }),
  ...mutationsOf('core/forecast/ladder.ts', ['core/forecast/ladder'], {
    'finer steps go where the plan does not': [
      'return defined({ steps: ramp.reachesAll ? [...steps, 100] : steps,',
      'return defined({ steps: [...steps, 100],',
    ],
  }),
  ...mutationsOf('core/forecast/made-up-source.ts', ['core/forecast/cruise'], {
    'counters begin while the source is silent': ['hasBegun = !isSilent', 'hasBegun = true'],
  }),
  ...mutationsOf('core/forecast/measuring.ts', ['core/forecast/cruise'], {
    'any quantile is fine': ['total - part >= q * total', 'true'],
  }),
  ...mutationsOf('core/forecast/outlook.ts', ['core/forecast/outlook'], {
    'the quickest metric is waited for': ['(b.takes ?? Infinity) - (a.takes ?? Infinity)', '(a.takes ?? Infinity) - (b.takes ?? Infinity)'],
    'toggles that go one by one have the whole of what is planned': ["phase?.order === 'together' ? 1 : (phase?.toggles.length ?? 1)", '1'],
    'by the clock nothing is waited for': [
      "const isTimed = pace === 'clock' && stepsOf(plan)[index + 1]?.to !== 100",
      "const isTimed = pace === 'clock'",
    ],
    'traffic is what the few have': ['perSecond: (on.total + off.total) / seconds', 'perSecond: on.total / seconds'],
  }),
  ...mutationsOf('core/forecast/ramp.ts', ['core/forecast/ramp', 'core/forecast/bad-release'], {
    'a bad release goes on': ["if (finding.do === 'rollback') return 'never'", "if (finding.do === 'rollback') return false"],
    'what a cold step shows is weighed': ['      if (stayed <= settle) continue\n', ''],
    'by the clock everybody is reached without proof': ['(reachesAll && step === holds.length - 1)', '(reachesAll && step > holds.length)'],
    'by the clock no step is held': ["pace === 'evidence' || stayed >= (holds[step] ?? 0)", 'true'],
    'the median is of those alone that got there': ['lasted[Math.ceil(RUNS * part) - 1]', 'lasted[Math.ceil(lasted.length * part) - 1]'],
    'what is rolled back has gone to everybody': ["run.end === 'through' ? [run.lasted]", "run.end !== 'undecided' ? [run.lasted]"],
    'a step that pauses and asks has gone up': [
      "if (stayed - settle >= LONGEST_STEP) return over('undecided')",
      "if (stayed - settle >= LONGEST_STEP) return over('through')",
    ],
    'silence is waited for without end': ["if (silent >= patience) return over('undecided')", ''],
    'samples are not waited for': ['if (may && samples >= minSamples) break', 'if (may) break'],
  }),
  ...mutationsOf('core/forecast/replay.ts', ['core/forecast/replay'], {
    'what was not recorded yet was silent': ["(before.since === undefined && reading.is === 'missing')", '(before.since === -1)'],
    'the mildest answer is told': [
      'return ANSWERS.indexOf(one) > ANSWERS.indexOf(other)',
      'return ANSWERS.indexOf(one) < ANSWERS.indexOf(other)',
    ],
    'the least bad value is the worst': ["op.startsWith('>') ? Math.max", "op.startsWith('<') ? Math.max"],
  }),
  ...mutationsOf('core/forecast/retrace.ts', ['core/forecast/counterfactual'], {
    'polls go on from the newest watch of all': ['stateAt(event.polls.from)?.watch', 'lately[0]?.watch'],
    'a watch whose polls nobody kept is true of another plan': ['...(!plan && { watch: event.watch })', 'watch: event.watch'],
    'another plan stays at the step of the recorded one': [
      'const cursor = cursorOfMove(before, event, decision.decision)',
      'const { cursor } = event',
    ],
  }),
  ...mutationsOf('core/forecast/rows.ts', ['core/forecast/rows'], {
    'a row that is needed is dropped': ['lasts - row.for < window ||', ''],
    'what was given back is missing': ['for (const row of rows.slice(before, first)) add(row, 1)', ''],
  }),
  ...mutationsOf('core/forecast/time-to-know.ts', ['core/forecast/time-to-know', 'core/forecast/outlook'], {
    'it is known with the first poll': ['Math.max(LEAST_POLLS * interval, Math.min(proven, bounded))', 'Math.min(proven, bounded)'],
    'noise costs no time': ['return { ...traffic, perSecond: traffic.perSecond * eta }', 'return traffic'],
  }),
  ...mutationsOf('core/forecast/timeline.ts', ['core/forecast/timeline'], {
    'windows and freezes are open': [
      'at = at === undefined ? undefined : allowedAt(plan, at)',
      'at = at === undefined || !allowedAt(plan, at) ? undefined : at',
    ],
    'what is planned ends before it can': ['max: last + Math.max(length, planned?.max ?? 0)', 'max: last + (planned?.max ?? 0)'],
  }),
  ...mutationsOf('core/forecast/trial.ts', ['core/forecast/trial'], {
    'a step that was stopped is begun again at once': ['if (!phase || (isOver && at - began < lasts)) return', 'if (!phase) return'],
    'a step that shows nothing was begun': ["        if (counted.is === 'missing') return\n", ''],
  }),
  ...mutationsOf('core/forecast/usual.ts', ['core/forecast/usual'], {
    'an incident is usual': ['failedIn(bins) > INCIDENT * median', 'failedIn(bins) > 1e9 * median'],
    'a gap has no traffic': ['for: at - last, counts', 'for: Math.min(at - last, 60_000), counts'],
    'less than two days are a shape': ['* HOUR < 2 * DAY - HOUR) return undefined', '* HOUR < 0) return undefined'],
  }),
  ...mutationsOf('core/forecast/wilson.ts', ['core/forecast/wilson'], {
    'what was always seen is sure': ['[hits === 0 ? 0 : (middle - half) / scale,', '[hits === all ? 1 : (middle - half) / scale,'],
    'of nothing nothing is sure': ['if (all === 0) return [0, 1]', 'if (all === 0) return [0, 0]'],
  }),
  ...mutationsOf('core/forecast/window.ts', ['core/forecast/cruise'], {
    'what warns is calm': ['[metric.critical, metric.warning].flatMap(', '[metric.critical].flatMap('],
    'what is not proven is calm': ['...(metric.success ? [metric.success] : []), ...criteria', '...criteria'],
  }),
]
