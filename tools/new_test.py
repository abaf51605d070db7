import pathlib
import re
import tempfile
import unittest

import new
import tidy

LAYERS = "add_subdirectory(base)\nadd_subdirectory(parse/json)\nadd_subdirectory(event)\nadd_subdirectory(flow)\n"


class NewTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "src").mkdir()
        (self.root / "src/CMakeLists.txt").write_text(LAYERS)

    def text(self, path):
        return (self.root / path).read_text()

    def test_a_parser_has_its_five_files_and_its_place(self):
        written = new.create(self.root, "parser", "zeek_log")
        for name in ("zeek_log.h", "zeek_log.cc", "zeek_log_test.cc", "zeek_log_fuzz.cc", "README.md", "CMakeLists.txt"):
            self.assertIn(f"src/parse/zeek_log/{name}", written)
        self.assertIn("add_subdirectory(parse/zeek_log)\nadd_subdirectory(event)", self.text("src/CMakeLists.txt"))
        self.assertIn("FUZZ zeek_log_fuzz.cc", self.text("src/parse/zeek_log/CMakeLists.txt"))
        self.assertEqual(self.text("src/parse/zeek_log/zeek_log_test.cc").count("FAIL()"), 4)

    def test_a_module_stands_above_flow_and_its_test_fails(self):
        new.create(self.root, "module", "triage")
        self.assertIn("add_subdirectory(triage)\nadd_subdirectory(flow)", self.text("src/CMakeLists.txt"))
        self.assertIn("EXPECT_TRUE(triage().has_value())", self.text("src/triage/triage_test.cc"))
        self.assertIn("return base::Error", self.text("src/triage/triage.cc"))

    def test_a_rule_has_its_text_and_examples_and_its_own_id(self):
        new.create(self.root, "rule", "windows/odd_service")
        new.create(self.root, "rule", "windows/odd_task")
        self.assertEqual(list(tidy.rule_companions([str(path.relative_to(self.root))
                                                    for path in self.root.rglob("*.yml")])), [])
        ids = [re.search(r"^id: (\S+)$", self.text(f"content/rules/windows/{name}.yml"), re.MULTILINE).group(1)
               for name in ("odd_service", "odd_task")]
        self.assertNotEqual(*ids)
        for ending in (".ja.yml", ".test.yml"):
            self.assertIn(ids[0], self.text("content/rules/windows/odd_service" + ending))

    def test_what_it_writes_is_tidy_but_for_the_open_notes(self):
        new.create(self.root, "parser", "zeek")
        new.create(self.root, "module", "triage")
        found = tidy.check(self.root)
        self.assertTrue(found)
        self.assertEqual([str(problem) for problem in found if "without an issue" not in problem.text], [])

    def test_never_overwrites(self):
        new.create(self.root, "module", "triage")
        before = self.text("src/CMakeLists.txt")
        with self.assertRaises(ValueError):
            new.create(self.root, "module", "triage")
        self.assertEqual(self.text("src/CMakeLists.txt"), before)

    def test_refuses_names_that_leave_the_folder(self):
        for name in ("../x", "/x", "X", "a b", "", "a/", "a/b/c"):
            with self.assertRaises(ValueError, msg=name):
                new.create(self.root, "module", name)
        with self.assertRaises(ValueError):
            new.create(self.root, "thing", "a")


if __name__ == "__main__":
    unittest.main()
