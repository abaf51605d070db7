import gzip
import pathlib
import tempfile
import unittest

import pack_assets


class PackAssetsTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)
        self.write("index.html", b"<!doctype html>" * 100)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def packed(self):
        content, rows = pack_assets.pack(self.folder)
        at = lambda place: content[place[0]:place[0] + place[1]]
        return {row[0]: (row[3], at(row[4]), at(row[5]), at(row[6])) for row in rows}, rows

    def test_stores_files_as_they_are_and_smaller(self):
        script = b"let a = 1;\n" * 200
        self.write("assets/app-Bq3dk2xY.js", script)
        found, rows = self.packed()
        immutable, plain, gzipped, _ = found["/assets/app-Bq3dk2xY.js"]
        self.assertTrue(immutable)
        self.assertEqual(plain, script)
        self.assertEqual(gzip.decompress(gzipped), script)
        self.assertEqual([row[0] for row in rows], sorted(row[0] for row in rows))

    def test_takes_compressed_files_that_lie_beside(self):
        self.write("a.js", b"x" * 1000)
        self.write("a.js.br", b"brotli")
        self.write("a.js.gz", b"gzip")
        found, _ = self.packed()
        self.assertEqual(found["/a.js"], (False, b"x" * 1000, b"gzip", b"brotli"))
        self.assertNotIn("/a.js.br", found)

    def test_compresses_neither_the_index_nor_pictures(self):
        self.write("a.png", b"\0" * 1000)
        found, _ = self.packed()
        for name in ("/index.html", "/a.png"):
            self.assertEqual(found[name][2:], (b"", b""), name)

    def test_leaves_source_maps_out(self):
        self.write("a.js.map", b"{}")
        self.assertNotIn("/a.js.map", self.packed()[0])

    def test_gives_the_same_bytes_again(self):
        self.write("a.js", b"let a;\n" * 300)
        self.assertEqual(pack_assets.pack(self.folder), pack_assets.pack(self.folder))

    def test_refuses_names_and_kinds_it_does_not_know(self):
        for name in ("a b.js", "a\"b.js", "a.exe"):
            self.write(name, b"x")
            with self.assertRaises(SystemExit):
                pack_assets.pack(self.folder)
            (self.folder / name).unlink()

    def test_refuses_a_folder_without_an_index(self):
        (self.folder / "index.html").unlink()
        with self.assertRaises(SystemExit):
            pack_assets.main([str(self.folder), str(self.folder / "pack"), str(self.folder / "index.cc")])

    def test_writes_an_index_that_names_the_pack(self):
        with tempfile.TemporaryDirectory() as made:
            pack, index = pathlib.Path(made) / "pack.bin", pathlib.Path(made) / "index.cc"
            pack_assets.main([str(self.folder), str(pack), str(index)])
            self.assertIn(f'.incbin \\"{pack.resolve()}\\"', index.read_text())


if __name__ == "__main__":
    unittest.main()
