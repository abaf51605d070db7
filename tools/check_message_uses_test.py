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

    def test_the_file_decides_where_a_use_counts(self):
        web = [("alert.new_rows", "content/messages/web.yaml", 1)]
        self.assertEqual(list(check_message_uses.unused(web, set(), {"alertNewRows"})), [])
        problems = list(check_message_uses.unused(web, {"alert_new_rows"}, set()))
        self.assertEqual(problems[0].remedy, "remove it, or call t.alertNewRows")
        programs = [("alert.new_rows", "content/messages/cli.yaml", 1)]
        self.assertEqual(len(list(check_message_uses.unused(programs, set(), {"alertNewRows"}))), 1)
        shared = [("alert.new_rows", "content/messages/shared.yaml", 1)]
        self.assertEqual(list(check_message_uses.unused(shared, {"alert_new_rows"})), [])
        self.assertEqual(list(check_message_uses.unused(shared, set(), {"alertNewRows"})), [])

    def test_a_call_in_the_web_interface_is_a_use(self):
        found = check_message_uses.WEB_USE.findall("t.alertsNew({ count }); messages.en.a1; 'navStatus' satisfies keyof Messages")
        self.assertEqual([name for names in found for name in names if name], ["alertsNew", "a1", "navStatus"])


if __name__ == "__main__":
    unittest.main()
