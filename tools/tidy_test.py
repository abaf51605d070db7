import pathlib
import tempfile
import unittest

import tidy

GOOD_HEADER = "// What it is.\n// Not for that.\n#pragma once\n"
NOTE = "TO" + "DO"  # in two parts: tidy reads this file too


def problems(rule, path, text):
    return [str(problem) for problem in rule(tidy.SourceFile(path, text))]


class TidyTest(unittest.TestCase):
    def test_a_good_file_has_no_problems(self):
        for rule in tidy.FILE_RULES:
            self.assertEqual(problems(rule, "src/base/a.h", GOOD_HEADER), [], rule.__name__)

    def test_refuses_long_files_and_allows_tests_more(self):
        lines = "x\n" * (tidy.MAX_LINES + 1)
        self.assertEqual(len(problems(tidy.file_length, "src/a/a.cc", lines)), 1)
        self.assertEqual(problems(tidy.file_length, "src/a/a_test.cc", lines), [])
        self.assertEqual(problems(tidy.file_length, "src/a/a.cc", "x\n" * tidy.MAX_LINES), [])

    def test_refuses_long_functions_but_not_long_tables(self):
        body = "  x();\n" * (tidy.MAX_FUNCTION_LINES + 1) + "}\n"
        self.assertEqual(len(problems(tidy.function_length, "src/a/a.cc", "void f() {\n" + body)), 1)
        self.assertEqual(problems(tidy.function_length, "src/a/a.cc", "namespace a {\n" + body), [])
        self.assertEqual(problems(tidy.function_length, "src/a/a.cc", "constexpr int kX[] = {\n" + body), [])

    def test_refuses_forbidden_words(self):
        refused = {
            "src/a/a.cc": ["std::regex r;", "sprintf(b, f);", "system(c);", "x = rand();", "std::cout << 1;",
                           "nlohmann::json j;", "auto t = std::chrono::system_clock::now();", "atoi(s);",
                           "std::getenv(n);", "std::random_device d;"],
            "src/a/a.h": ["using namespace std;"],
            "src/a/a_test.cc": ["std::this_thread::sleep_for(s);"],
        }
        for path, lines in refused.items():
            for line in lines:
                self.assertEqual(len(problems(tidy.words, path, line + "\n")), 1, line)

    def test_allows_look_alikes(self):
        allowed = ["snprintf(b, n, f);", "file_system(c);", "operand(x);", "// std::regex", 'x = "rand()";',
                   "using namespace std::literals;", "x.system(c);", 'R"(std::cout)";', "1'000; c = '\"'; // rand()"]
        for line in allowed:
            self.assertEqual(problems(tidy.words, "src/a/a.cc", line + "\n"), [], line)
        self.assertEqual(problems(tidy.words, "src/app/a.cc", "std::cout << 1;\n"), [])
        self.assertEqual(problems(tidy.words, "src/a/a_test.cc", "popen(c, m);\n"), [])

    def test_a_word_keeps_its_line_after_raw_texts(self):
        text = 'x = R"(a\nb\n)";\nsystem(c);\n'
        self.assertTrue(problems(tidy.words, "src/a/a.cc", text)[0].startswith("src/a/a.cc:4:"))

    def test_refuses_notes_without_an_issue(self):
        self.assertEqual(len(problems(tidy.notes_and_places, "src/a/a.cc", f"// {NOTE}: x\n")), 1)
        self.assertEqual(problems(tidy.notes_and_places, "src/a/a.cc", f"// {NOTE}(#12): x\n"), [])

    def test_refuses_places_of_one_workplace(self):
        for line in ("cd /wo" + "rk/main", "https://registry" + ".npmjs.org/x", "http://deb" + ".debian.org"):
            self.assertEqual(len(problems(tidy.notes_and_places, "docs/en/a.md", line + "\n")), 1, line)
        self.assertEqual(problems(tidy.notes_and_places, "docs/en/a.md", "src/wo" + "rk/states.h\n"), [])

    def test_refuses_headers_without_guard_or_opening(self):
        self.assertEqual(len(problems(tidy.header_form, "src/a/a.h", "// One. Two.\nint x;\n")), 1)
        self.assertEqual(len(problems(tidy.header_form, "src/a/a.h", "// Only one.\n#pragma once\n")), 1)
        self.assertEqual(len(problems(tidy.header_form, "src/a/a.h", "int x;\n")), 2)

    def test_refuses_white_space_faults(self):
        for text in ("a \n", "a\t\n", "a\r\n", "a"):
            self.assertEqual(len(problems(tidy.white_space, "a.md", text)), 1, repr(text))

    def test_every_module_has_a_readme(self):
        module = ["src/a/CMakeLists.txt", "src/a/a.cc"]
        self.assertEqual(len(list(tidy.module_readmes(module))), 1)
        self.assertEqual(list(tidy.module_readmes(module + ["src/a/README.md"])), [])
        self.assertEqual(list(tidy.module_readmes(["src/CMakeLists.txt"] + module + ["src/a/README.md"])), [])

    def test_every_document_has_its_twin(self):
        self.assertEqual(len(list(tidy.twin_documents(["docs/en/a.md", "docs/ja/b.md"]))), 2)
        self.assertEqual(list(tidy.twin_documents(["docs/en/a.md", "docs/ja/a.md", "docs/adr/x.md"])), [])

    def test_every_rule_has_its_text_and_examples(self):
        self.assertEqual(len(list(tidy.rule_companions(["content/rules/a.yml"]))), 2)
        whole = ["content/rules/a.yml", "content/rules/a.ja.yml", "content/rules/a.test.yml"]
        self.assertEqual(list(tidy.rule_companions(whole)), [])
        self.assertEqual(len(list(tidy.rule_companions(["content/rules/b.test.yml"]))), 1)

    def test_refuses_large_and_binary_files(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "large.txt").write_bytes(b"x" * tidy.MAX_BYTES)
            (root / "binary.txt").write_bytes(b"a\0b")
            (root / "latin.txt").write_bytes(b"\xe9\n")
            (root / "good.txt").write_text("日本\n")
            found = [problem.path for problem in tidy.check(root)]
        self.assertEqual(found, ["binary.txt", "large.txt", "latin.txt"])


if __name__ == "__main__":
    unittest.main()
