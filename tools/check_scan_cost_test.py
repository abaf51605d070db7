import pathlib
import tempfile
import unittest

import check_scan_cost as cost

OUTPUT = "73547 events, 1368 findings, 0.3 s user\n==7== \n==7== Collected : 2652472315\n"


class ScanCostTest(unittest.TestCase):
    def test_reads_the_counts_of_a_run(self):
        self.assertEqual(cost.counted(OUTPUT), (73547, 2652472315))

    def test_refuses_a_run_that_did_not_count(self):
        with self.assertRaises(ValueError):
            cost.counted("73547 events\n")
        with self.assertRaises(ValueError):
            cost.per_event((5, 100), (5, 200))

    def test_the_start_is_left_out(self):
        self.assertEqual(cost.per_event((10, 1000), (30, 1400)), 20)

    def test_refuses_what_is_beyond_the_margin(self):
        self.assertIsNone(cost.judge(cost.INSTRUCTIONS_PER_EVENT * (1 + cost.MARGIN) - 1))
        self.assertIn("instructions", cost.judge(cost.INSTRUCTIONS_PER_EVENT * (1 + cost.MARGIN) + 1))

    def test_says_what_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertTrue(cost.missing(str(pathlib.Path(folder, "nowhere"))))


if __name__ == "__main__":
    unittest.main()
