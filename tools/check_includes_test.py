import unittest

import check_includes

MODULES = check_includes.read_modules("base\t\t\nparse/evtx\tbase\t\nevent\tbase\t\nflow\tevent\tbase\napp\tflow\t\n")


def problems(path, *targets):
    text = "".join(f'#include "{target}"\n' for target in targets)
    return [str(problem) for problem in check_includes.check_file(path, text, MODULES)]


class CheckIncludesTest(unittest.TestCase):
    def test_allows_its_own_and_listed_modules(self):
        self.assertEqual(problems("src/parse/evtx/a.cc", "parse/evtx/a.h", "base/text.h"), [])

    def test_refuses_a_module_that_is_not_listed(self):
        found = problems("src/event/a.cc", "base/text.h", "parse/evtx/a.h")
        self.assertEqual(len(found), 1)
        self.assertIn("src/event/a.cc:2: module 'event' includes 'parse/evtx/a.h'", found[0])
        self.assertIn("add 'parse/evtx' to DEPENDS", found[0])

    def test_a_dependency_of_a_dependency_does_not_count(self):
        self.assertEqual(len(problems("src/flow/a.cc", "base/text.h")), 1)

    def test_tests_may_use_what_their_tests_list(self):
        self.assertEqual(problems("src/flow/a_test.cc", "base/text.h"), [])

    def test_refuses_paths_that_name_no_module(self):
        self.assertEqual(len(problems("src/event/a.cc", "a.h")), 1)
        self.assertEqual(len(problems("src/event/a.cc", "../base/text.h")), 1)
        self.assertEqual(len(problems("src/other/a.cc")), 1)

    def test_programs_use_app_only(self):
        self.assertEqual(problems("apps/hinomi/main.cc", "app/main.h"), [])
        self.assertEqual(len(problems("apps/hinomi/main.cc", "base/text.h")), 1)

    def test_refuses_a_dependency_on_a_later_module(self):
        modules = check_includes.read_modules("a\tb\t\nb\t\t\n")
        self.assertEqual(len(list(check_includes.check_order(modules))), 1)
        self.assertEqual(list(check_includes.check_order(MODULES)), [])


if __name__ == "__main__":
    unittest.main()
