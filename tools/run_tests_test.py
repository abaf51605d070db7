import pathlib
import tempfile
import unittest

import run_tests
from run_tests import Case

REPORT = """<testsuites><testsuite name="T">
<testcase classname="T" name="good" status="run" result="completed" time="0.7"/>
<testcase classname="T" name="bad" status="run" time="0"><failure message="a is not b"/></testcase>
<testcase classname="T" name="later" status="run" result="skipped" time="0"><skipped message="no data"/></testcase>
<testcase classname="T" name="off" status="notrun" time="0"/>
</testsuite></testsuites>"""


class RunTestsTest(unittest.TestCase):
    def cases(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "report.xml"
            path.write_text(text)
            return run_tests.gtest_cases(path)

    def test_counts_googletest_cases(self):
        found = self.cases(REPORT)
        self.assertEqual([(case.name, case.outcome) for case in found],
                         [("T.good", "passed"), ("T.bad", "failed"), ("T.later", "skipped")])

    def test_a_report_cut_short_is_a_failure(self):
        self.assertIsNone(self.cases(REPORT[:80]))
        self.assertEqual(run_tests.cases_of_entry("t", "fail", 1, None)[0].outcome, "failed")

    def test_a_crash_after_good_cases_is_a_failure(self):
        found = run_tests.cases_of_entry("t", "fail", 1, [Case("T.good", "passed")])
        self.assertEqual([case.outcome for case in found], ["passed", "failed"])

    def test_a_failed_case_is_not_counted_twice(self):
        self.assertEqual(len(run_tests.cases_of_entry("t", "fail", 1, [Case("T.bad", "failed")])), 1)

    def test_a_test_that_was_not_found_is_a_failure(self):
        self.assertEqual(run_tests.cases_of_entry("t", "notrun", 0, None)[0].outcome, "failed")

    def test_the_last_line_counts(self):
        cases = [Case("a", "passed", 2.0), Case("b", "failed", 0, "why"), Case("c", "skipped", 0, "no data")]
        lines = run_tests.summary(cases)
        self.assertEqual(lines[-1], "1 passed, 1 failed, 1 skipped")
        self.assertIn("FAILED: b\n    why", lines)
        self.assertIn("SKIPPED: c\n    no data", lines)
        self.assertEqual(run_tests.summary(cases[:1])[-1], "1 passed, 0 failed")


if __name__ == "__main__":
    unittest.main()
