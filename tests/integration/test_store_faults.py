"""Faults of the data folder, met by the real server: somebody else has it, other versions."""
import time

import harness


def snapshot(folder):
    """Bytes and time of change of every file."""
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))
            if path.is_file()}


class Folder(harness.Case):
    def start_again(self, config):
        (self.folder / "prometheus.yml").write_text(config)
        return self.run_to_end(f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
                               "--web.listen-address=127.0.0.1:0")


class InUse(Folder):
    def test_the_second_server_names_the_first_by_process_and_name(self):
        server = self.server("")
        code, _, err = self.run_to_end(*server.command()[1:])
        self.assertEqual(code, 1, err)
        self.assertIn("is in use by another process", err)
        self.assertIn(f"(process {server.child.pid}, narthex)", err)
        self.assertEqual(server.get("/-/healthy").status, 200)


class Versions(Folder):
    def test_a_newer_version_is_refused_and_not_touched(self):
        self.server("").stop()
        data = self.folder / "data"
        (data / "FORMAT").write_text("narthex-store 99\n")
        before = snapshot(data)
        code, _, err = self.start_again("")
        self.assertEqual(code, 1, err)
        self.assertIn("has format 99, written by a newer version", err)
        self.assertEqual(snapshot(data), before)

    def test_older_versions_open_with_all_they_hold(self):
        target = self.target(lambda path: "x 1\n")
        server = self.server(harness.config_for(target.address))
        harness.wait_for(lambda: server.value("x"), "a scrape")
        at = time.time()
        for version in (1, 2):
            server.stop()
            (self.folder / "data/FORMAT").write_text(f"narthex-store {version}\n")
            server.start()
            self.assertEqual(server.value("x", time=at), 1)


if __name__ == "__main__":
    harness.main()
