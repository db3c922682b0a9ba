import subprocess
import sys
import zipfile
from pathlib import Path

from rota.scaffold.template import CLASS_TASKS, PARTS, WORKER, files_of

ROOT = Path(__file__).parents[2]


def test_the_wheel_has_the_templates_with_their_dotfiles_and_nothing_else(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(
        [*command, "--directory", str(tmp_path)], cwd=ROOT, capture_output=True, check=True
    )

    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for folder in (WORKER, CLASS_TASKS, PARTS):
            prefix = f"{folder.relative_to(ROOT / 'src').as_posix()}/"
            packed = {
                name.removeprefix(prefix): archive.read(name).decode()
                for name in archive.namelist()
                if name.startswith(prefix)
            }
            assert packed == files_of(folder)
    assert {".gitignore", ".dockerignore", ".env.example", ".github/workflows/ci.yml"} <= set(
        files_of(WORKER)
    )
