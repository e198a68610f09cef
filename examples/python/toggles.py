"""The env contract of rollout in Python 3, with nothing but the standard library.

    from toggles import Toggles
    toggles = Toggles()                                    # os.environ, and the file ROLLOUT_FILE names
    toggles.is_enabled("FEATURE_SEARCH", user_id, {"country": "se"})

    with toggles.measure("FEATURE_SEARCH", user_id) as call:    # counts outcome and duration; an exception goes on its way
        results = new_search() if call.is_on else old_search()
    price = toggles.compare("FEATURE_PRICE", user_id, old=old_price, new=new_price)    # see docs/sdk.md, the shadow
    page = toggles.metrics()                                # for a Prometheus, with the names of docs/sdk.md

or on the command line, where the exit code is the answer (0 on, 1 off):

    python3 toggles.py FEATURE_SEARCH user-42 country=se
"""

import inspect
import os
import re
import sys
import threading
import time
from decimal import Decimal

MASK = 0xFFFFFFFF
PERCENT = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,5})?%")
OPTIONS = {
    "key": re.compile(r"[^\s;]+"),
    "by": re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*"),
    "seg": re.compile(r"[a-z][a-z0-9-]*(?:,[a-z][a-z0-9-]*)*"),
    "hash": re.compile(r"flagd2"),
}
CONDITION = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*):(equals|in|starts|ends|percentage):(.+)", re.DOTALL)
ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z0-9_.-]+)[ \t]*=([ \t]*)")
CONFLICT = re.compile(r"(?:<{7}|\|{7}|={7}|>{7})(?: |$)")
MARK = re.compile(r"# rollout:([0-9]{1,15})(?: of:([a-z0-9._@-]+)(?:/[0-9a-f]+)?)?(?: reloaded:[0-9a-f]+)?[ \t]*", re.IGNORECASE)


def utf8(text):
    """A lone surrogate counts as U+FFFD."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text).encode("utf-8")


def murmur3(data):
    """MurmurHash3 x86 32 with seed 0, unsigned."""
    value = 0
    for at in range(0, len(data), 4):
        block = data[at : at + 4]
        mixed = int.from_bytes(block, "little") * 0xCC9E2D51 & MASK
        mixed = (mixed << 15 | mixed >> 17) & MASK
        value ^= mixed * 0x1B873593 & MASK
        if len(block) == 4:
            value = (value << 13 | value >> 19) & MASK
            value = value * 5 + 0xE6546B64 & MASK
    value ^= len(data)
    value = (value ^ value >> 16) * 0x85EBCA6B & MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & MASK
    return value ^ value >> 16


def bucket_of(key, identity):
    return murmur3(utf8(key) + utf8(identity))


def threshold_of(exposure):
    """Of an exposure in 1e-5 percent: buckets below it are in."""
    return -(-exposure * 2**32 // 10**7)


def parse_word(text):
    """(exposure in 1e-5 percent, options), or None when it is no word."""
    head, *rest = text.strip(" \t\r\n").split(";")
    options = {}
    for option in rest:
        name, equals, value = option.partition("=")
        if not equals or name not in OPTIONS or name in options or not OPTIONS[name].fullmatch(value):
            return None
        options[name] = value
    if head in ("true", "false"):
        return (10**7 if head == "true" else 0), options
    if not PERCENT.fullmatch(head):
        return None
    exposure = int(Decimal(head[:-1]) * 10**5)
    return None if exposure > 10**7 else (exposure, options)


def text_of(value):
    """An attribute as text; None when there is none, or no text is the same in every language."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    return value if isinstance(value, str) else None


def belongs(name, rule, identity, attributes):
    answers = []
    for part in rule.strip(" \t\r\n").split(";"):
        found = CONDITION.fullmatch(part)
        if not found:
            return False
        attribute, operator, operand = found.groups()
        values = [operand] if operator == "equals" else operand.split(",")
        if "" in values:
            return False
        share = parse_word(operand) if operator == "percentage" and PERCENT.fullmatch(operand) else None
        if operator == "percentage" and share is None:
            return False
        held = identity if attribute == "id" else text_of(attributes.get(attribute))
        if not held:
            answers.append(False)
        elif operator == "starts":
            answers.append(held.startswith(tuple(values)))
        elif operator == "ends":
            answers.append(held.endswith(tuple(values)))
        elif operator == "percentage":
            answers.append(bucket_of(name, held) < threshold_of(share[0]))
        else:
            answers.append(held in values)
    return all(answers)


