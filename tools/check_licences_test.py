import unittest

import check_licences


def packages(*lines):
    return check_licences.read_packages("# comment\n" + "\n".join(lines) + "\n")


class CheckLicencesTest(unittest.TestCase):
    def test_allows_what_fits_apache(self):
        found, problems = packages("libx-dev | build | link | BSD-3-Clause OR GPL-2.0-only | x, y | texts",
                                   "tool | build | program | GPL-3.0-or-later | - | builds")
        self.assertEqual(problems, [])
        self.assertEqual(found[0].found_by, ("x", "y"))
        self.assertEqual(list(check_licences.check_packages(found)), [])

    def test_refuses_linking_gpl(self):
        for licence in ("GPL-2.0-only", "AGPL-3.0-or-later", "MIT AND GPL-3.0-or-later", "Proprietary"):
            found, _ = packages(f"libx-dev | build | link | {licence} | x | texts")
            self.assertEqual(len(list(check_licences.check_packages(found))), 1, licence)

    def test_refuses_lines_of_another_form(self):
        for line in ("libx-dev | build | link | MIT", "libx-dev | build | use | MIT | - | x",
                     "libx-dev | other | link | MIT | - | x", "libx-dev | build | link | | - | x"):
            self.assertEqual(len(packages(line)[1]), 1, line)

    def test_refuses_a_library_that_is_not_listed(self):
        found, _ = packages("libx-dev | build | link | MIT | x, Two | texts")
        text = "find_package(Two REQUIRED)\npkg_check_modules(X REQUIRED IMPORTED_TARGET x>=1 z)\n# find_package(No)\n"
        problems = list(check_licences.check_lookups("CMakeLists.txt", text, found))
        self.assertEqual([problem.line for problem in problems], [2])
        self.assertIn("library 'z'", problems[0].text)

    def test_npm_packages_need_a_fitting_licence(self):
        lock = {"packages": {"": {}, "node_modules/a": {"license": "MIT"}, "node_modules/b": {"license": "GPL-3.0-only"},
                             "node_modules/c/node_modules/@x/d": {"license": "MPL-2.0", "dev": True},
                             "node_modules/e": {"license": "MPL-2.0"}, "node_modules/f": {"dev": True},
                             "node_modules/g": {"license": "(MIT OR GPL-3.0-only)"}}}
        self.assertEqual([problem.text for problem in check_licences.check_web_lock(lock)],
                         ["'b', part of the interface, is under GPL-3.0-only",
                          "'e', part of the interface, is under MPL-2.0",
                          "'f', a tool of the build, is under no licence"])


if __name__ == "__main__":
    unittest.main()
