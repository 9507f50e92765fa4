"""The generated Python client against a real daemon: made from the daemon's own document without a
warning, installed, used, and the example of the README as it stands there.

Runs in an environment with requirements.txt; RUSHESD names the program.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUSHESD = os.environ.get("RUSHESD", str(HERE.parent.parent / "target/debug/rushesd"))
TAKE = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + os.urandom(1000)


class Client(unittest.TestCase):
    """One daemon and one package for all tests."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="rushes-python-")
        cls.addClassCleanup(place.cleanup)
        cls.place = Path(place.name)
        data = cls.place / "data"
        daemon = subprocess.Popen(
            [RUSHESD, "--data", data, "--listen", "127.0.0.1:0", "--log", "error"],
            env={"PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            text=True,
        )
        cls.addClassCleanup(daemon.stdout.close)
        cls.addClassCleanup(daemon.wait)
        cls.addClassCleanup(daemon.kill)
        cls.url = next(line.split()[1] for line in daemon.stdout if line.startswith("  HTTP"))
        cls.token = (data / "admin.token").read_text().strip()
        cls.install()

    @classmethod
    def install(cls):
        """Makes the package and installs it beside the generator; what it needs is there."""
        document = cls.place / "openapi.json"
        with urllib.request.urlopen(f"{cls.url}/openapi.json") as answer:
            document.write_bytes(answer.read())
        package = cls.place / "rushes-client"
        tools = Path(sys.executable).parent
        subprocess.run(
            [tools / "openapi-python-client", "generate", "--fail-on-warning",
             "--config", HERE / "config.yml", "--path", document, "--output-path", package],
            check=True,
            env={**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
        )
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-index",
             "--no-build-isolation", "--force-reinstall", "--no-deps", package],
            check=True,
        )
        subprocess.run([sys.executable, "-m", "pip", "check", "--quiet"], check=True)

    def client(self, token=None):
        from rushes_client import AuthenticatedClient

        return AuthenticatedClient(base_url=self.url, token=token or self.token)

    def test_the_example_of_the_readme_runs(self):
        readme = (HERE / "README.md").read_text()
        (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
        (self.place / "take1.mp4").write_bytes(TAKE)
        done = subprocess.run(
            [sys.executable, "-c", example],
            cwd=self.place,
            env={**os.environ, "RUSHES_URL": self.url, "RUSHES_TOKEN": self.token},
            check=True,
            capture_output=True,
            text=True,
        )
        said = done.stdout.splitlines()
        self.assertEqual(said[0], "take1.mp4 is version 1")
        self.assertRegex(said[1], "^stands: [0-9a-f]{64}$")
        self.assertEqual(said[2], "not_found there is no such project")

    def test_refusals_are_problems(self):
        from rushes_client.api.projects import create_project, get_project
        from rushes_client.models import NewProject, Problem, ProblemCode

        missing = get_project.sync_detailed(client=self.client(), project="none")
        self.assertEqual(missing.status_code, 404)
        self.assertIsInstance(missing.parsed, Problem)
        self.assertIs(missing.parsed.code, ProblemCode.NOT_FOUND)
        self.assertTrue(missing.parsed.instance.startswith("urn:rushes:request:"))
        refused = create_project.sync(client=self.client(), body=NewProject(name=""))
        self.assertEqual((refused.code, refused.field), (ProblemCode.INVALID, "name"))
        stranger = self.client(token="wrong")
        refused = create_project.sync(client=stranger, body=NewProject(name="Fox"))
        self.assertIs(refused.code, ProblemCode.UNAUTHORIZED)

    def test_a_guarded_change_meets_what_was_changed_meanwhile(self):
        from rushes_client.api.projects import change_project, create_project, get_project
        from rushes_client.models import NewProject, Problem, ProjectPatch, ProjectView

        client = self.client()
        made = create_project.sync(client=client, body=NewProject(name="Guard"))
        seen = get_project.sync_detailed(client=client, project=made.id)
        guard = {"client": client, "project": made.id, "if_match": seen.headers["etag"]}
        changed = change_project.sync(body=ProjectPatch(description="ours"), **guard)
        self.assertIsInstance(changed, ProjectView)
        self.assertEqual(changed.description, "ours")
        refused = change_project.sync_detailed(body=ProjectPatch(description="late"), **guard)
        self.assertEqual(refused.status_code, 412)
        self.assertIsInstance(refused.parsed, Problem)
        self.assertEqual(refused.parsed.current["description"], "ours")


if __name__ == "__main__":
    unittest.main()