def closing(text):
    """Where the quote that opens the text closes; -1 when it does not."""
    at = 1
    while at < len(text):
        if text[0] == '"' and text[at] == "\\":
            at += 1
        elif text[at] == text[0]:
            return at
        at += 1
    return -1


def parse_file(text):
    """(variables, unclear names, epoch). Raises ValueError when it is no env file: half a file must never be believed."""
    variables, unclear, epochs, joined, passed, strange = {}, set(), {}, False, set(), False
    lines = re.split(r"\r?\n", text[1:] if text.startswith("\ufeff") else text)
    at = 0
    while at < len(lines):
        line, behind, at = lines[at], joined, at + 1
        backslashes = len(line) - len(line.rstrip("\\"))
        joined = backslashes % 2 == 1 and not line.lstrip(" \t").startswith("#")
        mark = MARK.fullmatch(line)
        if mark:
            epochs[mark[2]] = max(epochs.get(mark[2], 0), int(mark[1]))
        if "\0" in line or CONFLICT.match(line):
            raise ValueError(f"line {at} is not text, or left over from a merge")
        if not line.strip(" \t") or line.lstrip(" \t").startswith(("#", ";")):
            continue
        found = ASSIGNMENT.match(line)
        if not found:
            # Somebody else's line: docker's name alone, a command of a shell.
            if at == len(lines) and not behind:
                raise ValueError(f"line {at} is no NAME=value and has no end: it may be cut off")
            strange = True
            passed.add(line.strip(" \t"))
            continue
        name, rest, clear = found[1], line[found.end() :], not joined and not behind
        if rest[:1] in ('"', "'"):
            clear = not behind
            while closing(rest) == -1:
                if at == len(lines):
                    raise ValueError("a quote is never closed")
                rest, at, clear = f"{rest}\n{lines[at]}", at + 1, False
            end = closing(rest)
            clear = clear and re.fullmatch(r"[ \t]*(?:[ \t]#.*)?", rest[end + 1 :]) is not None
            value = rest[1:end]
        else:
            value = re.split(r"[ \t]#", found[2] + rest)[0].strip(" \t")
        if not clear or variables.get(name, value) != value:
            unclear.add(name)
        variables[name] = value
    if strange and not variables:
        raise ValueError("no line is a NAME=value")
    unclear |= passed & set(variables)
    return variables, unclear, "+".join(str(epoch) for epoch in epochs.values()) or None


