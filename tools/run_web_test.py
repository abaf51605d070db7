import unittest

import run_web

REPORT = {"testResults": [
    {"name": "a.test.ts", "assertionResults": [
        {"fullName": "list loads", "status": "passed", "duration": 1500.0, "failureMessages": []},
        {"fullName": "list fails", "status": "failed", "duration": None, "failureMessages": ["1 is not 2"]},
        {"fullName": "list later", "status": "pending", "failureMessages": []}]},
    {"name": "b.test.ts", "message": "SyntaxError", "assertionResults": []}]}


class RunWebTest(unittest.TestCase):
    def test_counts_the_cases_of_vitest(self):
        cases = run_web.vitest_cases(REPORT, "web")
        self.assertEqual([(case.name, case.outcome) for case in cases],
                         [("web list loads", "passed"), ("web list fails", "failed"), ("web list later", "skipped"),
                          ("web b.test.ts", "failed")])
        self.assertEqual([cases[0].seconds, cases[1].text, cases[3].text], [1.5, "1 is not 2", "SyntaxError"])


if __name__ == "__main__":
    unittest.main()
