import contextlib
import io
import pathlib
import tempfile
import unittest

import run_fuzz

LOG = """#2\tINITED cov: 5 ft: 6 corp: 1/1b
#99\tNEW    cov: 42 ft: 77 corp: 3/9b
stat::number_of_executed_units: 12345
stat::new_units_added:          17
"""


class RunFuzzTest(unittest.TestCase):
    def test_reads_the_figures_of_a_run(self):
        self.assertEqual(run_fuzz.figures(LOG), (12345, 17, 42))

    def test_a_target_that_finds_something_keeps_its_exit_code(self):
        with tempfile.TemporaryDirectory() as folder:
            target = pathlib.Path(folder) / "x_fuzz"
            target.write_text("#!/bin/sh\necho 'stat::number_of_executed_units: 3'\nexit 77\n")
            target.chmod(0o755)
            with contextlib.redirect_stdout(io.StringIO()) as shown:
                code, (runs, _, _), found = run_fuzz.run_target(target, 1, pathlib.Path(folder) / "build")
        self.assertEqual((code, runs, found.name), (77, 3, "x_fuzz"))
        self.assertIn("executed_units: 3", shown.getvalue())

    def test_a_run_that_says_nothing_counts_nothing(self):
        self.assertEqual(run_fuzz.figures("no such file"), (0, 0, 0))


if __name__ == "__main__":
    unittest.main()
