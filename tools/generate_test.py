import pathlib
import tempfile
import unittest

import generate


class GenerateTest(unittest.TestCase):
    def test_notice_names_linked_packages_and_is_checked(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "tools").mkdir()
            (root / "tools/packages.txt").write_text("libx-dev | build | link | MIT | x | texts\n"
                                                     "tool | build | program | GPL-3.0-only | - | builds\n")
            self.assertEqual([problem.path for problem in generate.check(root)], ["NOTICE"])
            text = generate.notice(root)
            self.assertIn("- libx-dev: MIT; texts\n", text)
            self.assertNotIn("tool", text)
            (root / "NOTICE").write_text(text)
            self.assertEqual(list(generate.check(root)), [])


if __name__ == "__main__":
    unittest.main()