class Meter:
    """Evaluations, outcomes and durations by toggle and answer; of more than a thousand toggles the rest as `other`."""

    BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
    NAMES = 1000

    def __init__(self):
        self.lock, self.began, self.sides, self.both = threading.Lock(), time.time(), {}, {}

    def of(self, toggle, answer):
        name = utf8(str(toggle)[:200]).decode("utf-8")
        if (name, "on") not in self.sides:
            name = name if len(self.sides) < 2 * self.NAMES else "other"
            for each in ("on", "off"):
                empty = {"evaluations": 0, "asked": 0.0, "measured": False, "outcomes": {"ok": 0, "error": 0, "timeout": 0}}
                self.sides.setdefault((name, each), {**empty, "seconds": 0.0, "buckets": [0] * (len(self.BOUNDS) + 1)})
        return self.sides[name, answer], self.sides[name, "off" if answer == "on" else "on"]

    def evaluated(self, toggle, is_on):
        with self.lock:
            side, _ = self.of(toggle, "on" if is_on else "off")
            side["evaluations"] += 1
            side["asked"] = time.time()

    def called(self, toggle, is_on, outcome, seconds):
        with self.lock:
            side, other = self.of(toggle, "on" if is_on else "off")
            side["measured"] = other["measured"] = True
            side["outcomes"][outcome] += 1
            self.add(side, seconds)

    def compared(self, toggle, outcome=None, old=0.0, new=0.0):
        """Counts one comparison; without an outcome none, but from then on they are shown."""
        with self.lock:
            name = utf8(str(toggle)[:200]).decode("utf-8")
            name = name if name in self.both or len(self.both) < self.NAMES else "other"
            empty = {"outcomes": {"same": 0, "different": 0, "error": 0, "timeout": 0}, "skipped": 0}
            both = self.both.setdefault(name, {**empty, **{way: {"seconds": 0.0, "buckets": [0] * (len(self.BOUNDS) + 1)} for way in ("on", "off")}})
            if outcome == "skipped":
                both["skipped"] += 1
            elif outcome:
                both["outcomes"][outcome] += 1
                self.add(both["on"], new)
                self.add(both["off"], old)

    def add(self, durations, seconds):
        durations["seconds"] += max(0.0, seconds)
        durations["buckets"][next((nth for nth, bound in enumerate(self.BOUNDS) if seconds <= bound), len(self.BOUNDS))] += 1

    def histogram(self, labels, durations):
        below, rows = 0, []
        for bound, count in zip((*self.BOUNDS, "+Inf"), durations["buckets"]):
            below += count
            rows.append(("_bucket", f'{labels},le="{bound}"', below))
        return rows + [("_sum", labels, durations["seconds"]), ("_count", labels, below)]

    def text(self):
        """The text format 0.0.4 of Prometheus."""
        names = ("evaluations_total", "last_evaluation_timestamp_seconds", "calls_total", "call_duration_seconds")
        rows = {name: [] for name in (*names, "comparisons_total", "comparisons_skipped_total", "comparison_duration_seconds")}
        with self.lock:
            for (toggle, answer), side in self.sides.items():
                labels = f'{self.label(toggle)},answer="{answer}"'
                rows["evaluations_total"].append(("", labels, side["evaluations"]))
                if side["asked"]:
                    rows["last_evaluation_timestamp_seconds"].append(("", labels, side["asked"]))
                if not side["measured"]:
                    continue
                rows["calls_total"] += [("", f'{labels},outcome="{outcome}"', count) for outcome, count in side["outcomes"].items()]
                rows["call_duration_seconds"] += self.histogram(labels, side)
            for toggle, both in self.both.items():
                label = self.label(toggle)
                rows["comparisons_total"] += [("", f'{label},outcome="{outcome}"', count) for outcome, count in both["outcomes"].items()]
                rows["comparisons_skipped_total"].append(("", label, both["skipped"]))
                for answer in ("on", "off"):
                    rows["comparison_duration_seconds"] += self.histogram(f'{label},answer="{answer}"', both[answer])
        types = ("counter", "gauge", "counter", "histogram", "counter", "counter", "histogram")
        lines = ["# TYPE process_start_time_seconds gauge", f"process_start_time_seconds {self.began}"]
        for (name, samples), kind in zip(rows.items(), types):
            lines.append(f"# TYPE rollout_toggle_{name} {kind}")
            lines += [f"rollout_toggle_{name}{suffix}{{{labels}}} {value}" for suffix, labels, value in samples]
        return "\n".join(lines) + "\n"

    def label(self, toggle):
        escaped = toggle.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
        return f'toggle="{escaped}"'


class Call:
    """What `with toggles.measure(…) as call` is told; an exception, or `call.fail()`, is an error."""

    def __init__(self, meter, toggle, is_on):
        self.meter, self.toggle, self.is_on, self.outcome = meter, toggle, is_on, "ok"

    def fail(self):
        self.outcome = "error"

    def __enter__(self):
        self.began = time.monotonic()
        return self

    def __exit__(self, kind, error, traceback):
        outcome = "ok" if kind is None else "timeout" if issubclass(kind, TimeoutError) else "error"
        outcome = self.outcome if outcome == "ok" else outcome
        self.meter.called(self.toggle, self.is_on, outcome, time.monotonic() - self.began)
        return False


