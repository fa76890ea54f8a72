"""Counts what was accepted and refused, tool by tool."""

import time


class Tally:
    """The checks of one run; a check that fails is printed at once and the run goes on."""

    def __init__(self):
        self.tool = None
        self.counts = {}
        self.seconds = {}
        self._since = None

    def start(self, tool):
        """Count what follows under this tool."""
        self._stop()
        self.tool = tool
        self.counts.setdefault(tool, [0, 0])
        self._since = time.monotonic()

    def _stop(self):
        if self.tool is not None:
            spent = time.monotonic() - self._since
            self.seconds[self.tool] = self.seconds.get(self.tool, 0) + spent

    def holds(self, name, condition, found=""):
        """One check: the condition is true."""
        self.counts[self.tool][0 if condition else 1] += 1
        if not condition:
            print(f"FAIL {self.tool}: {name}: {found}", flush=True)

    def equal(self, name, found, want):
        """One check: two values are the same."""
        self.holds(name, found == want, f"found {found!r:.300}, want {want!r:.300}")

    def accepts(self, name, call, *arguments):
        """One check: the call returns. Gives its result, or None if it raised."""
        try:
            result = call(*arguments)
        except Exception as error:  # every library raises its own kinds
            self.holds(name, False, f"refused: {type(error).__name__}: {error!s:.300}")
            return None
        self.holds(name, True)
        return result

    def refuses(self, name, kinds, call, *arguments):
        """One check: the call raises one of `kinds`; another exception is a failure too."""
        try:
            call(*arguments)
        except kinds:
            self.holds(name, True)
        except Exception as error:
            self.holds(name, False, f"refused for another reason: {type(error).__name__}: {error!s:.300}")
        else:
            self.holds(name, False, "accepted")

    def close(self):
        """Prints the table and the closing line; the number of failed checks."""
        self._stop()
        print(f"{'tool':<24} {'passed':>7} {'failed':>7} {'seconds':>8}")
        for tool, (passed, failed) in self.counts.items():
            print(f"{tool:<24} {passed:>7} {failed:>7} {self.seconds[tool]:>8.1f}")
        passed = sum(count[0] for count in self.counts.values())
        failed = sum(count[1] for count in self.counts.values())
        print(f"{passed} passed, {failed} failed")
        return failed
