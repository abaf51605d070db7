import unittest

import check_message_uses

CATALOGUE = """# texts
scan.summary:
  en: "scan.not_a_key: x"
scan.a_b: {en: x, ja: x}
"""


class CheckMessageUsesTest(unittest.TestCase):
    def test_names_the_message_that_nobody_uses(self):
        defined = list(check_message_uses.keys("m.yaml", CATALOGUE))
        self.assertEqual([key for key, _, _ in defined], ["scan.summary", "scan.a_b"])
        problems = list(check_message_uses.unused(defined, {"scan_summary"}))
        self.assertEqual([str(problem) for problem in problems],
                         ["m.yaml:4: message 'scan.a_b' is not used. Remedy: remove it, or call messages::scan_a_b"])
        self.assertEqual(list(check_message_uses.unused(defined, {"scan_summary", "scan_a_b"})), [])

    def test_a_call_or_a_function_pointer_is_a_use(self):
        self.assertEqual(check_message_uses.USE.findall("messages::scan_a(l); return &hinomi::messages::scan_b;"),
                         ["scan_a", "scan_b"])


if __name__ == "__main__":
    unittest.main()