class Toggles:
    SHADOWS = 10  # at once
    SHADOW_SECONDS = 1.0

    def __init__(self, env=None, file=None, report=lambda message: print(message, file=sys.stderr)):
        self.env = dict(os.environ if env is None else env)
        self.file = self.env.get("ROLLOUT_FILE") if file is None else file
        self.report, self.told, self.version = report, set(), None
        self.variables, self.unclear, self.epoch = {}, set(), None
        self.meter, self.under_way, self.turns = Meter(), 0, {}

    def look(self):
        """Reads the file again if it has changed; by name, because Kubernetes swaps it by a symbolic link."""
        if not self.file:
            return
        try:
            stat = os.stat(self.file)
            version = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
            if version == self.version:
                return
            with open(self.file, encoding="utf-8", newline="") as opened:
                self.variables, self.unclear, self.epoch = parse_file(opened.read())
            self.version = version
        except (OSError, ValueError) as error:
            self.tell(f"{self.file} is not read, the last good content stays: {error}")

    def tell(self, message):
        if message not in self.told:
            self.told.add(message)
            self.report(message)

    def get(self, name):
        value = self.env.get(name)
        if value is not None and re.fullmatch(r"\"[^\"]*\"|'[^']*'", value):
            value = value[1:-1]  # docker and kubectl keep the quotes of an env file
        return self.variables.get(name, value)

    def ids(self, name):
        return {each.strip() for each in (self.get(name) or "").split(",")} - {""}

    def is_enabled(self, toggle, identity=None, attributes=None):
        """Deny list, users, segments, percentage. Without an id: on at 100 % only, or by a segment."""
        answer = self.decide(toggle, identity, attributes)
        self.meter.evaluated(toggle, answer)
        return answer

    def measure(self, toggle, identity=None, attributes=None):
        """Asks, and counts how the block behind `with` ends and how long it takes. Works in coroutines too."""
        return Call(self.meter, toggle, self.is_enabled(toggle, identity, attributes))

    def metrics(self):
        return self.meter.text()

    def compare(self, toggle, identity, old, new, same=lambda old, new: old == new, attributes=None, writes=False):
        """Answers with `old()` while the toggle is off, with `new()` while it is on. Beside a share of the old answers
        (`FEATURE_X_SHADOW=5%`) the new way runs too, in a thread of its own; what writes never does."""
        began, value, failed = time.monotonic(), None, True
        with self.measure(toggle, identity, attributes) as call:
            if call.is_on:
                return new()
            try:
                value, failed = old(), False
                return value
            finally:
                if self.is_due(toggle) and not writes:
                    self.shadow(toggle, new, same, (value, failed, time.monotonic() - began))

    def is_due(self, toggle):
        self.meter.compared(toggle)
        word = parse_word(self.get(f"{toggle}_SHADOW") or "false")
        if word is None or word[1] or f"{toggle}_SHADOW" in self.unclear:
            self.tell(f"{toggle}_SHADOW is not a share (false, true or a percentage such as 5%): nothing is compared")
            return False
        # The multiples of the golden ratio lie evenly, and have no period that traffic could have too.
        self.turns[toggle] = (self.turns.get(toggle, 0.0) + 0.6180339887498949) % 1
        return self.turns[toggle] < word[0] / 10**7

    def shadow(self, toggle, new, same, old):
        value, failed, seconds = old
        with self.meter.lock:
            is_full = self.under_way >= self.SHADOWS
            self.under_way += 0 if is_full else 1
        if is_full:
            return self.meter.compared(toggle, "skipped")
        began, counted = time.monotonic(), threading.Event()

        def count(outcome):
            with self.meter.lock:
                if counted.is_set():
                    return
                counted.set()
            took = time.monotonic() - began
            self.meter.compared(toggle, "timeout" if took > self.SHADOW_SECONDS else outcome, seconds, took)

        def run():
            try:
                now = new()
                is_same = not failed and same(value, now)
                if inspect.isawaitable(is_same) or inspect.isawaitable(now):
                    raise TypeError(f"{toggle}: what is awaited elsewhere cannot be compared here")
                count("same" if is_same else "different")
            except Exception:
                count("same" if failed else "error")
            finally:
                with self.meter.lock:
                    self.under_way -= 1

        timer = threading.Timer(self.SHADOW_SECONDS, count, ["timeout"])
        timer.daemon = True
        try:
            timer.start()
            threading.Thread(target=run, daemon=True).start()
        except RuntimeError:  # No thread is left, or the program ends: the answer stands all the same.
            timer.cancel()
            with self.meter.lock:
                self.under_way -= 1
            self.meter.compared(toggle, "skipped")

    def decide(self, toggle, identity, attributes):
        self.look()
        identity, attributes = identity or "", attributes or {}
        word = parse_word(self.get(toggle) or "") if self.get(toggle) is not None else (0, {})
        if word is None or self.unclear & {toggle, f"{toggle}_DENY", f"{toggle}_USERS"}:
            self.tell(f"{toggle} holds no word (false, true or a percentage such as 10%): it is off")
            return False
        exposure, options = word
        if identity in self.ids(f"{toggle}_DENY"):
            return False
        if identity in self.ids(f"{toggle}_USERS"):
            return True
        for name in options["seg"].split(",") if "seg" in options else []:
            variable = "ROLLOUT_SEGMENT_" + name.upper().replace("-", "_")
            if variable not in self.unclear and belongs(name, self.get(variable) or "", identity, attributes):
                return True
        if exposure in (0, 10**7):
            return exposure > 0
        key = text_of(attributes.get(options["by"])) if "by" in options else identity
        return bool(key) and bucket_of(options.get("key", toggle), key) < threshold_of(exposure)


if __name__ == "__main__":
    toggle, identity, *rest = sys.argv[1:] + [""]
    sys.exit(0 if Toggles().is_enabled(toggle, identity, dict(each.split("=", 1) for each in rest if each)) else 1)
